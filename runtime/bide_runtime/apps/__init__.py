"""Programs made of a generated package: its command line and its MCP server."""
