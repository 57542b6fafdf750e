"""16 · OAuth grants of an integration."""
