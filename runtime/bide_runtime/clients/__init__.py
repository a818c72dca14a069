"""The drivers, blocking and asyncio: they do what the core says."""
