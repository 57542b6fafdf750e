"""Rules that a team has switched on, held against its stream as it grows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from labutils.hunt.engine import Hit, Matcher, make_columns
from labutils.hunt.reading import Event
from labutils.hunt.rules import Ruleset, load, sources_wanted
from labutils.hunt.store import Store
from labutils.lab import data_file
from labutils.live.company import LiveEvent
from labutils.live.containment import CannotDo
from labutils.text import shown

LONGEST_RULE = 6_000  # characters
MOST_OWN = 6  # rules of a team's own
MOST_HITS = 400  # of a rule, that are kept


@dataclass(frozen=True)
class ShelfRule:
    """A rule that a team may switch on."""

    id: str
    title: str
    level: str
    text: str
    about: str = ""


@cache
def shelf(sources: tuple[str, ...]) -> dict[str, ShelfRule]:
    """The course's rules about these logs, and those of the exercise, by id."""
    found: dict[str, ShelfRule] = {}
    for folder in ("rules", "live/rules"):
        for path in sorted(Path(str(data_file(folder))).glob("*.yml")):
            rules = load([path])
            if not rules.rules or not sources_wanted(rules) <= set(sources):
                continue
            named = next((one for one in rules.rules if one._output), rules.rules[-1])
            rule = ShelfRule(
                path.stem,
                named.title or path.stem,
                named.level.name.lower() if named.level else "",
                path.read_text(encoding="utf-8"),
                (named.description or "").strip().replace("\n", " "),
            )
            found[rule.id] = rule
    return found


def own_rule(text: str) -> ShelfRule:
    """A rule that a team wrote. Raises CannotDo with what is wrong with it."""
    if len(text) > LONGEST_RULE:
        raise CannotDo(f"A rule has at most {LONGEST_RULE:,} characters.")
    if "|re" in text:
        raise CannotDo(
            "Regular expressions are not taken here; use contains, startswith, endswith."
        )
    ruleset = _loaded([text])
    if ruleset.refused:
        raise CannotDo(f"That is no rule that can be used: {shown(ruleset.refused[0].reason, 300)}")
    named = ruleset.rules[-1]
    title = named.title or "A rule without a title"
    return ShelfRule(title, title, named.level.name.lower() if named.level else "", text)


def _loaded(texts: Iterable[str]) -> Ruleset:
    with TemporaryDirectory(prefix="live-rules-") as name:
        for number, text in enumerate(texts):
            (Path(name) / f"{number}.yml").write_text(text, encoding="utf-8")
        return load([Path(name)])


@dataclass(eq=False)
class RuleWatch:
    """Rules, and what they found so far. `rules`: by id, in the order in which they were switched
    on."""

    rules: dict[str, ShelfRule] = field(default_factory=dict)
    hits: list[Hit] = field(default_factory=list)
    seen: int = 0  # events of the stream that were looked at
    _matcher: Matcher | None = None
    _store: Store | None = None
    _standing: set[str] = field(default_factory=set)

    def switch(self, rules: dict[str, ShelfRule]) -> None:
        """RuleWatch with these rules from now on, over all that came so far as well."""
        self.close()
        self.rules, self.hits, self.seen, self._standing = rules, [], 0, set()
        if rules:
            ruleset = _loaded(rule.text for rule in rules.values())
            self._store = Store(keep_texts=False)
            make_columns(ruleset, self._store)
            self._matcher = Matcher(ruleset, self._store, keep=True)

    def look(self, stream: list[tuple[str, LiveEvent]]) -> list[Hit]:
        """The hits of what came since the last look."""
        if self._matcher is None or self._store is None or self.seen == len(stream):
            return []
        self._store.load(_events(stream[self.seen :]))
        self.seen = len(stream)
        new = list(self._matcher.new_hits())
        for hit in self._matcher.standing():
            if hit.id not in self._standing:
                self._standing.add(hit.id)
                new.append(hit)
        self.hits += new
        del self.hits[: -MOST_HITS * max(1, len(self.rules))]
        return new

    def close(self) -> None:
        """Forget the store."""
        if self._store is not None:
            self._store.close()
        self._store = self._matcher = None


def _events(stream: Iterable[tuple[str, LiveEvent]]) -> Iterator[Event]:
    for name, event in stream:
        source, _, number = name.rpartition(":")
        yield Event(source, int(number), source, event.fields, event.text)
