"""Try rules on worlds that are never shown: six other intruders in the same company."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from labutils.capstone.world import Truth
from labutils.hunt.engine import hunt_with
from labutils.hunt.rules import RefusedRule, load, sources_wanted
from labutils.incident.scoring import Score, alerting, score


@dataclass(frozen=True)
class RulesTried:
    """The scores of rules, one for each hidden world, and which rules could not be used."""

    scores: tuple[Score, ...] = ()
    refused: tuple[RefusedRule, ...] = ()

    @property
    def mean(self) -> float:
        """The mean of the worlds' points, from 0 to 1."""
        return sum(one.points for one in self.scores) / len(self.scores) if self.scores else 0.0


def try_rules(worlds: Sequence[Truth], paths: Sequence[Path]) -> RulesTried:
    """Run rules over hidden worlds, and score them."""
    ruleset = load(list(paths)) if paths else None
    if ruleset is None or not ruleset.rules:
        return RulesTried(refused=tuple(ruleset.refused) if ruleset else ())
    scores = []
    for truth in worlds:
        logs = [truth.folder / f"{name}.jsonl" for name in sorted(sources_wanted(ruleset))]
        found = hunt_with(ruleset, [path for path in logs if path.exists()])
        scores.append(score(alerting(found.hits), truth.folder, case=truth.drawn.case))
    return RulesTried(tuple(scores), tuple(ruleset.refused))


def try_texts(worlds: Sequence[Truth], texts: Sequence[str]) -> RulesTried:
    """Run rules that are given as text over hidden worlds, and score them."""
    with TemporaryDirectory(prefix="rules-") as name:
        paths = [Path(name, f"{number}.yml") for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        return try_rules(worlds, paths)
