"""Kill workers of Celery, Procrastinate, DBOS and Restate while jobs run, and count what the provider saw."""
