"""Trusting (tổ chức chứng thực được tin cậy): certificates and lists of revocation from files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from engine.links.connectors.reading import Section, bad, file_bytes, parsed
from engine.signatures.trust import Trust, certificates, revocations

_T = TypeVar("_T")


def read_trust(file: Path | None) -> Trust:
    """Return whom the configuration trusts, without reading anything else of it.

    An auditor's machine has none of the secrets that connectors need. Raises Invalid.
    """
    top = Section(str(file), {} if file is None else parsed(str(file), file_bytes(file)))
    return trust_of(top.section("signatures"))


def trust_of(section: Section) -> Trust:
    """Return the trust that a section's files hold; raise Invalid naming the place of a fault."""
    made = Trust(
        tuple(der for found in _each(section, "anchors", certificates) for der in found),
        tuple(der for found in _each(section, "intermediates", certificates) for der in found),
        tuple(_each(section, "crls", revocations)),
    )
    section.end()
    return made


def _each(section: Section, name: str, read: Callable[[bytes], _T]) -> list[_T]:
    return [held(section.at(name), path, read) for path in section.texts(name)]


def held(place: str, path: str, read: Callable[[bytes], _T]) -> _T:
    """Return what a file of certificates holds; raise Invalid naming the place and the file."""
    try:
        return read(file_bytes(Path(path)))
    except ValueError as error:
        raise bad(
            place, f"{path} không phải tệp chứng thư (PEM hoặc DER)",
            f"{path} holds no certificates (PEM or DER)",
        ) from error
