"""Reading configuration (đọc cấu hình): each value by its name, each fault by its place."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from engine.errors import Invalid

#: Variables of the environment that connectors may read: none of those that hold other secrets.
SECRET = re.compile(r"MOTCUA_SECRET_[A-Z0-9_]+")

Kind = TypeVar("Kind")


def bad(place: str, vi: str, en: str) -> Invalid:
    """Return the refusal of a configuration, naming the place."""
    return Invalid(f"{place}: {vi}", f"{place}: {en}", code="connectors-unreadable", place=place)


class Section:
    """One object of the configuration; what nobody has asked for in the end is refused."""

    def __init__(self, place: str, held: Any) -> None:
        if not isinstance(held, Mapping):
            raise bad(place, "phải là một đối tượng", "this must be an object")
        self.place = place
        self._held = dict(held)
        self._known: set[str] = set()

    def at(self, name: str) -> str:
        """Return the place of a value."""
        return f"{self.place}.{name}"

    def get(self, name: str) -> Any:
        """Return whatever stands under a name, None without it."""
        self._known.add(name)
        return self._held.get(name)

    def text(self, name: str, otherwise: str | None = None) -> str:
        """Return a text that is not empty; without `otherwise` it must stand there."""
        found = self._of(name, str, otherwise)
        if not found:
            raise bad(self.at(name), "không được để trống", "this must not be empty")
        return found

    def texts(self, name: str) -> list[str]:
        """Return a list of texts, empty without one."""
        found = self._of(name, list, [])
        if not all(isinstance(one, str) and one for one in found):
            raise bad(self.at(name), "phải là danh sách văn bản", "this must be a list of texts")
        return found

    def numbers(self, name: str, otherwise: Sequence[int] = ()) -> frozenset[int]:
        """Return a list of whole numbers."""
        found = self._of(name, list, list(otherwise))
        if not all(isinstance(one, int) and not isinstance(one, bool) for one in found):
            raise bad(self.at(name), "phải là danh sách số", "this must be a list of whole numbers")
        return frozenset(found)

    def number(self, name: str, otherwise: float, least: float, most: float) -> float:
        """Return a number between two."""
        found = self.get(name)
        found = otherwise if found is None else found
        if isinstance(found, bool) or not isinstance(found, int | float) or not (
            least <= found <= most
        ):
            raise bad(
                self.at(name), f"phải là số từ {least:g} đến {most:g}",
                f"this must be a number from {least:g} to {most:g}",
            )
        return found

    def one_of(self, name: str, choices: Sequence[str], otherwise: str | None = None) -> str:
        """Return one of some words."""
        found = self.text(name, otherwise)
        if found not in choices:
            there = ", ".join(choices)
            raise bad(self.at(name), f"phải là một trong: {there}", f"this must be one of: {there}")
        return found

    def section(self, name: str) -> Section:
        """Return an object below, empty without one."""
        found = self.get(name)
        return Section(self.at(name), {} if found is None else found)

    def sections(self) -> Mapping[str, Any]:
        """Return everything by name: here names are free."""
        self._known.update(self._held)
        return self._held

    def secrets(self) -> Mapping[str, str]:
        """Return the values of the environment that `secrets` names, by the names used here."""
        found: dict[str, str] = {}
        below = self.section("secrets")
        for name, variable in below.sections().items():
            if not isinstance(variable, str) or not SECRET.fullmatch(variable):
                raise bad(
                    below.at(name), "phải là tên biến môi trường MOTCUA_SECRET_…",
                    "this must name a variable of the environment, MOTCUA_SECRET_…",
                )
            if not os.environ.get(variable):
                raise bad(
                    below.at(name), f"biến môi trường {variable} chưa được đặt",
                    f"the variable {variable} of the environment is not set",
                )
            found[name] = os.environ[variable]
        return found

    def end(self) -> None:
        """Refuse what nobody asked for: a name mistyped must not be passed over."""
        unknown = sorted(set(self._held) - self._known)
        if unknown:
            raise bad(
                self.at(unknown[0]), "không có mục này", "there is no such setting here",
            )

    def _of(self, name: str, kind: type[Kind], otherwise: Kind | None) -> Kind:
        found = self.get(name)
        if found is None:
            if otherwise is None:
                raise bad(self.at(name), "còn thiếu", "this is missing")
            return otherwise
        if not isinstance(found, kind):
            raise bad(
                self.at(name), f"phải là {kind.__name__}", f"this must be a {kind.__name__}",
            )
        return found


def file_bytes(file: Path) -> bytes:
    """Return what a file holds; raise Invalid naming it where it cannot be opened."""
    try:
        return file.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise bad(str(file), f"không mở được: {why}", f"it cannot be opened: {why}") from error


def parsed(place: str, content: bytes) -> Any:
    """Return the JSON, or by the name of its place TOML, in bytes; raise Invalid."""
    try:
        text = content.decode("utf-8")
        return tomllib.loads(text) if place.endswith(".toml") else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise bad(place, f"không đọc được: {error}", f"it cannot be read: {error}") from error
