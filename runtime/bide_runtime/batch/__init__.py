"""Many jobs side by side. Sans-IO."""
