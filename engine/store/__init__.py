"""The archive (kho): the only home of SQLAlchemy and psycopg."""

from engine.store.database import Connection, Store
from engine.store.unit import Unit

__all__ = ["Connection", "Store", "Unit"]
