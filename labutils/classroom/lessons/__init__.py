"""One file a lesson: its exercises, their checks and their feedback."""
