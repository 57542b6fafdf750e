"""12 · Lifetimes, revocation and continuous evaluation."""
