"""`bide verify --live`: call the real server with the generated client, and keep what it said."""
