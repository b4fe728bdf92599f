"""Blueprints (nhóm địa chỉ): what every room of routes shares, with a door or without."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from api.auth import authenticate
from api.schemas.base import PARSER

#: What may go wrong anywhere behind the door, for the documentation.
_REFUSALS = (401, 403, 404, 422, 503)
#: Headers that changes take, for the documentation.
IF_MATCH = {
    "in": "header", "name": "If-Match", "schema": {"type": "string"}, "required": True,
    "description": "ETag of what was read (bản đã đọc)",
}
KEY = {
    "in": "header", "name": "Idempotency-Key", "schema": {"type": "string", "maxLength": 255},
    "description": "repeated with the same body, answered from the first (khóa chống lặp)",
}


class Room(Blueprint):  # type: ignore[misc]  # the library has no types
    """A blueprint whose bodies and queries are read strictly and whose views are behind the door.

    `public` leaves the door out.
    """

    ARGUMENTS_PARSER = PARSER

    def __init__(self, name: str, import_name: str, *, public: bool = False, **more: Any) -> None:
        super().__init__(name, import_name, url_prefix="/api/v1", **more)
        self.public = public
        if not public:
            self.before_request(authenticate)

    def change(self, *, etag: bool, more: tuple[int, ...] = ()) -> Any:
        """Document a view that changes something: its headers and refusals, and `more` of these."""
        parameters = [IF_MATCH, KEY] if etag else [KEY]
        statuses = (*_REFUSALS, 409, 412, 428) if etag else (*_REFUSALS, 409)
        return self.doc(parameters=parameters, responses=_problems((*statuses, *more)))

    def look(self, *more: int) -> Any:
        """Document a view that only reads, and `more` refusals than all have."""
        if self.public:
            return self.doc(responses=_problems((404,)), security=[])
        return self.doc(responses=_problems((401, 403, 404, *more)))


def _problems(statuses: tuple[int, ...]) -> dict[str, dict[str, str]]:
    return {str(status): {"$ref": "#/components/responses/Problem"} for status in sorted(statuses)}
