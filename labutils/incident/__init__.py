"""What happened in 2023, and what would have happened in another world."""
