"""What happened in an incident, and what would have happened in another world."""

COURSE = "cloudflare-2023"  # the case that the lessons tell, a folder of data/cases/
