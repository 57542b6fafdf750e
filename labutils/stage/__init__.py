"""What the lessons put on: a scene a module, each named for what it shows."""
