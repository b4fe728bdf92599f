"""Routes under /api/v1: thin, each calls office.execute or reads from the store."""
