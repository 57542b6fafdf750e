"""What happened in an incident, and what would have happened in another world."""
