"""The archive (kho): the only home of SQLAlchemy and psycopg.

What opens a database is imported when it is first asked for: a command that only wants to know
where the embedded server is starts without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.store.database import Store
    from engine.store.trips import Connection
    from engine.store.unit import Unit

__all__ = ["Connection", "Store", "Unit"]

_HOMES = {"Connection": "trips", "Store": "database", "Unit": "unit"}


def __getattr__(name: str) -> Any:
    """Return what this room offers; raise AttributeError for anything else."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"engine.store.{_HOMES[name]}"), name)
