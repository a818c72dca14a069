"""A hostile spec, a crash or a hostile folder does no harm."""
