"""Kill workers, triggerers and schedulers of Airflow while jobs run, and count what the provider saw."""
