"""A hypothesis of the learner's own, as a whole rule file: judged, and run as in a terminal."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import chdir
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any
from uuid import UUID

import yaml

from labutils.classroom.judging import PASSED, Verdict, written
from labutils.hunt import rules as sigma_rules
from labutils.hunt.engine import Hit
from labutils.incident.scoring import QUIET, Score, alerting
from labutils.text import counted

from .hunting import (
    ABROAD_DETECTION,
    Logs,
    a_month,
    in_worst_week,
    of_files,
    sigma,
    sigma_name,
    unseen,
)

ANOTHER = {  # thieves whom a rule should find as well, by the world in which they come
    "W3": "a different thief, with a different address and other accounts",
    "W4": "a different thief, on other days",
}
WEEKLY = 10  # alerts that the rule may have in its worst week
FOR_A_TRUE_ONE = 12  # alerts that it may have, at most
HEAD = ("title", "id", "level", "falsepositives")  # beside the log source and the detection


@cache
def seen_before() -> frozenset[str]:
    """The steps that the rule of 10-1 sees in the month of the lesson."""
    logs = a_month()
    rule = sigma(
        "token_abroad", "cloudflare_access_nonidentity", "From elsewhere", ABROAD_DETECTION
    )
    return frozenset(logs.score(logs.hunt(rule)).seen_steps)


def not_seen(logs: Logs) -> None:
    """Print the logs in which there are steps of the intruder that the first rule does not see, and
    what Sigma calls them."""
    steps: dict[str, set[str]] = {}
    for name, fact in logs.truth.items():
        if fact not in seen_before():
            steps.setdefault(name.rpartition(":")[0], set()).add(fact)
    for source, facts in sorted(steps.items()):
        print(f"{source:<20} {counted(len(facts), 'step'):<9} {sigma_name(source)}")


def command_line(rule_file: str, logs: Logs) -> None:
    """Write a rule file, and hunt with it as one does in a terminal: the command, and what it says.

    The rule meets copies of the logs that it is about, in a folder that is gone afterwards.
    """
    from labutils.__main__ import main

    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        Path("my_rule.yml").write_text(dedent(rule_file.strip("\n")), encoding="utf-8")
        sources = sigma_rules.sources_wanted(sigma_rules.load([Path("my_rule.yml")]))
        files = [f"{source}.jsonl" for source in sorted(sources)]
        for file in files:
            shutil.copy(logs.folder / file, file)
        arguments = ["hunt", "--rules", "my_rule.yml", "--events", *(files or ["."])]
        print("$ python -m labutils", *arguments)
        main(arguments)


# --- the judge ----------------------------------------------------------------------------------


def hunts(answer: Any) -> Verdict:
    """The judge of 10-9: a whole rule file that leads to what the first rule does not see."""
    if not isinstance(answer, str):
        return Verdict("differs", got=written(answer), mistake="no text")
    judged = _file(answer)
    if judged is not PASSED:
        return judged
    logs = a_month()
    ruleset = of_files(answer)
    if ruleset.refused:
        return Verdict("raised", got=ruleset.refused[0].reason, mistake="no rule")
    hits = logs.hunt(answer)
    return _worth(logs.score(alerting(hits)), hits, answer)


def _file(text: str) -> Verdict:
    """Whether a file has what a rule needs that others are to run."""
    try:
        documents = [one for one in yaml.safe_load_all(dedent(text.strip("\n"))) if one]
    except (yaml.YAMLError, RecursionError) as error:
        return Verdict("raised", got=" ".join(str(error).split())[:160], mistake="no YAML")
    if not documents or not all(isinstance(one, Mapping) for one in documents):
        return Verdict("differs", got=written(text), mistake="head")
    rule = documents[-1]  # the rules that a correlation stands on come before it
    if missing := [name for name in HEAD if not rule.get(name)]:
        return Verdict("differs", got=f"a rule without {missing[0]}", mistake="head")
    if not _is_uuid(rule["id"]):
        return Verdict("differs", got=written(rule["id"]), mistake="id")
    others = rule["falsepositives"]
    if not isinstance(others, list) or not all(map(_says_something, others)):
        return Verdict("differs", got=written(others), mistake="falsepositives")
    if rule["level"] in QUIET:
        return Verdict("differs", got=written(rule["level"]), mistake="level")
    return PASSED


def _is_uuid(text: Any) -> bool:
    """Whether a text is a UUID in the usual notation, and one that somebody drew (RFC 9562)."""
    try:
        return str(UUID(text)) == text and UUID(text).version is not None
    except (AttributeError, TypeError, ValueError):
        return False


def _says_something(text: Any) -> bool:
    """Whether it is more than a word: Sigma's `Unknown` and `None` explain no alert."""
    return isinstance(text, str) and len(text.split()) >= 3


def _worth(score: Score, hits: list[Hit], answer: str) -> Verdict:
    """What a rule is worth: what it costs, what it adds, and whether it knows one thief alone."""
    if not hits:
        return Verdict("differs", got="no hit", mistake="silent")
    led_to = {step for alert in score.alerts for step in alert.steps}
    if not led_to:
        got = f"{counted(len(score.alerts), 'alert')}, none of them true"
        return Verdict("differs", got=got, mistake="false")
    if not (new := led_to - seen_before()):
        return Verdict("differs", got=f"{counted(len(led_to), 'step')}, all known", mistake="known")
    if (alerts := in_worst_week(score)) > WEEKLY:
        got, want = f"{alerts} alerts", f"at most {WEEKLY}"
        return Verdict("differs", "the rule's worst week", got, want, mistake="budget")
    if score.precision.trials > FOR_A_TRUE_ONE * score.precision.hits:
        got = f"{score.precision.hits} true of {counted(score.precision.trials, 'alert')}"
        want = f"at least one true alert in {FOR_A_TRUE_ONE}"
        return Verdict("differs", "the lesson's month", got, want, mistake="blunt")
    for world, words in ANOTHER.items():
        if not new & _found_in(world, answer):
            item = _knows_one_thief(world, answer)
            got = (
                f"no true alert: {item} matches none of that thief's lines"
                if item
                else "no true alert"
            )
            return Verdict("differs", words, got, "at least one", mistake="indicator")
    return PASSED


def _found_in(world: str, answer: str) -> set[str]:
    """The steps to which a rule leads in one of the unseen worlds."""
    logs = unseen()[world]
    score = logs.score(alerting(logs.hunt(answer)))
    return {step for alert in score.alerts for step in alert.steps}


def _knows_one_thief(world: str, answer: str) -> str | None:
    """The first item of a detection that fits lines of this thief and none of another's; None where
    each fits both, one by one."""
    for document in yaml.safe_load_all(dedent(answer.strip("\n"))):
        for field, wanted in _items(document):
            alone = {"item": {field: wanted}, "condition": "item"}
            rule = yaml.safe_dump(document | {"detection": alone, "level": "medium"})
            if _of_the_thief(a_month(), rule) and not _of_the_thief(unseen()[world], rule):
                return f"{field}: {wanted}"
    return None


def _items(document: Any) -> Iterator[tuple[str, Any]]:
    """The fields of a rule's selections, with what they ask for."""
    for selection in (document or {}).get("detection", {}).values():
        for row in selection if isinstance(selection, list) else [selection]:
            if isinstance(row, Mapping):
                yield from row.items()


def _of_the_thief(logs: Logs, rule: str) -> bool:
    """Whether a rule hits a line of the intruder."""
    return any(name in logs.truth for hit in logs.hunt(rule) for name in hit.event_ids)
