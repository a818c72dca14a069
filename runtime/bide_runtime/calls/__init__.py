"""The provider, its calls, and the links, pages and events in its replies."""
