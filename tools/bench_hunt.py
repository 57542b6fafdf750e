"""Benchmark the hunt against what it is built on, with the same data in the same run.

`make bench-hunt` holds the 24 rules of bench_hunt.yml against 100,000 and 1,000,000 drawn events:
our hits against the backend's own conversion and plan executor on the same database, our load
against a plain load of the same JSON into SQLite. Then the course's own rules over its telemetry of
as many events: seconds of the processor to load and to ask, and the most memory.
`make bench-hunt ARGS=--large` adds 10,000,000 events. A goal that is missed is said, and makes the
exit status 1.
"""

import copy
import hashlib
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from sigma.backends.sqlite import sqliteBackend
from sigma.backends.sqlite.correlation import quote
from sigma.backends.sqlite.runtime import execute_plan
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldFunctionTransformation
from sigma.rule import SigmaRule

from labutils.hunt import engine, rules
from labutils.hunt.rules import Ruleset
from labutils.hunt.store import TEXT, Store, column
from labutils.incident import cases
from labutils.lab import data_file

GOAL = 1.3  # how many times as long as what stands under it
LINEAR = 13  # how many times as long for ten times as many events
MEMORY = 2  # how many times as much for ten times as many events
CONVERSION = 3.0  # seconds for 300 rules
COURSE_RULES = 2  # how many times as long as the load of what they are asked
COURSE_MEMORY = 300  # MiB for a million events
DUCKDB_SECONDS, DUCKDB_MEMORY = 30, 2048  # of the processor, and MiB, for ten million that are kept
Goal = Callable[[str, float, float], None]
RULES = Path(__file__).with_suffix(".yml")
SMALL, MEDIUM, LARGE = 100_000, 1_000_000, 10_000_000

# --- drawn events -------------------------------------------------------------------------------

START = 1_700_000_000
COMMON = (200, 150, 100, 100, 80, 50, 2, 2, 1, 1)  # how often each kind, the rare ones last
OKTA = (
    "user.authentication.sso",
    "policy.evaluate_sign_on",
    "user.session.start",
    "user.session.end",
    "user.authentication.auth_via_mfa",
    "app.oauth2.as.token.grant.access_token",
    "user.lifecycle.create",
    "group.user_membership.add",
    "user.mfa.factor.reset_all",
    "user.account.privilege.grant",
)
AWS = (
    "DescribeInstances",
    "GetObject",
    "ListBuckets",
    "AssumeRole",
    "GetCallerIdentity",
    "PutObject",
    "CreateUser",
    "GetSecretValue",
    "StopLogging",
    "ConsoleLogin",
)


def moment(n: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START + n))


def okta(n: int, kind: int, dice: random.Random) -> dict:
    who = f"user{dice.randrange(1000)}@example.com"
    return {
        "uuid": f"{n:032x}",
        "published": moment(n),
        "eventType": OKTA[kind],
        "displayMessage": "An event of a tenant",
        "severity": "INFO",
        "actor": {"id": f"00u{n % 1000:017}", "type": "User", "alternateId": who},
        "client": {
            "ipAddress": f"198.51.{dice.randrange(100, 104)}.{dice.randrange(256)}",
            "userAgent": {"rawUserAgent": "Mozilla/5.0 (X11; Linux)", "os": "Linux"},
            "geographicalContext": {"country": "United States", "city": "Austin"},
        },
        "outcome": {"result": "FAILURE" if dice.random() < 0.02 else "SUCCESS", "reason": None},
        "securityContext": {"asNumber": 64496, "isProxy": dice.random() < 0.03},
        "target": [
            {"id": "0oa1", "type": "AppInstance", "displayName": "Wiki"},
            {"id": "00u2", "type": "User", "displayName": who},
        ],
    }


def cloudtrail(n: int, kind: int, dice: random.Random) -> dict:
    return {
        "eventVersion": "1.08",
        "eventTime": moment(n),
        "eventSource": "s3.amazonaws.com" if kind % 2 else "ec2.amazonaws.com",
        "eventName": AWS[kind],
        "awsRegion": "us-east-1",
        "sourceIPAddress": f"198.51.{dice.randrange(100, 104)}.{dice.randrange(256)}",
        "userAgent": "aws-cli/2.13.0",
        "userIdentity": {"type": "AssumedRole", "arn": f"arn:aws:iam::123456789012:role/r{n % 50}"},
        "requestParameters": {"bucketName": f"bucket-{n % 300}", "filterSet": {}},
        "responseElements": None,
        "eventID": f"{n:032x}",
        "recipientAccountId": "123456789012",
    }


def sshd(n: int, kind: int, dice: random.Random) -> dict:
    act = "Failed password" if kind > 5 else "Accepted publickey"
    address = f"198.51.{dice.randrange(100, 104)}.{dice.randrange(256)}"
    return {
        "timestamp": moment(n),
        "host": f"h{n % 40}",
        "process": "sshd",
        "pid": n % 30_000,
        "message": f"{act} for u{n % 90} from {address} port {n % 60_000} ssh2",
    }


def write_events(folder: Path, number: int) -> list[Path]:
    """Write this many drawn events, one file per source."""
    dice = random.Random(number)
    paths = []
    for make, share in ((okta, 2), (cloudtrail, 1), (sshd, 1)):
        paths.append(folder / f"{make.__name__}.jsonl")
        kinds = dice.choices(range(10), COMMON, k=number * share // 4)
        with paths[-1].open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(make(n, kind, dice)) + "\n" for n, kind in enumerate(kinds))
    return paths


TIME = {"okta": "published", "cloudtrail": "eventTime", "sshd": "timestamp"}

# --- what stands under it -----------------------------------------------------------------------


def plain_hits(ruleset: rules.Ruleset, store: Store) -> int:
    """Run the rules by the backend's own conversion and plan executor.

    Returns how many rows there were.
    """
    copies = copy.deepcopy(ruleset.rules)
    tables = {id(r): rules.sources_of(r)[0] for r in copies if isinstance(r, SigmaRule)}
    pipeline = ProcessingPipeline(
        [
            ProcessingItem(FieldFunctionTransformation({}, lambda name: column(name or ""))),
            ProcessingItem(rules._Table(tables)),
        ]
    )
    backend = sqliteBackend(
        pipeline,
        timestamp_field="_time",
        timestamp_format="unix",
        event_id_field="n",
        fulltext_field=TEXT,
    )
    count = 0
    for rule in copies:
        if isinstance(rule, SigmaRule):
            for query in backend.convert_rule(rule):
                count += len(store.database.execute(query).fetchall())
        else:
            for query in backend.convert_correlation_rule(rule, "zircolite"):
                count += len(execute_plan(store.database, query["correlation_plan"])[0])
    return count


def plain_load(paths: list[Path], fields: dict[str, list[str]]) -> Store:
    """Load the same fields into the same tables with as little work as possible.

    No members of lists, no checks; times as they are written, and the line as it is for words
    without a field.
    """
    store = Store()
    for source, names in fields.items():
        store.want(source, names)
    number = 0
    for path in paths:
        ways = [[TIME[path.stem]], *(field.split(".") for field in fields[path.stem])]
        names = ", ".join(["_time", *(quote(column(field)) for field in fields[path.stem])])
        marks = ", ".join("?" * len(ways))
        insert = f"INSERT INTO {path.stem} (n, {names}) VALUES (?, {marks})"
        with path.open(encoding="utf-8") as file:
            while lines := list(itertools.islice(file, 2_000)):
                rows = [
                    (number + n, *_leaves(json.loads(line) | {TEXT: line}, ways))
                    for n, line in enumerate(lines)
                ]
                store.database.executemany(insert, rows)
                number += len(lines)
    store.load([])  # makes the indexes
    return store


def _leaves(event: Any, ways: list[list[str]]) -> list[Any]:
    """What stands at the end of each way; an object, or the first list on the way, as JSON."""
    values = []
    for way in ways:
        value = event
        for key in way:
            if not isinstance(value, dict):
                break
            value = value.get(key)
        values.append(json.dumps(value) if isinstance(value, dict | list) else value)
    return values


# --- measuring ----------------------------------------------------------------------------------


def seconds(step: Callable[[], Any]) -> tuple[float, Any]:
    """Return a step's processor time in seconds, and its result.

    Others on the machine do not stretch that time.
    """
    start = time.process_time()
    value = step()
    return time.process_time() - start, value


def our_load(ruleset: rules.Ruleset, paths: list[Path]) -> Store:
    """Return the events in a store, loaded as `engine.hunt` loads them."""
    store = Store(keep_texts=False)
    engine.make_columns(ruleset, store)
    store.load(engine.events(paths, engine.Hunt()))
    return store


def measured(number: int) -> dict[str, float]:
    """Return the seconds to load and to ask this many events, for ours and for the basis."""
    ruleset = rules.load([RULES])
    with tempfile.TemporaryDirectory() as folder:
        paths = write_events(Path(folder), number)
        rounds = [_round(ruleset, paths) for _ in range(3 if number <= SMALL else 2)]
    return {name: min(took[name] for took in rounds) for name in rounds[0]}


def _round(ruleset: rules.Ruleset, paths: list[Path]) -> dict[str, float]:
    """The seconds of one round: each of ours, and at once what stands under it."""
    took: dict[str, float] = {}
    took["load"], store = seconds(lambda: our_load(ruleset, paths))
    fields = {name: names for name, names in store.fields.items() if names}
    took["plain load"], plain = seconds(lambda: plain_load(paths, fields))
    plain.close()
    took["rules"], hits = seconds(lambda: engine.hits(ruleset, store))
    took["plain rules"], rows = seconds(lambda: plain_hits(ruleset, store))
    store.close()
    print(f"  {store.count:,} events, {len(hits)} hits, {rows} rows of the backend")
    return took


def conversion() -> float:
    """Return the seconds to read and convert 300 rules: twelve and a half times the 24."""
    documents = list(yaml.safe_load_all(RULES.read_text(encoding="utf-8")))
    plain = [one for one in documents if "detection" in one]
    with tempfile.TemporaryDirectory() as folder:
        for n in range(300):
            one = plain[n % len(plain)] | {"title": f"Rule {n}", "name": f"rule_{n}"}
            (Path(folder) / f"{n}.yml").write_text(yaml.safe_dump(one), encoding="utf-8")

        def convert() -> None:
            ruleset, store = rules.load([Path(folder)]), Store()
            engine.make_columns(ruleset, store)
            engine.hits(ruleset, store)
            assert len(ruleset.rules) == 300

        return min(seconds(convert)[0] for _ in range(3))


def memory(number: int) -> float:
    """Return the peak memory, in MiB, of a separate process that hunts in this many events."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write_events(Path(folder), number)
        command = [sys.executable, __file__, "--hunt", *map(str, paths)]
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
        took = time.perf_counter() - start
    kib = int(done.stdout)
    print(f"{number:>10,} events: {took:.0f} s, {kib / 1024:.0f} MiB at most")
    return kib / 1024


def hunt(paths: list[Path]) -> None:
    """Hunt, and print the peak memory, in KiB."""
    engine.hunt([RULES], paths)
    print(most_memory())


def most_memory() -> int:
    """Return the peak memory of this process, in KiB.

    Linux counts in ru_maxrss what the process that started this one had, so it is read from /proc
    where there is one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return int(lines["VmHWM"].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


# --- the course's rules over its telemetry --------------------------------------------------------


def course(number: int) -> list[dict[str, Any]]:
    """Measure the course's rules over its telemetry of this many events, by each engine."""
    with tempfile.TemporaryDirectory() as folder:
        logs, cache = Path(folder, "logs"), Path(folder, "cache")
        telemetry = ["-m", "labutils", "telemetry", str(logs), "--background", str(number)]
        subprocess.run([sys.executable, *telemetry], stdout=subprocess.DEVNULL, check=True)
        steps = ("sqlite", "keep", "duckdb")
        return [_in_a_process(step, logs, cache) for step in steps]


def _in_a_process(step: str, logs: Path, cache: Path) -> dict[str, Any]:
    """Seconds and MiB of a process of its own that does one of `hunt_as_the_course`."""
    command = [sys.executable, __file__, "--step", step, str(logs)]
    env = os.environ | {"LABUTILS_CACHE": str(cache)}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, env=env)
    took: dict[str, Any] = json.loads(done.stdout)
    print(
        f"  {step}: {took['events']:,} events of telemetry, {took['hits']} hits, load "
        f"{took['load']:.1f} s, rules {took['rules']:.1f} s, {took['MiB']:.0f} MiB at most",
        flush=True,
    )
    return took


def hunt_as_the_course(step: str, folder: Path) -> None:
    """Hunt with the course's rules, and print the time and memory that it took.

    By SQLite, events are loaded and then asked. For DuckDB they are kept first, which is a hunt
    without a rule; then it hunts in what is kept.
    """
    site = {name: list(values) for name, values in cases.load().placeholders.items()}
    ruleset = rules.load([data_file("rules")], site)
    if step == "sqlite":
        load, store = seconds(lambda: our_load(ruleset, [folder]))
        asked, hits = seconds(lambda: engine.hits(ruleset, store))
        count = store.count
    elif step == "keep":
        load, result = seconds(lambda: engine.hunt_with(Ruleset(), [folder], engine="duckdb"))
        asked, hits, count = 0.0, [], result.events
    else:
        asked, result = seconds(lambda: engine.hunt_with(ruleset, [folder], engine="duckdb"))
        load, hits, count = 0.0, result.hits, result.events
    whole = hashlib.sha256("".join(hit.id + hit.why for hit in hits).encode()).hexdigest()
    took = {"events": count, "hits": len(hits), "load": load, "rules": asked, "sum": whole}
    print(json.dumps(took | {"MiB": most_memory() / 1024}))


# --- the goals ----------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 if a goal was missed."""
    missed = []

    def goal(what: str, value: float, most: float) -> None:
        verdict = "" if value <= most else "   MISSED"
        print(f"{what:52} {value:8.2f}   at most {most:g}{verdict}")
        missed.extend([what] if verdict else [])

    if arguments[:1] == ["--hunt"]:
        hunt([Path(path) for path in arguments[1:]])
        return 0
    if arguments[:1] == ["--step"]:
        hunt_as_the_course(arguments[1], Path(arguments[2]))
        return 0
    if "--course" not in arguments:
        _drawn(goal)
    numbers = (SMALL, MEDIUM, LARGE) if "--large" in arguments else (SMALL, MEDIUM)
    _of_the_course(goal, {number: course(number) for number in numbers})
    if "--large" in arguments and "--course" not in arguments:
        goal("memory: times as much for ten times as many", memory(LARGE) / memory(MEDIUM), MEMORY)
    return 1 if missed else 0


def _drawn(goal: Goal) -> None:
    """What the 24 rules take over drawn events, against what stands under the hunt."""
    goal("conversion of 300 rules, seconds", conversion(), CONVERSION)
    by_number = {number: measured(number) for number in (SMALL, MEDIUM)}
    for number, took in by_number.items():
        for step in ("load", "rules"):
            plain = took[f"plain {step}"]
            print(f"{step} of {number:,}: {took[step]:.2f} s, plain {plain:.2f} s")
            goal(f"{step} of {number:,}, times the plain one", took[step] / plain, GOAL)
    for step in ("load", "rules"):
        growth = by_number[MEDIUM][step] / by_number[SMALL][step]
        goal(f"{step}: times as long for ten times as many", growth, LINEAR)


def _of_the_course(goal: Goal, by_number: dict[int, list[dict[str, Any]]]) -> None:
    """What the course's rules take over its telemetry, by each engine."""
    for by_sqlite, _, by_duckdb in by_number.values():
        ratio = by_sqlite["rules"] / by_sqlite["load"]
        goal("SQLite: the rules, times their load", ratio, COURSE_RULES)
        goal("DuckDB: hits that are not SQLite's", by_sqlite["sum"] != by_duckdb["sum"], 0)
    for fewer, more in itertools.pairwise(by_number.values()):
        for name, place in (("SQLite", 0), ("DuckDB", 2)):
            growth = more[place]["rules"] / fewer[place]["rules"]
            goal(f"{name}: as long for ten times as many", growth, LINEAR)
    goal("SQLite: MiB for a million", by_number[MEDIUM][0]["MiB"], COURSE_MEMORY)
    if LARGE in by_number:
        _, keep, ask = by_number[LARGE]
        goal("DuckDB: seconds for ten million that are kept", ask["rules"], DUCKDB_SECONDS)
        goal("DuckDB: MiB for ten million", max(keep["MiB"], ask["MiB"]), DUCKDB_MEMORY)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
