"""A job in steps, and all that a program stores of it: results, errors and outcomes as JSON."""
