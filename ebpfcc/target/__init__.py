"""Facts of the target as tables: no imports, no logic."""
