"""The drivers, blocking and asyncio: they perform the actions that the core yields."""
