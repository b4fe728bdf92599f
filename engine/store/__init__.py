"""The archive (kho): the only home of SQLAlchemy and psycopg."""
