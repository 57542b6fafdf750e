"""The logs of a company, and the truth about them where it is known."""

import csv
import json
from collections.abc import Collection, Iterable, Mapping
from functools import cache, cached_property
from pathlib import Path

from labutils.hunt.engine import Hit
from labutils.hunt.loaded_logs import LoadedLogs, rules_of_texts
from labutils.incident import scoring
from labutils.incident.log_events import Event, LogEvents, with_fields
from labutils.incident.log_lines import LogLines
from labutils.incident.scoring import Score
from labutils.lab import SceneError
from labutils.text import shown


@cache
def loaded_logs(folder: Path) -> LoadedLogs:
    """Return the logs of a folder as rules see them: loaded once for all who ask."""
    return LoadedLogs(folder)


class Logs:
    """The logs of a company, as `labutils telemetry FOLDER --background N` writes them."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._of_source: dict[str, LogLines] = {}

    def events(
        self, source: str, word: str = "", fields: Collection[str] = ()
    ) -> Mapping[str, Event]:
        """The events of a source by their ids, `source:line`, in the order of time; with a word,
        those alone in whose line it stands.

        Each is read from the log when somebody looks at it. With fields, such as
        `client.ipAddress`, all are read at once, and these fields alone are kept.
        """
        events = LogEvents(source, self._lines(source), word)
        return with_fields(events, fields) if fields else events

    def _lines(self, source: str) -> LogLines:
        """The lines of a source: where they begin is looked up once."""
        if source not in self._of_source:
            self._of_source[source] = LogLines(self.folder / f"{source}.jsonl")
        return self._of_source[source]

    def named(self, names: Iterable[str]) -> dict[str, Event]:
        """These events alone, by their ids: no other line is read as JSON. Raises KeyError for an
        id of no line."""
        return {name: self.events(name.rpartition(":")[0])[name] for name in names}

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of a table that people keep: `changes`, `roster`, `travel`. Raises
        SceneError for one that is not there."""
        tables = sorted(path.stem for path in self.folder.glob("*.csv"))
        if name not in tables:
            known = ", ".join(tables)
            raise SceneError(f"There is no table {shown(str(name), 60)!r}. There are: {known}.")
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    def counts(self) -> dict[str, int]:
        """How many events each source has."""
        return {source: len(self._lines(source)) for source in self._sources()}

    def which_name(self, word: str) -> tuple[list[str], list[str]]:
        """The sources in which a word stands nowhere, and those in which it does."""
        text = word.encode()
        names_it = {
            source: any(text in line for line in self._lines(source)) for source in self._sources()
        }
        silent = [source for source, speaks in names_it.items() if not speaks]
        return silent, [source for source in names_it if source not in silent]

    def _sources(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("*.jsonl"))

    @property
    def _truth_file(self) -> Path:
        path = self.folder / "truth.json"
        if not path.exists():
            raise SceneError("Nobody knows the truth about this month, so it cannot be scored.")
        return path

    @cached_property
    def truth(self) -> dict[str, str]:
        """What nobody has at work: the events of the attack, and the fact that each belongs to.

        Raises SceneError where nobody has it here either.
        """
        facts: dict[str, str] = json.loads(self._truth_file.read_text(encoding="utf-8"))
        return facts

    def score(self, hits: Iterable[Hit]) -> Score:
        """How well these hits show the attack (labutils.incident.scoring). Raises SceneError where
        nobody knows the truth."""
        return scoring.score(list(hits), self._truth_file.parent)

    def hunt(self, *rules: str) -> list[Hit]:
        """The hits of these rules. A rule that cannot be used is named in a sentence."""
        ruleset = rules_of_texts(*rules)
        hits = loaded_logs(self.folder).hits(ruleset)
        for refused in ruleset.refused:
            print(f"Not used: {refused.reason}.")
        return hits
