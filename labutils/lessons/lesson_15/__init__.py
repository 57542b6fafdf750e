"""15 · Containment, eviction, credential rotation."""
