"""A recipe for the Rule Builder of LogRhythm Axon, followed by hand. No code of the converter is
used."""

import re
from datetime import timedelta

from labutils.hunt.axon_search import UNITS, NotASearch, place, schema, selects


def mapped(event, source):
    """A log in the schema, all of it."""
    return {field: place(event, source, field) for field in schema()}


BLOCKS = {
    "observed": re.compile(r"Log observed: search (\w)"),
    "followed": re.compile(r"followed by search (\w)"),
    "within": re.compile(r"within (\d+)([mhd])"),
    "threshold": re.compile(r"Threshold: search (\w), (\d+) or more logs within (\d+)([mhd])"),
    "unique": re.compile(
        r"Unique values: search (\w), (\d+) or more values of (\S+) within (\d+)([mhd])"
    ),
}


def observes(blocks, group_by, searches, logs):
    """Whether a recipe gives an Observation over logs: pairs of a time and a record.

    `searches` are the trees by letter. What the documentation leaves open is taken as Sigma has it:
    windows slide and hold both of their ends, and a group is one value of each field.
    """
    groups = {}
    for moment, record in sorted(logs, key=lambda log: log[0]):
        key = tuple(tuple(record.get(name, [])) for name in group_by)
        groups.setdefault(key, []).append((moment, record))
    return any(pattern_holds(blocks, searches, own) for own in groups.values())


def pattern_holds(blocks, searches, logs):
    kind, match = block_of(blocks[0])
    own = [(moment, record) for moment, record in logs if selects(searches[match[1]], record)]
    if kind == "threshold":
        return any(len(window) >= int(match[2]) for window in windows(own, match[3], match[4]))
    if kind == "unique":
        return any(
            len({tuple(record.get(match[3], [])) for _, record in window} - {()}) >= int(match[2])
            for window in windows(own, match[4], match[5])
        )
    rest = [block_of(block) for block in blocks[1:]]
    if not rest:
        return bool(own)
    assert [name for name, _ in rest] == ["followed"] * (len(rest) - 1) + ["within"]
    length = span(*rest[-1][1].groups())
    letters = [match[1] for _, match in rest[:-1]]
    return any(goes_on(moment, moment + length, letters, searches, logs) for moment, _ in own)


def block_of(text):
    for kind, form in BLOCKS.items():
        if match := form.fullmatch(text):
            return kind, match
    raise NotASearch(f"{text!r} is not a block")


def goes_on(begin, end, letters, searches, logs):
    """Whether the searches come in this order between two times."""
    if not letters:
        return True
    later = [
        moment
        for moment, record in logs
        if begin <= moment <= end and selects(searches[letters[0]], record)
    ]
    return bool(later) and goes_on(later[0], end, letters[1:], searches, logs)


def windows(logs, count, unit):
    """For each log, those from it on that a window holds."""
    for first, (begin, _) in enumerate(logs):
        yield [log for log in logs[first:] if log[0] <= begin + span(count, unit)]


def span(count, unit):
    return timedelta(**{UNITS[unit]: int(count)}).total_seconds()
