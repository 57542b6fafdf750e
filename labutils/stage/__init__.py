"""Stage the scenes of the lessons: one scene per module, named for what it shows."""
