"""Receiving (nhận tệp): a multipart body with one file, streamed into the file store's folder.

Memory holds one block of the file at a time, whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO, Any, cast

from flask import Request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import FormDataParser

from api.problem import BadRequest
from api.signed import Looking
from engine.errors import Fault, Invalid
from engine.inspection import Refusal, inspect
from engine.inspection.pdf import MEDIA as PDF
from engine.office import Upload
from engine.store.files import Files
from engine.store.incoming import Incoming

#: Bytes that a body may have beside its file, and the parts of a form.
BESIDE, _MOST_PARTS = 65_536, 20
#: Bytes of one field; also of the parser's buffer, which takes blocks of 64 KiB.
_MOST_BUFFERED = 262_144


@dataclass(frozen=True)
class Sent:
    """What came in a form: its text fields, and the file as it is."""

    fields: Mapping[str, str]
    upload: Upload


class _Into:
    """What the form parser writes a file into; it wants a file, and gets one that is bounded."""

    def __init__(self, incoming: Incoming) -> None:
        self.write = incoming.write

    def seek(self, _place: int) -> None:
        """Do nothing: whoever reads the file begins where they need to."""


@contextmanager
def received(request: Request, files: Files, looking: Looking) -> Iterator[Sent]:
    """Read the body of a request; what is not kept inside the block is gone after it.

    Of a PDF it is told which signatures it has.

    Raises BadRequest for what is no form, Invalid without exactly one file in the field `file`, and
    the HTTP library's 413 for a body that is larger than the address takes.
    """
    with files.receiving() as incoming:
        form, sent = _parsed(request, incoming)
        if list(sent) != ["file"]:
            raise _one_file()
        fields = {name: form[name] for name in form}
        if any(len(form.getlist(name)) > 1 for name in fields):
            raise BadRequest("Một trường lặp lại.", "A field stands twice.", code="malformed-form")
        upload = _upload(files, incoming, sent["file"].filename)
        if upload.media_type == PDF:
            upload = replace(upload, signatures=looking.look(incoming))
        yield Sent(fields, upload)


def _parsed(
    request: Request, incoming: Incoming,
) -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
    taken: list[Incoming] = []

    def into(*_: Any, **__: Any) -> IO[bytes]:
        if taken:
            raise _one_file()
        taken.append(incoming)
        return cast("IO[bytes]", _Into(incoming))

    parser = FormDataParser(
        stream_factory=into, max_form_memory_size=_MOST_BUFFERED, max_form_parts=_MOST_PARTS,
        silent=False,
    )
    try:
        # The stream is bounded by the request's own max_content_length.
        _, form, sent = parser.parse(
            request.stream, request.mimetype, request.content_length, request.mimetype_params,
        )
    except ValueError as error:
        raise BadRequest(
            "Nội dung không phải biểu mẫu multipart đúng chuẩn.",
            "The body is no well-formed multipart form.", code="malformed-form",
        ) from error
    return form, sent


def _upload(files: Files, incoming: Incoming, name: str | None) -> Upload:
    media: str | None = None
    refusal: Refusal | None = None
    try:
        incoming.file.flush()
        media = inspect(incoming.file, files.bounds)
    except Refusal as refused:
        refusal = refused
    return Upload(
        incoming.sha256, incoming.size, media, refusal, name, lambda: files.keep(incoming),
    )


def _one_file() -> Invalid:
    vi, en = "Gửi đúng một tệp trong trường file.", "Send exactly one file, in the field `file`."
    return Invalid(vi, en, [Fault("/file", "required", vi, en)], code="file-required")
