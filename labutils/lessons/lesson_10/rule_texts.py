"""What can be noticed in the text of a detection or a correlation before it is tried: what pySigma
or an engine would pass over in silence, or say nothing helpful of.

A fault is a dictionary of one item: the name of a mistake, and what shows it. Where there is no
fault, it is empty.
"""

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from textwrap import dedent
from typing import Any

import yaml

from labutils.classroom.judging import written
from labutils.incident.log_format import log_format
from labutils.stage.sigma_text import GATEWAY

from .hunting import LARGEST

Fault = dict[str, str]
RULES = ("token_abroad", "privileged_change")  # that are correlated
CORRELATION_KEYS = ("type", "rules", "aliases", "group-by", "timespan", "condition", "generate")
# The address of one machine of a stranger.
ONE_ADDRESS = re.compile(r"\b(?:203\.0\.113|198\.51\.100)\.\d+\b(?!/)")


def detection_of(answer: Any) -> tuple[Any, Fault]:
    """The detection in a text, and a fault of it."""
    document, fault = read_yaml(answer)
    if fault:
        return None, fault
    if (twice := repeated(answer)) is not None:
        return None, {"twice": f"two lines for `{twice}`"}
    detection = whole(document, "detection")
    return detection, misplaced(detection) or misspelt(detection) or asking_for_a_country(detection)


def correlation_of(answer: Any) -> tuple[Any, Fault]:
    """The correlation in a text, and a fault of it."""
    document, fault = read_yaml(answer)
    correlation = whole(document, "correlation")
    if fault or not isinstance(correlation, dict):
        return correlation, fault
    if unknown := [key for key in correlation if key not in CORRELATION_KEYS]:
        return correlation, {"key": meant(str(unknown[0]), CORRELATION_KEYS)}
    return correlation, misshapen(correlation)


def read_yaml(text: Any) -> tuple[Any, Fault]:
    """What stands in a text, or what is wrong with it, by the line of the text itself."""
    if not isinstance(text, str):
        return None, {"no text": written(text)}
    if len(text) > LARGEST:
        return None, {"no YAML": f"an error: a rule file has at most {LARGEST // 1024**2} MiB"}
    lines = dedent(text.strip("\n")).splitlines()
    try:
        return yaml.safe_load("\n".join(lines)), {}
    except yaml.MarkedYAMLError as error:
        number = min(error.problem_mark.line + 1, len(lines)) if error.problem_mark else 1
        where = f"line {number} of your text, {lines[number - 1].strip()!r}"
        return None, {"no YAML": f"an error in {where}: {error.problem}"}
    except (yaml.YAMLError, RecursionError) as error:
        return None, {"no YAML": f"an error: {error}"}


def repeated(text: str) -> str | None:
    """A key that stands twice in one mapping: YAML keeps only the last of them."""
    waiting = [yaml.compose(dedent(text.strip("\n")), yaml.SafeLoader)]
    for node in waiting:
        if isinstance(node, yaml.MappingNode):
            keys = [str(key.value) for key, _ in node.value]
            if twice := next((key for key in keys if keys.count(key) > 1), None):
                return twice
            waiting += [value for _, value in node.value]
    return None


def meant(word: str, known: Collection[str]) -> str:
    """A word that is not known, and the known one that is nearest."""
    near = get_close_matches(word.lower(), {one.lower(): one for one in known}, 1)
    if not near:
        return repr(word)
    return f"{word!r}, which is nearly {next(k for k in known if k.lower() == near[0])!r}"


def whole(document: Any, part: str) -> Any:
    """The part of a document that is asked for, where somebody gives the whole rule."""
    inside = document.get(part) if isinstance(document, dict) else None
    return inside if isinstance(inside, dict) else document


def selections(detection: Any) -> Iterator[tuple[str, Any]]:
    """The names of a detection's selections, and the selections; of a list, each member."""
    for name, part in detection.items() if isinstance(detection, dict) else ():
        if name != "condition":
            for row in part if isinstance(part, list) else [part]:
                yield str(name), row


def asked_for(detection: Any) -> Iterator[Any]:
    """The selections that a condition asks for, and does not leave out."""
    condition = str(detection.get("condition")) if isinstance(detection, dict) else ""
    for name, row in selections(detection):
        if not re.search(rf"\bnot\s+{re.escape(name)}\b", condition):
            yield row


def misplaced(detection: Any) -> Fault:
    """What stands on another level of a detection than it should."""
    known = log_format(GATEWAY).base.keys()
    for name, part in detection.items() if isinstance(detection, dict) else ():
        if str(name).partition("|")[0] in known and not isinstance(part, dict | list):
            return {"no selection": f"{name}: {written(part)} at the left edge"}
        if isinstance(part, dict) and "condition" in part:
            return {"condition inside": f"a field called condition in the selection {name!r}"}
    return {}


def misspelt(detection: Any) -> Fault:
    """What pySigma reads otherwise than its writer, or says nothing helpful of."""
    condition = detection.get("condition") if isinstance(detection, dict) else None
    if capitals := re.search(r"\b(AND|OR|NOT)\b", str(condition)):
        return {"capitals": f"a condition with {capitals[1]}"}
    known = log_format(GATEWAY).base.keys()
    for _, row in selections(detection):
        if isinstance(row, str) and re.match(r"[\w|.]+:\S", row):
            return {"space": f"the string {row!r}, not a field with a value"}
        if isinstance(row, str) and row.partition(": ")[0].partition("|")[0] in known:
            return {"no YAML": f"the string {written(row)}, not fields with values"}
        for key, wanted in row.items() if isinstance(row, dict) else ():
            if str(wanted).startswith("not "):
                return {"not": f"{wanted!r} as the value of {key}"}
            if str(key).startswith("not "):
                return {"not": f"{key!r} as the name of a field"}
            if (name := str(key).partition("|")[0]) not in known:
                return {"field": meant(name, known)}
    return {}


def asking_for_a_country(detection: Any) -> Fault:
    """Whether a detection asks where a thief is. To leave one out only where its owner is, is
    something else."""
    for row in asked_for(detection):
        for key in row if isinstance(row, dict) else ():
            if str(key).partition("|")[0] == "country":
                return {"country": f"a selection with {key}: {written(row[key])}"}
    return {}


def one_address(detection: Any) -> str | None:
    """The single address of a stranger that a detection asks for, and does not leave out."""
    addresses = (ONE_ADDRESS.search(str(row)) for row in asked_for(detection))
    return next((one[0] for one in addresses if one), None)


def misshapen(correlation: dict[str, Any]) -> Fault:
    """What in a correlation has another form than it should."""
    timespan, aliases = str(correlation.get("timespan", "15m")), correlation.get("aliases", {})
    if timespan.endswith("M"):
        return {"months": written(timespan)}
    if not re.fullmatch(r"\d+[smhdw]", timespan):
        return {"timespan": f"timespan: {timespan}"}
    if not isinstance(aliases, dict) or not all(isinstance(one, dict) for one in aliases.values()):
        return {"aliases": f"aliases: {written(aliases)}"}
    if stuck := [name for one in aliases.values() for name in one if ":" in str(name)]:
        return {"aliases": f"{written(stuck[0])} without a space after its colon"}
    names = correlation.get("rules")
    strangers = [name for name in names if name not in RULES] if isinstance(names, list) else []
    return {"name": written(strangers[0])} if strangers else {}
