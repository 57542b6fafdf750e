"""11 · Sender-constrained tokens."""
