"""08 · Incident timeline."""
