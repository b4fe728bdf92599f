"""Migrations (chuyển đổi): forward-only steps of the schema, run by `motcua migrate`."""
