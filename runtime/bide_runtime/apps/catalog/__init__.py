"""The catalog of a generated package: its jobs and operations as data, for its command line and its MCP server."""
