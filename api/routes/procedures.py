"""Routes of procedures (thủ tục): versions from upload to retirement, and their differences."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, request
from marshmallow import RAISE

from api.performing import answer, perform, services
from api.routes.blueprints import Room
from api.schemas.procedures import (
    Approval,
    Difference,
    DiffQuery,
    Files,
    Publication,
    VersionList,
    VersionSeen,
)
from api.schemas.tasks import Nothing
from api.uploads import uploaded
from engine.commands import (
    ApproveVersion,
    PublishVersion,
    RetireVersion,
    SubmitVersion,
    UploadVersion,
)
from engine.errors import NotFound
from engine.flow.difference import differences
from engine.office.procedures import version_json
from engine.procedure import hash_files
from engine.store import procedures

blueprint = Room("procedures", __name__, description="Procedures (thủ tục, quy trình nội bộ)")

#: Bytes of a multipart upload; other bodies stay under the app's own bound.
MOST_BYTES = 12_000_000


@blueprint.post("/procedures/<code>/versions")
@blueprint.arguments(Files, location="files", content_type="multipart/form-data")
@blueprint.response(201, VersionSeen)
@blueprint.change(etag=False)
def upload(_files: dict[str, Any], code: str) -> Response:
    """Upload a new version: lint answers with its findings (tải lên phiên bản)."""
    files = uploaded(request.files.getlist("file"))
    return perform(
        UploadVersion(code, files), {"files": hash_files(files)},
        location="/api/v1/procedures/{procedure}/versions",
    )


@blueprint.get("/procedures/<code>/versions")
@blueprint.response(200, VersionList)
@blueprint.look()
def versions(code: str) -> Response:
    """List all versions of a procedure (các phiên bản)."""
    with services().store.reading() as connection:
        found = procedures.versions(connection, code)
    if not found:
        raise NotFound(
            f"Không có thủ tục {code}.", f"There is no procedure {code}.", code="no-procedure",
        )
    return answer({"items": [version_json(version) for version in found], "next": None})


@blueprint.post("/procedures/<code>/versions/<int:number>/submit")
@blueprint.arguments(Nothing)
@blueprint.response(200, VersionSeen)
@blueprint.change(etag=False)
def submit(body: dict[str, Any], code: str, number: int) -> Response:
    """Hand a draft in for approval (trình phê duyệt)."""
    return perform(SubmitVersion(code, number), body)


@blueprint.post("/procedures/<code>/versions/<int:number>/approve")
@blueprint.arguments(Approval)
@blueprint.response(200, VersionSeen)
@blueprint.change(etag=False)
def approve(body: dict[str, Any], code: str, number: int) -> Response:
    """Approve a version by decision number and date; never one's own draft (phê duyệt)."""
    kept = {**body, "decision_date": body["decision_date"].isoformat()}
    return perform(ApproveVersion(code, number, **body), kept)


@blueprint.post("/procedures/<code>/versions/<int:number>/publish")
@blueprint.arguments(Publication)
@blueprint.response(200, VersionSeen)
@blueprint.change(etag=False)
def publish(body: dict[str, Any], code: str, number: int) -> Response:
    """Publish an approved version with effect from a day on (ban hành)."""
    kept = {"effective_from": body["effective_from"].isoformat()}
    return perform(PublishVersion(code, number, **body), kept)


@blueprint.post("/procedures/<code>/versions/<int:number>/retire")
@blueprint.arguments(Nothing)
@blueprint.response(200, VersionSeen)
@blueprint.change(etag=False)
def retire(body: dict[str, Any], code: str, number: int) -> Response:
    """Retire a version: no new dossier starts on it, running ones stay (bãi bỏ)."""
    return perform(RetireVersion(code, number), body)


@blueprint.get("/procedures/<code>/versions/<int:number>/diff")
@blueprint.arguments(DiffQuery, location="query", unknown=RAISE)
@blueprint.response(200, Difference)
@blueprint.look()
def diff(query: dict[str, Any], code: str, number: int) -> Response:
    """Say element by element how a version differs from another (so sánh phiên bản)."""
    older = query.get("to", number - 1)
    with services().store.reading() as connection:
        was = procedures.files(connection, code, older)
        now = procedures.files(connection, code, number)
    for at, files in ((older, was), (number, now)):
        if not files:
            raise NotFound(
                f"Thủ tục {code} không có phiên bản {at}.",
                f"Procedure {code} has no version {at}.", code="no-version",
            )
    changes = [
        {"file": name, **found} for name in sorted({*was, *now})
        for found in _changes(name, was.get(name), now.get(name))
    ]
    return answer({"procedure": code, "older": older, "newer": number, "changes": changes})


def _changes(name: str, was: bytes | None, now: bytes | None) -> list[dict[str, Any]]:
    """Return the changes of one file: of a diagram by element, of any other as a whole."""
    if was == now:
        return []
    if was is not None and now is not None and name.endswith(".bpmn"):
        return [asdict(found) for found in differences(was, now)]
    change = "added" if was is None else "removed" if now is None else "changed"
    return [{"element": None, "kind": "file", "name": name, "change": change}]
