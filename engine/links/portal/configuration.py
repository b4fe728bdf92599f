"""The operator's file (cấu hình Cổng): where the portal is, who we are to it, and its codes.

TOML or JSON over `defaults.toml`. Everything in it is known by name, so that a slip of the pen is
refused when the server starts and never sent.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from engine.errors import Fault, Invalid
from engine.links.portal.shape import Reader

#: A code as the portal wants it: text or number, sent as written.
Code = str | int


@dataclass(frozen=True)
class Login:
    """How a session is got: what is posted where, and where the answer holds it, by dots."""

    url: str
    body: Mapping[str, Any] = field(repr=False)
    session: str = "session"


@dataclass(frozen=True)
class Answers:
    """How the portal's answers are read: where code and words stand, and which codes mean what."""

    code: str
    message: str
    success: tuple[str, ...]
    exists: tuple[str, ...]
    absent: tuple[str, ...]
    session: tuple[str, ...]


@dataclass(frozen=True)
class Procedure:
    """What a procedure is called at the portal; `object` is the kind of person who asks for it."""

    code: str | None = None
    name: str | None = None
    sector: str | None = None
    object: str = "citizen"


@dataclass(frozen=True)
class Portal:
    """The portal as the operator's file describes it; `secret` and passwords are never shown.

    `unit` (madonvi) is who we are to it, `units` by receiving agency where they differ. `secret` is
    a session that does not end; `header`, such as "Authorization: Bearer {session}", sends the
    session there and not in the body.
    """

    url: str
    unit: str
    units: Mapping[str, str]
    secret: str = field(repr=False)
    login: Login | None
    header: str
    private: bool
    answers: Answers
    services: Mapping[str, str]
    codes: Mapping[str, Mapping[str, Code]]
    titles: Mapping[str, str]
    given: Mapping[str, Code]
    procedures: Mapping[str, Procedure]
    sectors: Mapping[str, str]
    agencies: Mapping[str, str]


def read_portal(path: Path, environ: Mapping[str, str]) -> Portal:
    """Return the portal that a file describes; raise Invalid naming every wrong place in it.

    A text `env:NAME` stands for a variable of the environment, so that no password is in the file.
    """
    known = _defaults()
    reader = Reader(_with_secrets(_read(path), environ))
    portal = _portal(reader, known)
    faults = reader.finish()
    if faults:
        places = "; ".join(f"{fault.pointer}: {fault.vi}" for fault in faults[:5])
        raise Invalid(
            f"Tệp cấu hình Cổng {path} có {len(faults)} chỗ sai: {places}",
            f"The portal's file {path} is wrong in {len(faults)} place(s): "
            + "; ".join(f"{fault.pointer}: {fault.en}" for fault in faults[:5]),
            faults, code="portal-file",
        )
    return portal


def _portal(reader: Reader, known: Mapping[str, Any]) -> Portal:
    secret, header = reader.text("session"), reader.text("session_header")
    if header and not (": " in header and header.count("{") == header.count("{session}") == 1):
        reader.fault("session_header", "viết như «Authorization: Bearer {session}»",
                     "write it as in 'Authorization: Bearer {session}'")
    login = _login(reader)
    if bool(secret) == (login is not None):
        reader.fault("session", "cần session hoặc [login], không cả hai",
                     "session or [login] is needed, and not both")
    return Portal(
        url=reader.address("url"), unit=reader.text("madonvi", required=True),
        units=reader.texts("units"), secret=secret, login=login, header=header,
        private=reader.yes("private"),
        answers=_answers(reader.table("answer", known["answer"])),
        services=reader.table("services", known["services"]),
        codes={
            name: reader.table(f"codes.{name}", table) for name, table in known["codes"].items()
        },
        titles={**known["titles"], **reader.texts("titles")},
        given=reader.table("given", known["given"]),
        procedures={
            code: Procedure(**table) for code, table in reader.tables("procedures", {
                "code": "", "name": "", "sector": "", "object": known["codes"]["object"],
            }).items()
        },
        sectors=reader.texts("sectors"), agencies=reader.texts("agencies"),
    )


def _answers(found: Mapping[str, Any]) -> Answers:
    lists = {name: tuple(found[name]) for name in ("success", "exists", "absent", "session")}
    return Answers(code=str(found["code"]), message=str(found["message"]), **lists)


def _login(reader: Reader) -> Login | None:
    if not reader.has("login"):
        return None
    body = reader.anything("login.body")
    if not body:
        reader.fault("login.body", "cần nội dung đăng nhập", "what to log in with is needed")
    answer = reader.text("login.session") or "session"
    return Login(reader.address("login.url"), body, answer)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = path.read_text(encoding="utf-8")
        found = json.loads(content) if path.suffix == ".json" else tomllib.loads(content)
    except (OSError, ValueError, RecursionError) as error:
        raise Invalid(
            f"Không đọc được tệp cấu hình Cổng {path}: {error}.",
            f"The portal's file {path} cannot be read: {error}.", code="portal-file",
        ) from error
    if not isinstance(found, dict):
        raise Invalid(f"{path} phải là một bảng.", f"{path} must hold a table.", code="portal-file")
    return found


def _with_secrets(found: Any, environ: Mapping[str, str], place: str = "") -> Any:
    if isinstance(found, dict):
        return {
            k: _with_secrets(v, environ, f"{place}.{k}" if place else k) for k, v in found.items()
        }
    if not isinstance(found, str) or not found.startswith("env:"):
        return found
    name = found.removeprefix("env:")
    if not environ.get(name):
        raise Invalid(
            f"Cấu hình Cổng: {place} cần biến môi trường {name}.",
            f"The portal's file: {place} needs the variable {name}.",
            [Fault(place, "missing", f"đặt {name}", f"set {name}")], code="portal-file",
        )
    return environ[name]


@cache
def _defaults() -> Mapping[str, Any]:
    source = files("engine.links.portal").joinpath("defaults.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
