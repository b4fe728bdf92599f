"""The shape of the operator's file (khuôn cấu hình): every place in it is known, or is a fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from engine.errors import Fault


class Reader:
    """Reads a table by dotted places and notes every fault instead of stopping at the first."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self._found = found
        self._faults: list[Fault] = []
        self._read: set[str] = set()

    def fault(self, place: str, vi: str, en: str) -> None:
        """Note that a place is wrong."""
        self._faults.append(Fault(place, "wrong", vi, en))

    def has(self, place: str) -> bool:
        """Tell whether anything stands at a place."""
        return self._at(place) is not None

    def text(self, place: str, *, required: bool = False) -> str:
        """Return the text at a place, empty where nothing stands."""
        value = self._take(place)
        if value is None or value == "":
            if required:
                self.fault(place, "thiếu", "missing")
            return ""
        if not isinstance(value, str):
            self.fault(place, "phải là chuỗi", "must be a text")
            return ""
        return value

    def address(self, place: str) -> str:
        """Return the address at a place."""
        value = self.text(place, required=True)
        parts = urlsplit(value)
        if value and (parts.scheme not in ("https", "http") or not parts.netloc):
            self.fault(place, "phải là địa chỉ https://…", "must be an address, https://…")
        return value

    def yes(self, place: str) -> bool:
        """Return the yes or no at a place, no where nothing stands."""
        value = self._take(place)
        if value not in (None, True, False):
            self.fault(place, "phải là true hoặc false", "must be true or false")
        return value is True

    def anything(self, place: str) -> Mapping[str, Any]:
        """Return the table at a place, whatever it holds."""
        value = self._take(place)
        if value is not None and not isinstance(value, dict):
            self.fault(place, "phải là một bảng", "must be a table")
            return {}
        return value or {}

    def texts(self, place: str) -> dict[str, str]:
        """Return a table of texts under any names."""
        found = self.anything(place)
        for name, value in found.items():
            if not isinstance(value, str) or not value:
                self.fault(f"{place}.{name}", "phải là chuỗi không rỗng", "must be a text")
        return dict(found)

    def table(self, place: str, known: Mapping[str, Any]) -> dict[str, Any]:
        """Return a table whose names and kinds of values are known, over what holds without it."""
        found = self.anything(place)
        for name, value in found.items():
            if name not in known:
                self.fault(f"{place}.{name}", f"không rõ; có: {', '.join(known)}",
                           f"unknown; there are: {', '.join(known)}")
            else:
                self._need_kind(f"{place}.{name}", value, known[name])
        return {**known, **{k: v for k, v in found.items() if k in known}}

    def tables(self, place: str, known: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return tables under any names, whose own names are known; a mapping lists choices."""
        found: dict[str, dict[str, Any]] = {}
        for name in self.anything(place):
            inner = f"{place}.{name}"
            value = self._found[place][name]
            if not isinstance(value, dict):
                self.fault(inner, "phải là một bảng", "must be a table")
                continue
            found[name] = {k: v for k, v in value.items() if self._is_known(inner, k, v, known)}
        return found

    def finish(self) -> list[Fault]:
        """Return every fault, those at places that nobody read among them."""
        self._unread(self._found, "")
        return self._faults

    def _is_known(self, place: str, name: str, value: object, known: Mapping[str, Any]) -> bool:
        choices = known.get(name)
        if name not in known or not isinstance(value, str):
            self.fault(f"{place}.{name}", f"không rõ; có: {', '.join(known)}",
                       f"unknown or no text; there are: {', '.join(known)}")
            return False
        if isinstance(choices, dict) and value not in choices:
            self.fault(f"{place}.{name}", f"«{value}» không phải một trong {', '.join(choices)}",
                       f"{value!r} is none of {', '.join(choices)}")
            return False
        return True

    def _need_kind(self, place: str, value: object, usual: object) -> None:
        if isinstance(usual, list):
            if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
                self.fault(place, "phải là danh sách chuỗi", "must be a list of texts")
        elif isinstance(value, bool) or not isinstance(value, str | int):
            self.fault(place, "phải là chuỗi hoặc số", "must be a text or a number")

    def _at(self, place: str) -> Any:
        value: Any = self._found
        for name in place.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def _take(self, place: str) -> Any:
        self._read.add(place)
        return self._at(place)

    def _unread(self, table: Mapping[str, Any], place: str) -> None:
        for name, value in table.items():
            here = f"{place}.{name}" if place else name
            if here in self._read:
                continue
            if isinstance(value, dict) and any(r.startswith(f"{here}.") for r in self._read):
                self._unread(value, here)
            else:
                self.fault(here, "không có mục này", "there is no such place")
