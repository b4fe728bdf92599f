"""Migrations (chuyển đổi): bring a database to the newest schema, forward only, with its roles.

Two roles: the owner holds tables, triggers and functions and cannot log in; the application role
may read and write rows and owns nothing, so it can neither drop a trigger nor rewrite history.
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from engine.errors import Unavailable
from engine.store import calendars
from engine.store.tables import APPLICATION, JOBS, OWNER
from engine.worktime import DEFAULT

#: Held while migrating, so that two commands started together run one after the other.
_LOCK = 7_611_820_251


def migrate(url: str, password: str | None = None) -> str:
    """Bring the database to the newest schema and return its version; run again, change nothing.

    `url` is of a role that may create roles (a superuser or the database's owner); `password` is
    the application role's, which keeps its old one when None. Raises Unavailable when the database
    does not answer.
    """
    database = create_engine(url)
    try:
        with database.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            _roles(connection, password)
            config = _config()
            config.attributes["connection"] = connection
            connection.execute(text(f"SET ROLE {OWNER}"))
            command.upgrade(config, "head")
            connection.execute(text("RESET ROLE"))
            calendars.add(connection.connection.driver_connection, DEFAULT)  # type: ignore[arg-type]
            return version(connection) or ""
    except DBAPIError as error:
        raise Unavailable(
            f"Không chuyển đổi được cơ sở dữ liệu: {error.orig}",
            f"The database could not be migrated: {error.orig}", code="migration-failed",
        ) from error
    finally:
        database.dispose()


def version(connection: Connection) -> str | None:
    """Return the schema version of a database, None when it was never migrated."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Return the newest schema version that this build knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "engine.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _roles(connection: Connection, password: str | None) -> None:
    for role, login in ((OWNER, "NOLOGIN"), (APPLICATION, "LOGIN")):
        found = connection.execute(
            text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role},
        ).first()
        if found is None:
            connection.execute(text(f"CREATE ROLE {role} {login} NOINHERIT"))
    if password is not None:
        raw = connection.connection.driver_connection
        assert raw is not None  # noqa: S101 - an open connection has its driver's
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(APPLICATION), sql.Literal(password),
        )
        raw.execute(statement)
    connection.execute(text(f"GRANT {OWNER} TO CURRENT_USER"))
    connection.execute(text(f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}"))
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {APPLICATION}"))
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {JOBS} AUTHORIZATION {OWNER}"))
