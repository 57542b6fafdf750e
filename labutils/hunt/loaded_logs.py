"""Rules over a folder of logs, again and again: a log is loaded when the first rule asks for it."""

import tempfile
import threading
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from textwrap import dedent

from sigma.rule import SigmaRule

from labutils.hunt import engine, reading
from labutils.hunt import rules as sigma_rules
from labutils.hunt.asking import NewEvents
from labutils.hunt.engine import Hit
from labutils.hunt.rules import Ruleset
from labutils.hunt.store import Store

CACHE = 12 * 1024  # KiB of the database that stay in memory: the texts are read from the disk


def rules_of_texts(*rules: str) -> Ruleset:
    """Return these texts as files of rules, read with pySigma; what is no rule is in `refused`."""
    with tempfile.TemporaryDirectory() as folder:
        return sigma_rules.load([written(Path(folder), rules)])


def written(folder: Path, rules: Iterable[str]) -> Path:
    """Write these rules into a folder, a file each, and return it."""
    for n, text in enumerate(rules, 1):
        (folder / f"rule-{n:02}.yml").write_text(dedent(text.strip("\n")), encoding="utf-8")
    return folder


class LoadedLogs:
    """The logs of a folder, a file each, in a store. Several threads may ask: one after the other.

    `often_asked` are fields by source that most rules ask for: a log is read once for all of them.
    """

    def __init__(self, folder: Path, often_asked: Mapping[str, Collection[str]] | None = None):
        self.folder = folder
        self.often_asked = often_asked or {}
        self._store: Store | None = None
        self._loaded: set[str] = set()
        self._lock = threading.RLock()

    def hits(self, ruleset: Ruleset) -> list[Hit]:
        """Return the hits of these rules. What cannot be asked is refused in the ruleset."""
        with self._lock:
            return engine.Matcher(ruleset, self._prepared(ruleset)).new_hits()

    def hits_or_ids(self, ruleset: Ruleset, most: int) -> tuple[list[Hit], list[str]]:
        """Return the hits, and the ids of events of which a rule is true that is true of more than
        `most`: of these no hits are made, which would take seconds."""
        with self._lock:
            store = self._prepared(ruleset)
            matcher = _Marking(ruleset, store, most)
            hits = matcher.new_hits()
            return hits, [name for name, _ in store.events(matcher.marked).values()]

    def _prepared(self, ruleset: Ruleset) -> Store:
        """The store with the columns and the logs that these rules need."""
        if self._store is None:
            self._store = Store()
            self._store.database.execute(f"PRAGMA cache_size = -{CACHE}")
        engine.make_columns(ruleset, self._store)
        wanted = sigma_rules.sources_wanted(ruleset) - self._loaded
        paths = [self.folder / f"{source}.jsonl" for source in sorted(wanted)]
        files, _ = reading.log_files([path for path in paths if path.exists()])
        for source in sorted(wanted):
            self._store.want(source, self.often_asked.get(source, ()))
        items = (item for file in files for item in reading.read(file))
        self._store.load(item for item in items if isinstance(item, reading.Event))
        self._loaded |= wanted
        return self._store


class _Marking(engine.Matcher):
    """Rules as somebody types them: the events of one that is true of very many are marked, and no
    hit is made for each."""

    def __init__(self, ruleset: Ruleset, store: Store, most: int):
        super().__init__(ruleset, store)
        self.most = most
        self.marked: list[int] = []

    def _event_hits(self, rule: SigmaRule, log: NewEvents) -> list[Hit]:
        times = log.times(rule) if rule._output else {}
        if len(times) <= self.most:
            return super()._event_hits(rule, log)
        self.marked += times
        return []
