"""The runtime's core and drivers, in virtual time: each file holds the promises of one noun."""
