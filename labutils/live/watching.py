"""Run the rules that a team has switched on over its stream as it grows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from labutils.hunt.engine import Hit, Matcher, make_columns
from labutils.hunt.reading import Event
from labutils.hunt.rules import AnyRule, Ruleset, load, sources_wanted
from labutils.hunt.store import Store
from labutils.lab import data_file
from labutils.live.company import LiveEvent
from labutils.live.containment import CannotDo
from labutils.text import shown

LONGEST_RULE = 6_000  # characters
MOST_OWN = 6  # rules of a team's own
MOST_HITS = 400  # of a rule, that are kept
NOISY = ("jira_log_silent_while_used",)  # of a log that leaves most out at first


@dataclass(frozen=True)
class ShelfRule:
    """A rule that a team may switch on."""

    id: str
    title: str
    level: str
    text: str


@cache
def shelf(sources: tuple[str, ...]) -> dict[str, ShelfRule]:
    """Return the course's rules about these logs, and those of the exercise, by id."""
    found: dict[str, ShelfRule] = {}
    for folder in ("rules", "live/rules"):
        for path in sorted(Path(str(data_file(folder))).glob("*.yml")):
            rules = load([path])
            if not sources_wanted(rules) <= set(sources) or path.stem in NOISY:
                continue
            calling = [one for one in rules.rules if level_of(one) != "informational"]
            if not calling:
                continue
            named = calling[-1]
            rule = ShelfRule(
                path.stem,
                named.title or path.stem,
                level_of(named),
                path.read_text(encoding="utf-8"),
            )
            found[rule.id] = rule
    return found


def level_of(rule: AnyRule) -> str:
    """Return the level of a rule in lower case, or an empty text."""
    return rule.level.name.lower() if rule.level else ""


def own_rule(text: str) -> ShelfRule:
    """Return a rule that a team wrote, after checking it.

    Raises CannotDo with what is wrong with it.
    """
    if len(text) > LONGEST_RULE:
        raise CannotDo(f"A rule has at most {LONGEST_RULE:,} characters.")
    if "|re" in text:
        raise CannotDo(
            "Regular expressions are not accepted here; use contains, startswith, endswith."
        )
    ruleset = _loaded([text])
    if ruleset.refused:
        raise CannotDo(f"This rule cannot be used: it {shown(ruleset.refused[0].reason, 300)}")
    named = ruleset.rules[-1]
    title = named.title or "A rule without a title"
    return ShelfRule(title, title, level_of(named), text)


def _loaded(texts: Iterable[str]) -> Ruleset:
    with TemporaryDirectory(prefix="live-rules-") as name:
        for number, text in enumerate(texts):
            (Path(name) / f"{number}.yml").write_text(text, encoding="utf-8")
        return load([Path(name)])


@dataclass(eq=False)
class RuleWatch:
    """The rules that a team watches with, and their hits so far.

    `rules`: by id, in the order in which they were switched on; `by_id`: hits, each as it is now: a
    correlation goes on to take lines in.
    """

    rules: dict[str, ShelfRule] = field(default_factory=dict)
    by_id: dict[str, Hit] = field(default_factory=dict)
    seen: int = 0  # events of the stream that were looked at
    _matcher: Matcher | None = None
    _store: Store | None = None

    def switch(self, rules: dict[str, ShelfRule]) -> None:
        """Watch with these rules from now on, over all that came so far as well."""
        self.close()
        self.rules, self.by_id, self.seen = rules, {}, 0
        if rules:
            ruleset = _loaded(rule.text for rule in rules.values())
            self._store = Store(keep_texts=False)
            make_columns(ruleset, self._store)
            self._matcher = Matcher(ruleset, self._store, keep=True)

    def look(self, stream: list[tuple[str, LiveEvent]]) -> list[Hit]:
        """Return the hits of what came since the last look."""
        if self._matcher is None or self._store is None or self.seen == len(stream):
            return []
        self._store.load(_events(stream[self.seen :]))
        self.seen = len(stream)
        found = [*self._matcher.new_hits(), *self._matcher.standing()]
        calling = [hit for hit in found if hit.level != "informational"]
        new = [hit for hit in calling if hit.id not in self.by_id]
        self.by_id |= {hit.id: hit for hit in calling}
        for name in list(self.by_id)[: -MOST_HITS * max(1, len(self.rules))]:
            del self.by_id[name]
        return new

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()
        self._store = self._matcher = None


def _events(stream: Iterable[tuple[str, LiveEvent]]) -> Iterator[Event]:
    for name, event in stream:
        source, _, number = name.rpartition(":")
        yield Event(source, int(number), source, event.fields, event.text)
