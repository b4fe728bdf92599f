"""The schema (lược đồ): whether the database has the one that this build knows."""

from __future__ import annotations

from typing import Any

import psycopg

from engine.errors import Unavailable
from engine.store.migrate import newest


def need_newest(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Raise Unavailable unless the database was migrated to the newest schema."""
    there = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
    row = None
    if there is not None and there[0] is not None:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None or row[0] != newest():
        raise Unavailable(
            f"Cơ sở dữ liệu có lược đồ {row[0] if row else 'trống'}, cần {newest()}; "
            "hãy chạy motcua migrate.",
            f"The database has schema {row[0] if row else 'none'}, {newest()} is needed; "
            "run motcua migrate.", code="schema-not-newest",
        )
