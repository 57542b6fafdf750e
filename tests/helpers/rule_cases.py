"""The events that a rule of data/rules must see, and those that it must not (tests/rules/).

An event names its log, the template of data/telemetry/ and the second; what else it says is a
field or a word of that template. `set` is laid upon the event, for what no template writes.
`repeat` times it is written, `every` so many seconds, with `{turn}` in its texts.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import yaml
from places import TESTS

from labutils.incident.cloud import CloudAgent
from labutils.incident.log_format import FIELDS, compiled, log_format, merged

FOLDER = TESTS / "rules"
ABOUT_THE_EVENT = ("log", "event", "at", "denied", "set", "repeat", "every")


@dataclass(frozen=True)
class RuleCase:
    """One situation: which rule, whether it is a hit, what it shows, and its events by log."""

    rule: str
    hit: bool
    says: str
    events: list

    def __str__(self):
        return f"{self.rule}-{'hit' if self.hit else 'miss'}-{self.says.replace(' ', '_')[:50]}"


def rule_cases(folder=FOLDER):
    """All of a folder, in the order of the files."""
    return [
        RuleCase(path.stem, kind == "hits", row["says"], row["events"])
        for path in sorted(folder.glob("*.yaml"))
        for kind, rows in yaml.safe_load(path.read_text(encoding="utf-8")).items()
        for row in rows
    ]


def write_logs(case, folder):
    """The events of a case as logs, a file a source, in the order of time."""
    lines = {}
    for row in case.events:
        for turn in range(1, row.get("repeat", 1) + 1):
            moment, event = vendor_event(row, turn)
            lines.setdefault(row["log"], []).append((moment, event))
    for log, events in lines.items():
        text = "".join(json.dumps(event) + "\n" for _, event in sorted(events, key=lambda e: e[0]))
        (folder / f"{log}.jsonl").write_text(text, encoding="utf-8")


def vendor_event(row, turn=1):
    """When an event happened, and the event as its vendor writes it."""
    vendor = log_format(row["log"])
    moment = int(datetime.fromisoformat(row["at"]).timestamp()) + (turn - 1) * row.get("every", 0)
    template = vendor.event(row["event"], not row.get("denied", False))
    given = {name: item for name, item in row.items() if name not in ABOUT_THE_EVENT}
    fields = ordinary_fields(moment) | {name: turned(item, turn) for name, item in given.items()}
    return moment, merged(compiled(template)(fields), turned(row.get("set", {}), turn))


def turned(item, turn):
    return item.replace("{turn}", str(turn)) if isinstance(item, str) else item


def ordinary_fields(moment):
    """A value for each field that a template may ask for."""
    second = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return dict.fromkeys(FIELDS, "x") | {
        "time": f"{second}Z",
        "millis": f"{second}.000Z",
        "spaced": f"{second.replace('T', ' ')}.000",
        "compact": datetime.fromtimestamp(moment, UTC).strftime("%Y%m%d%H%M%S.000"),
        "epoch": moment,
        "epoch_millis": 1000 * moment,
        "number_as_number": 11000,
        "nano": 0,
        "port": 40000,
        "asn": 64496,
        "process": 4000,
        "process_2": 4001,
        "process_3": 4002,
        "cloud_agent": CloudAgent("aws-cli/2.13.33"),
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, second)),
        "app": str(uuid.uuid5(uuid.NAMESPACE_URL, "application")),
        "ray": "89ab12cd34ef5670",
        "unusual": "NEGATIVE",
        "country": "United States",
        "country_code": "us",
        "country_capitals": "US",
        "proxy": False,
        "service": "tracker",
        "address": "192.0.2.20",
    }
