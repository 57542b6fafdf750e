"""Replay an incident: what happened, and what would have happened with other controls."""

COURSE = "cloudflare-2023"  # the case that the lessons tell, a folder of data/cases/
