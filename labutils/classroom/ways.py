"""Describe the two ways through the course (data/course.yaml).

One goes from the token up, in the order of the numbers; the other from the breach down, in the
order of the story. A lesson runs in either.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

TOKENS, STORY = "tokens", "story"
NAMES = {TOKENS: "From the token up", STORY: "From the breach down"}


@dataclass(frozen=True)
class Ways:
    """The order of the story, and which lesson a lesson of the story may visit."""

    story: tuple[str, ...]
    visits: dict[str, str]

    def next_in_story(self, number: str) -> str:
        """Return the lesson that follows in the story, or an empty text after the last.

        After a visit, it is the one that follows the lesson that was visited from.
        """
        came_from = {visited: visitor for visitor, visited in self.visits.items()}
        here = number if number in self.story else came_from.get(number, "")
        if here not in self.story:
            return ""
        place = self.story.index(here) + 1
        return self.story[place] if place < len(self.story) else ""


@cache
def ways() -> Ways:
    """Return what data/course.yaml says. Raises SheetError with file and line for a fault in it."""
    from labutils.lab import data_file
    from labutils.sheets import Row, quoted, read, value  # they want PyYAML

    sheet = read(data_file("course.yaml"), scalar=quoted)
    return Ways(tuple(sheet["story"]), dict(value(sheet, "visits", Row)))


def taken(chosen: str, begun: Iterable[str]) -> str:
    """Return the way that somebody takes: the chosen one, or else the one they are on.

    The lessons begun so far tell: whoever is at the breach without lessons 01 to 05 came by the
    story.
    """
    if chosen in NAMES:
        return chosen
    begun = list(begun)
    of_the_breach = [number for number in begun if number >= "06"]
    of_the_tokens = [number for number in begun if "01" <= number <= "05"]
    return STORY if of_the_breach and len(of_the_tokens) < 3 else TOKENS
