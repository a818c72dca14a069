"""The runtime's core and drivers, in virtual time. Each file holds the promises of one module."""
