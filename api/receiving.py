"""Receiving (nhận tệp): a multipart body with one file, streamed into the file store's folder.

Memory holds one block of the file at a time, whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast

from flask import Request
from werkzeug.formparser import FormDataParser

from api.problem import BadRequest
from engine.errors import Fault, Invalid
from engine.inspection import Refusal, inspect
from engine.office import Upload
from engine.store.files import Files, Incoming

#: Bytes that a body may have beside its file; fields and parts of a form.
BESIDE, _MOST_FIELDS, _MOST_PARTS = 65_536, 32_768, 20


@dataclass(frozen=True)
class Sent:
    """What came in a form: its text fields, and the file as it is."""

    fields: Mapping[str, str]
    upload: Upload


class _Into:
    """What the form parser writes a file into; it wants a file, and gets one that is bounded."""

    def __init__(self, incoming: Incoming) -> None:
        self.write, self.incoming = incoming.write, incoming

    def seek(self, _place: int) -> None:
        """Do nothing: whoever reads the file begins where they need to."""


@contextmanager
def received(request: Request, files: Files) -> Iterator[Sent]:
    """Read the body of a request; what is not kept inside the block is gone after it.

    Raises BadRequest for what is no form, Invalid without exactly one file in the field `file`, and
    the HTTP library's 413 for a body that is larger than the address takes.
    """
    with files.receiving() as incoming:
        taken: list[str] = []

        def into(*_: Any, **__: Any) -> IO[bytes]:
            taken.append("file")
            if len(taken) > 1:
                raise _one_file()
            return cast("IO[bytes]", _Into(incoming))

        parser = FormDataParser(
            stream_factory=into, max_form_memory_size=_MOST_FIELDS,
            max_content_length=request.max_content_length, max_form_parts=_MOST_PARTS,
            silent=False,
        )
        try:
            _, form, sent = parser.parse(
                request.stream, request.mimetype, request.content_length, request.mimetype_params,
            )
        except ValueError as error:
            raise BadRequest(
                "Nội dung không phải biểu mẫu multipart đúng chuẩn.",
                "The body is no well-formed multipart form.", code="malformed-form",
            ) from error
        if list(sent) != ["file"]:
            raise _one_file()
        fields = {name: form[name] for name in form}
        if any(len(form.getlist(name)) > 1 for name in fields):
            raise BadRequest("Một trường lặp lại.", "A field stands twice.", code="malformed-form")
        yield Sent(fields, _upload(files, incoming, sent["file"].filename))


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
