"""Streams of events, blocking and asyncio."""
