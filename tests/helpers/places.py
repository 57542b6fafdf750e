"""Where things are in the repository."""

import pathlib

import lessons

ROOT = pathlib.Path(__file__).parents[2]
TESTS, LABUTILS = ROOT / "tests", ROOT / "labutils"
NOTEBOOKS, DATA, TOOLS = ROOT / "notebooks", ROOT / "data", ROOT / "tools"
LESSONS = TESTS / "lessons"
HAR_SCHEMA = TESTS / "har" / "har-1.2.schema.json"
NIGHT_FERRY = TESTS / "cases" / "night-ferry"
# The lessons of the course, and those that LABUTILS_LESSONS names: the rails hold both.
NUMBERS = [path.name[:2] for path in (*lessons.paths(), *lessons.guests())]
