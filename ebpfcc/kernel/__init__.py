"""Loading and running programs in the running kernel."""
