"""Building (dựng): from lowered bytes to specs and notes; lowering has made all plain before."""
