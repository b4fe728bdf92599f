"""`motcua migrate` (chuyển đổi): the database at the newest schema, with its two roles."""

from __future__ import annotations

import os

from api.cli.arguments import add_place, parser, settings_of, told
from api.places import owner_url
from engine.store.migrate import migrate as bring

#: Names the application role's password; without it the role keeps the one it has.
PASSWORD = "MOTCUA_APPLICATION_PASSWORD"  # noqa: S105 - the name of a variable
SAYS = (
    "Đưa cơ sở dữ liệu của MOTCUA_DATABASE_URL, bằng tài khoản chủ sở hữu, lên lược đồ mới nhất; "
    f"chỉ tiến, không lùi; {PASSWORD} đặt mật khẩu cho motcua_app (bring the database, as its "
    f"owner, to the newest schema, forward only; {PASSWORD} becomes motcua_app's password)."
)


def migrate(argv: list[str]) -> int:
    """Migrate the database that the owner's URL names; return 0, 1 for a failure, 2 if unnamed."""
    asked = parser("migrate", SAYS)
    add_place(asked)
    options = asked.parse_args(argv)
    return told("migrate", lambda: _migrate(owner_url(settings_of(options))))


def _migrate(url: str) -> int:
    print(f"lược đồ (schema) {bring(url, os.environ.get(PASSWORD))}")
    return 0
