"""Ordinary traffic: how much, from whom, when, what looks like the intruder, and that nothing else
tells the two apart."""

import csv
import gzip
import hashlib
import re
import shutil
import statistics
import subprocess
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random

import jsonschema
import pytest
from event_values import index, keys, leaves, read
from hypothesis import given
from hypothesis import strategies as st
from places import NIGHT_FERRY
from shallow_tree import auc, tree
from tables import table

from labutils.__main__ import main
from labutils.hunt import sources
from labutils.incident import background, cases, telemetry
from labutils.incident.background import sheet as sheets
from labutils.incident.background import store
from labutils.incident.background.attack import with_seconds
from labutils.incident.background.people import services
from labutils.incident.background.traffic import company
from labutils.incident.breach import play
from labutils.incident.intervals import CONFIDENCE, TAIL, binomial_tail
from labutils.incident.log_format import field_names, log_format
from labutils.incident.policy import World
from labutils.lab import data_file, iso, seconds
from labutils.sheets import SheetError
from labutils.sheets import read as read_sheet

CASE = cases.load()
REPLAY = play(World.historical())
SHEET = sheets.load(CASE)
TOKENS = "cloudflare_access_nonidentity"


@pytest.fixture(scope="session")
def lesson() -> Path:
    """The lesson's world, made once for all tests (conftest.py)."""
    return background.logs()


def small(folder: Path, seed: str = "a", count: int = 3_000, *, attack: bool = True) -> Path:
    background.write(folder, REPLAY, count=count, seed=seed, attack=attack)
    return folder


def event(folder: Path, name: str) -> dict:
    source, line = name.split(":")
    return lines_of(folder, source)[int(line) - 1]


@cache
def lines_of(folder: Path, source: str) -> list[dict]:
    return read(folder, source)


# --- how much ------------------------------------------------------------------------------------


def test_a_world_has_the_attack_and_as_many_events_as_were_asked_for(lesson):
    written = sum(len(lines_of(lesson, source)) for source in CASE.sources)
    assert written == 100_000 + sum(map(len, REPLAY.audit.values()))


@pytest.mark.parametrize("count", [2_000, 5_000, 20_000])
def test_a_world_of_any_size_has_its_number(tmp_path, count):
    written = background.write(tmp_path, REPLAY, count=count, seed="a", attack=False)
    assert sum(written.values()) == count


def test_a_benign_world_has_no_attack(tmp_path):
    folder = small(tmp_path, attack=False)
    assert index(folder, "truth") == {}
    assert index(folder, "twins")


def minutes(events: list[dict], source: str) -> list[tuple]:
    """Of each event what was done, by whom, and in which minute."""
    return [
        (kind(source, event), account(event), int(sources.time_of(event, source)) // 60)
        for event in events
    ]


@table("source", sorted({name.split(":")[0] for name in REPLAY.truth}))
def test_the_attack_s_events_stand_in_the_world_in_the_order_and_the_minutes_of_the_replay(
    lesson, source
):
    facts = index(lesson, "truth")
    names = [name for name in facts if name.startswith(f"{source}:")]
    played = [name for name in REPLAY.truth if name.startswith(f"{source}:")]
    assert [facts[name] for name in names] == [REPLAY.truth[name] for name in played]
    events = [REPLAY.audit[source][int(name.split(":")[1]) - 1] for name in played]
    assert minutes([event(lesson, name) for name in names], source) == minutes(events, source)


def begins(folder: Path) -> dict[str, int]:
    """When each step of the attack left its first event, in seconds since 1970."""
    found: dict[str, int] = {}
    for name, fact in index(folder, "truth").items():
        time = int(sources.time_of(event(folder, name), name.split(":")[0]))
        found[fact] = min(time, found.get(fact, time))
    return found


def test_a_time_that_the_ledger_knows_is_the_time_of_the_log(lesson):
    began, facts = begins(lesson), CASE.ledger.facts
    known = [fact for fact in began if facts[fact].time_precision == "second"]
    assert len(known) == 4
    assert {fact: iso(began[fact]) for fact in known} == {fact: facts[fact].time for fact in known}
    to_the_minute = [fact for fact in began if facts[fact].time_precision == "minute"]
    assert to_the_minute
    for fact in to_the_minute:
        assert iso(began[fact])[:16] == facts[fact].time[:16]


MOMENTS = st.sets(st.integers(0, 400), max_size=40)


@given(MOMENTS, MOMENTS)
def test_a_second_is_drawn_within_its_minute_and_in_its_order(times, known):
    drawn = with_seconds(times, known, "seed")
    assert drawn.keys() == times
    assert {time: drawn[time] for time in times & known} == {time: time for time in times & known}
    assert [drawn[time] // 60 for time in sorted(times)] == [time // 60 for time in sorted(times)]
    assert list(drawn.values()) == sorted(set(drawn.values()))


def test_another_world_draws_other_seconds():
    times = range(0, 6000, 60)
    one, other = (with_seconds(times, (), seed) for seed in "ab")
    assert sum(one[time] == other[time] for time in times) < 10
    assert len({one[time] % 60 for time in times}) > 30


def test_no_id_of_the_attack_is_the_same_in_another_world(tmp_path):
    """So that whoever noted one finds nothing by it elsewhere."""
    ids = []
    for seed in "ab":
        folder = small(tmp_path / seed, seed, 2_000)
        names = index(folder, "truth")
        ids.append(
            {
                str(value)
                for name in names
                for path, value in leaves(event(folder, name)).items()
                if path in own_ids(name.split(":")[0])
            }
        )
    few = {one for one in ids[0] if len(one) < 6}  # ports and processes
    assert len(ids[0]) > 30
    server = {event(folder, name).get("ParentProcessGuid") for name in names}  # which has no line
    assert ids[0] & ids[1] <= {*few, *server, "unknown", "4294967295"}  # no session


# --- same bytes ----------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    first, again = small(tmp_path / "1"), small(tmp_path / "2")
    other = small(tmp_path / "3", seed="b")
    assert background.digest(first) == background.digest(again) != background.digest(other)


def test_another_process_with_other_hashes_gives_the_same_bytes(tmp_path):
    here = background.digest(small(tmp_path / "here", seed="x"))
    command = [sys.executable, "-m", "labutils", "telemetry", str(tmp_path / "there")]
    subprocess.run(
        [*command, "--background", "3000", "--seed", "x"], check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert background.digest(tmp_path / "there") == here


SAMPLE = data_file("telemetry/sample")


def test_the_lesson_s_world_is_the_one_that_was_noted(lesson):
    """Else say `python tools/background.py`, and execute lesson 10 again."""
    lines = (SAMPLE / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    noted = dict(reversed(line.split("  ")) for line in lines)
    made = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in lesson.iterdir()}
    assert made == noted


@table("source", CASE.sources)
def test_the_sample_is_every_fiftieth_line_of_the_lesson_s_world(lesson, source):
    sample = gzip.decompress((SAMPLE / f"{source}.jsonl.gz").read_bytes())
    lines = (lesson / f"{source}.jsonl").read_bytes().splitlines()
    assert sample.splitlines() == lines[49::50]


def test_the_sample_has_about_two_thousand_events():
    lines = [len(gzip.decompress(path.read_bytes()).splitlines()) for path in SAMPLE.glob("*.gz")]
    assert 1_990 <= sum(lines) <= 2_030


# --- twins ---------------------------------------------------------------------------------------


def logged_steps() -> list[str]:
    return sorted(set(REPLAY.truth.values()))


def kinds_of(folder: Path, names) -> dict[str, list]:
    """By source, the shapes of some events."""
    found = defaultdict(list)
    for name in names:
        shape = keys(event(folder, name))
        if shape not in found[name.split(":")[0]]:
            found[name.split(":")[0]].append(shape)
    return found


@table("step", logged_steps())
def test_each_logged_step_has_three_twins_or_more(lesson, step):
    twins = [one for one in SHEET.twins.values() if one.step == step]
    assert len(twins) >= 3
    written = {one["twin"] for one in index(lesson, "twins").values() if one["step"] == step}
    assert written == {one.id for one in twins}


@table("step", logged_steps())
def test_a_twin_has_events_of_the_same_sources_with_the_same_keys(lesson, step):
    truth, twins = index(lesson, "truth"), index(lesson, "twins")
    attack = kinds_of(lesson, [name for name, fact in truth.items() if fact == step])
    benign = kinds_of(lesson, [name for name, one in twins.items() if one["step"] == step])
    for source, shapes in attack.items():
        assert [shape for shape in shapes if shape not in benign[source]] == []


# --- as often as in real tenants -----------------------------------------------------------------


def benign(folder: Path, source: str) -> list[dict]:
    """The events of a source that are not the attack's."""
    truth = index(folder, "truth")
    lines = enumerate(lines_of(folder, source), 1)
    return [event for number, event in lines if f"{source}:{number}" not in truth]


def sign_ins(folder: Path) -> list[dict]:
    return [
        event
        for event in benign(folder, "okta")
        if event["eventType"] == "user.session.start" and event["outcome"]["result"] == "SUCCESS"
    ]


# For 1,000 sign-ins, in a tenant of 2026; accepted within a factor of two.
@pytest.mark.parametrize(
    ("kind", "rate"),
    [
        ("app.generic.unauth_app_access_attempt", 29),
        ("user.mfa.factor.reset_all", 3.5),
        ("user.account.privilege.grant", 1.1),
        ("application.lifecycle.update", 12),
        ("user.authentication.sso", 1340),
    ],
)
def test_acts_are_as_frequent_as_in_a_real_tenant(lesson, kind, rate):
    events = [event for event in benign(lesson, "okta") if event["eventType"] == kind]
    assert rate / 2 <= 1000 * len(events) / len(sign_ins(lesson)) <= 2 * rate


def test_people_sign_in_178_times_a_day(lesson):
    assert 178 / 2 <= len(sign_ins(lesson)) / 34 <= 2 * 178


def test_31_of_1000_sign_ins_are_behind_a_proxy(lesson):
    behind = [event for event in sign_ins(lesson) if event["securityContext"]["isProxy"]]
    assert 31 / 2 <= 1000 * len(behind) / len(sign_ins(lesson)) <= 2 * 31


def test_28_of_100_sign_ins_fail(lesson):
    starts = [one for one in benign(lesson, "okta") if one["eventType"] == "user.session.start"]
    assert 0.28 / 2 <= 1 - len(sign_ins(lesson)) / len(starts) <= 2 * 0.28


def test_the_console_makes_25_of_1000_events(lesson):
    okta = benign(lesson, "okta")
    console = [one for one in okta if one["eventType"] == "user.session.access_admin_app"]
    assert 0.025 / 2 <= len(console) / len(okta) <= 2 * 0.025


@pytest.mark.parametrize("kind", ["impersonation", "detect_reuse"])
def test_what_never_happens_in_a_real_tenant_never_happens(lesson, kind):
    assert not [one for one in benign(lesson, "okta") if kind in one["eventType"]]


def test_a_session_starts_once_and_stays_on_one_device(lesson):
    """A phone has a session of its own; a browser is updated by a version, and no more."""
    agents: dict[str, set[str]] = {}
    for event in benign(lesson, "okta"):
        agent = re.sub(r"[\d.]+", "", event["client"]["userAgent"]["rawUserAgent"])
        agents.setdefault(event["authenticationContext"]["externalSessionId"], set()).add(agent)
    people = {one["authenticationContext"]["externalSessionId"] for one in sign_ins(lesson)}
    assert len(people) == len(sign_ins(lesson))
    assert {len(agents[session]) for session in people} == {1}


# --- as vendors write ---------------------------------------------------------------------------

UUID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{12}"
)


def test_every_uuid_of_the_attack_and_of_others_is_of_version_4(eight):
    found = Counter()
    for one in eight.first:
        for path, value in one.values.items():
            if one.source != "linux_process_creation" and isinstance(value, str):
                found.update((path[-1], *parts) for parts in UUID.findall(value))
    assert {variant for _, _, variant in found} <= set("89ab")
    assert {version for _, version, _ in found} == {"4"}
    assert {name for name, _, _ in found} >= {"uuid", "eventID", "requestID", "AppUUID", "ID"}


def test_a_policy_is_evaluated_beside_each_sign_in(lesson):
    requests, policies = Counter(), Counter()
    for event in lines_of(lesson, "okta"):
        begins = event["eventType"] == "user.session.start"
        if begins and event["outcome"]["result"] == "SUCCESS":
            requests[event["transaction"]["id"], event["published"][:19]] += 1
        if event["eventType"] == "policy.evaluate_sign_on":
            policies[event["transaction"]["id"], event["published"][:19]] += 1
    assert requests
    assert set(requests.values()) == {1}
    assert requests.keys() <= policies.keys()


def test_a_session_id_is_written_as_the_vendor_does(lesson):
    ids = {one["authenticationContext"]["externalSessionId"] for one in lines_of(lesson, "okta")}
    assert len(ids) > 5_000
    assert [one for one in ids if not re.fullmatch(r"102[\w-]{22}|unknown", one)] == []


def test_a_person_is_called_by_first_and_family_name_and_not_by_the_login(lesson):
    names = defaultdict(set)
    for event in lines_of(lesson, "okta"):
        for one in (event["actor"], *(event["target"] or ())):
            if one["type"] == "User":
                names[one["alternateId"].split("@")[0]].add(one["displayName"])
    people = {row["account"] for row in rows_of(lesson, "roster")}
    assert len(people & names.keys()) > 500
    assert {len(some) for some in names.values()} == {1}
    for account in people & names.keys():
        (name,) = names[account]
        first, family = name.split()
        assert first[0].lower() == account[0] and len(first) > 1
        assert family.lower() == account[2:]


def test_some_actors_are_the_system_and_applications(lesson):
    kinds = Counter(event["actor"]["type"] for event in lines_of(lesson, "okta"))
    assert kinds.keys() == {"User", "SystemPrincipal", "PublicClientApp"}
    assert all(number > 100 for number in kinds.values())


def test_hundreds_of_browsers_and_apps_are_in_use_and_are_updated(lesson):
    by_person = defaultdict(set)
    for event in benign(lesson, "okta"):
        by_person[event["actor"]["id"]].add(event["client"]["userAgent"]["rawUserAgent"])
    assert len(set().union(*by_person.values())) > 200
    chrome = re.compile(r"Windows NT 10.0; Win64; x64\).* Chrome/(\d+)\S* Safari/[\d.]+$")
    versions = [{v for one in some for v in chrome.findall(one)} for some in by_person.values()]
    assert sum(len(some) > 1 for some in versions) > 20


def test_an_address_has_a_city_and_many_places_are_seen(lesson):
    cities, countries, providers = set(), set(), set()
    for event in lines_of(lesson, "okta"):
        where, chain = event["client"]["geographicalContext"], event["request"]["ipChain"]
        assert chain[0]["ip"] == event["client"]["ipAddress"]
        assert all(one["geographicalContext"] == where for one in chain)
        assert {one["version"] for one in chain} <= {"V4", "V6"}
        assert (chain[0]["version"] == "V6") == (":" in chain[0]["ip"])
        assert None not in where.values()
        cities.add(where["city"])
        countries.add(where["country"])
        providers.add(event["securityContext"]["asOrg"])
    assert len(cities) > 30 and len(countries) >= 6 and len(providers) >= 10


@pytest.mark.parametrize(
    ("what", "low", "high"),
    [
        (lambda event: ":" in event["client"]["ipAddress"], 0.1, 0.4),
        (lambda event: event["target"] is None, 0.02, 0.15),
        (lambda event: len(event["request"]["ipChain"]) == 2, 0.03, 0.3),
        (
            lambda event: event["debugContext"]["debugData"]["threatSuspected"] == "true",
            0.001,
            0.03,
        ),
    ],
    ids=["IPv6", "no target", "two addresses", "threat suspected"],
)
def test_a_share_of_lines(lesson, what, low, high):
    events = lines_of(lesson, "okta")
    assert low <= sum(map(what, events)) / len(events) <= high


def test_the_dashboard_s_log_has_more_than_logins(lesson):
    acts = Counter(event["ActionType"] for event in lines_of(lesson, "cloudflare_audit"))
    assert acts.keys() >= {"login", "rec_set", "rec_add", "token_create", "token_roll", "purge"}


# --- the shape of a month ------------------------------------------------------------------------


def gaps(times: list[float]) -> float:
    """The coefficient of variation of the times between events."""
    waits = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    return statistics.pstdev(waits) / statistics.mean(waits)


def by_person(folder: Path) -> dict[str, list[float]]:
    """When each person did something that the identity provider saw, in seconds."""
    times: dict[str, list[float]] = {}
    for event in benign(folder, "okta"):
        times.setdefault(event["actor"]["alternateId"], []).append(okta_time(event))
    return times


def okta_time(event: dict) -> float:
    return seconds(event["published"][:19] + "Z") + int(event["published"][20:23]) / 1000


def test_people_come_in_bursts(lesson):
    busy = [times for times in by_person(lesson).values() if len(times) >= 30]
    assert len(busy) > 100
    assert all(gaps(times) > 1 for times in busy)


@cache
def by_machine(folder: Path) -> dict[str, list[int]]:
    """When each machine with a service token asked the gateway, in seconds; twins and the attack
    left out."""
    source = TOKENS
    special = index(folder, "twins").keys() | index(folder, "truth").keys()
    machines = {
        (background_token(machine), SHEET.acts[machine.act].scope.split(":")[1]): machine.id
        for machine in SHEET.machines.values()
        if machine.act.startswith("token-")
    }
    times: dict[str, list[int]] = {}
    for number, event in enumerate(lines_of(folder, source), 1):
        if f"{source}:{number}" not in special:
            name = machines[event["serviceTokenId"], event["appId"].split(".")[0]]
            times.setdefault(name, []).append(seconds(event["datetime"]))
    return times


def background_token(machine: sheets.Machine) -> str:
    """What a machine shows at the gateway."""
    return services(SHEET, CASE)[machine.id].credential.id


def rhythm(folder: Path, kind: str) -> dict[str, list[int]]:
    """When the machines of one rhythm acted, those with fifty acts or more."""
    return {
        name: times
        for name, times in by_machine(folder).items()
        if SHEET.machines[name].rhythm == kind and len(times) >= 50
    }


def test_four_service_tokens_make_nine_tenths(lesson):
    counts = Counter(one["serviceTokenId"] for one in lines_of(lesson, TOKENS))
    assert len(counts) > 4
    assert sum(n for _, n in counts.most_common(4)) >= 0.9 * len(lines_of(lesson, TOKENS))


def test_a_token_of_cron_comes_on_the_minute(lesson):
    found = rhythm(lesson, "cron")
    assert len(found) >= 3
    for times in found.values():
        before = [0, *times]
        runs = [time for last, time in zip(before, times, strict=False) if time - last > 9]
        assert {time % 60 for time in runs} <= {1, 2}
        assert len({time // 60 % 60 for time in runs}) <= 2 * 60 // 30


def test_a_token_of_a_loop_comes_evenly_but_for_tries_after_a_failure(lesson):
    found = rhythm(lesson, "interval")
    assert "monitoring-token" in found
    for name, times in found.items():
        waits = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
        usual = statistics.median(waits)
        even = sum(0.9 * usual <= wait <= 1.1 * usual for wait in waits)
        retried = SHEET.machines[name].retries / 1000
        assert even >= (0.97 - 3 * retried) * len(waits), name
        assert sum(wait <= 16 for wait in waits) >= len(waits) * retried / 2


@pytest.mark.parametrize("kind", ["office", "bursts"])
def test_a_token_that_events_set_off_comes_in_bursts(lesson, kind):
    found = rhythm(lesson, kind)
    assert found
    assert all(gaps(times) > 1.5 for times in found.values())


def test_a_loop_that_failed_says_so_where_its_log_does(lesson):
    refused = [
        event
        for event in benign(lesson, TOKENS)
        if event["serviceTokenId"] == "monitoring-token" and not event["isSuccessfulLogin"]
    ]
    assert 20 <= len(refused) <= 200


def test_no_account_that_the_intruder_uses_runs_by_cron():
    """The second of a minute would tell the two apart."""
    used = {step.holder for step in CASE.estate.credentials.values() if step.exposed}
    for machine in SHEET.machines.values():
        if machine.holder and CASE.estate.identities[machine.holder] in used:
            assert machine.rhythm != "cron", machine.id


# --- a cloud, a server, a console ----------------------------------------------------------------


def share(events: list[dict], of) -> float:
    return sum(map(bool, map(of, events))) / len(events)


def test_a_cloud_is_asked_for_many_things_in_many_places_by_many_programs(lesson):
    events = benign(lesson, "cloudtrail")
    kinds = {one["eventName"] for one in events}
    assert len(kinds) >= 50
    assert len({one["eventSource"] for one in events}) >= 15
    assert len({one["userAgent"] for one in events}) >= 25
    assert len({one["awsRegion"] for one in events}) == 5
    assert not any("Mozilla" in one["userAgent"] for one in events)


def test_a_tenth_of_the_calls_of_a_cloud_is_refused_for_many_reasons(lesson):
    events = benign(lesson, "cloudtrail")
    assert 0.08 <= share(events, lambda one: "errorCode" in one) <= 0.12
    codes = Counter(one["errorCode"] for one in events if "errorCode" in one)
    assert {"AccessDenied", "ThrottlingException", "NoSuchBucketPolicy"} <= codes.keys()
    assert len(codes) >= 10


def test_users_roles_and_services_call_a_cloud(lesson):
    events = benign(lesson, "cloudtrail")
    kinds = Counter(one["userIdentity"]["type"] for one in events)
    assert kinds.keys() == {"IAMUser", "AssumedRole", "AWSService"}
    assert min(kinds.values()) > 0.04 * len(events)
    for one in events:
        who, service = one["userIdentity"], one["userIdentity"].get("invokedBy")
        assert (one["sourceIPAddress"] == service) == one["sourceIPAddress"].endswith(".com")
        if who["type"] == "AssumedRole":
            issuer = who["sessionContext"]["sessionIssuer"]
            assert who["principalId"].startswith(issuer["principalId"])
            since = who["sessionContext"]["attributes"]["creationDate"]
            assert 0 <= seconds(one["eventTime"]) - seconds(since) < 3600


def test_only_what_changes_nothing_is_called_read_only(lesson):
    for one in lines_of(lesson, "cloudtrail"):
        reads = one["eventName"].startswith(
            ("Describe", "List", "Get", "Lookup", "Batch", "Decrypt", "Generate", "Assume")
        )
        assert one["readOnly"] == reads, one["eventName"]


def test_what_the_attack_asks_a_cloud_is_asked_every_day_by_the_same_account(lesson):
    truth = index(lesson, "truth")
    asked = [event(lesson, name) for name in truth if name.startswith("cloudtrail:")]
    assert asked
    for theirs in asked:
        alike = [
            one
            for one in benign(lesson, "cloudtrail")
            if one["userIdentity"].get("arn") == theirs["userIdentity"]["arn"]
            and one["eventName"] == theirs["eventName"]
            and one["requestParameters"] == theirs["requestParameters"]
        ]
        assert len({one["eventTime"][:10] for one in alike}) > 15


def test_cron_starts_a_shell_and_the_shell_the_program(lesson):
    events = benign(lesson, "linux_process_creation")
    assert len(events) > 3000
    shells = {one["ProcessGuid"]: one for one in events if one["ParentImage"] == "/usr/sbin/cron"}
    below = [one for one in events if one["ParentImage"] == "/bin/sh"]
    assert len(shells) == len(below) > 1000
    for one in below:
        shell = shells[one["ParentProcessGuid"]]
        command = f"/bin/sh -c {one['CommandLine']}"
        assert shell["CommandLine"] == one["ParentCommandLine"] == command
        assert shell["ProcessId"] == one["ParentProcessId"] == one["ProcessId"] - 1
        assert shell["UtcTime"] < one["UtcTime"]


def test_commands_have_arguments_that_vary(lesson):
    lines = [one["CommandLine"] for one in benign(lesson, "linux_process_creation")]
    assert len(set(lines)) > 500
    assert share(lines, lambda line: " " in line) > 0.95


def test_most_of_what_a_console_writes_is_about_strangers_who_try_it(lesson):
    events = benign(lesson, "sshd")
    assert 0.6 <= share(events, lambda one: "Accepted" not in one["message"]) <= 0.9
    for sentence in ("Invalid user ", "Failed password for root ", "Disconnected from", "Bye Bye"):
        assert share(events, lambda one, part=sentence: part in one["message"]) > 0.02
    tried = Counter(one["message"].split()[2] for one in events if "Invalid" in one["message"])
    assert len(tried) > 20


def test_strangers_come_in_bursts_each_from_one_address(lesson):
    times: dict[str, list[int]] = {}
    for one in benign(lesson, "sshd"):
        found = re.search(r"198\.18\.\d+\.\d+", one["message"])
        if found and "Accepted" not in one["message"]:
            times.setdefault(found[0], []).append(seconds(one["timestamp"]))
    assert len(times) > 40
    lasting = [max(some) - min(some) for some in times.values() if len(some) > 1]
    assert statistics.median(lasting) < 600
    first = sorted(min(some) for some in times.values())
    assert gaps(first) > 0.7


def test_the_refusal_of_the_attack_reads_like_those_of_strangers(lesson):
    (name,) = [name for name in index(lesson, "truth") if name.startswith("sshd:")]
    form = re.compile(r"Connection closed by [\d.]+ port \d+ \[preauth\]")
    assert form.fullmatch(event(lesson, name)["message"])
    assert sum(bool(form.fullmatch(one["message"])) for one in benign(lesson, "sshd")) > 20


def test_a_tenth_of_the_days_of_people_makes_a_third_of_their_events(lesson):
    counts = Counter()
    for event in benign(lesson, "okta"):
        counts[event["actor"]["alternateId"], event["published"][:10]] += 1
    for source in ("jira", "confluence", "bitbucket"):
        for event in benign(lesson, source):
            day = iso(event["timestamp"]["epochSecond"])[:10]
            counts[f"{event['author']['name']}@company.example", day] += 1
    of_people = [number for (who, _), number in counts.items() if "svc-" not in who]
    of_people.sort(reverse=True)
    assert 0.3 <= sum(of_people[: len(of_people) // 10]) / sum(of_people) <= 0.6


def test_a_workday_has_three_times_the_events_of_a_day_at_the_weekend(lesson):
    by_day = Counter(event["published"][:10] for event in benign(lesson, "okta"))
    weekend = [n for day, n in by_day.items() if seconds(day) // 86400 % 7 in (2, 3)]
    holidays = {"2023-11-23", "2023-11-24"}
    workdays = [
        n
        for day, n in by_day.items()
        if seconds(day) // 86400 % 7 not in (2, 3) and day not in holidays
    ]
    assert statistics.mean(workdays) > 3 * statistics.mean(weekend)


def test_thanksgiving_has_less_than_half_of_a_thursday(lesson):
    by_day = Counter(event["published"][:10] for event in benign(lesson, "okta"))
    thursdays = [by_day[f"2023-11-{day:02}"] for day in (9, 16, 30)]
    assert by_day["2023-11-23"] < min(thursdays) / 2


def test_some_addresses_are_seen_once(lesson):
    counts = Counter(event["client"]["ipAddress"] for event in benign(lesson, "okta"))
    once = sum(number == 1 for number in counts.values())
    assert 0.05 <= once / len(counts) <= 0.3


def test_sessions_last_hours_and_some_are_open_on_the_next_day(lesson):
    times: dict[str, list[float]] = {}
    for event in benign(lesson, "okta"):
        session = event["authenticationContext"]["externalSessionId"]
        times.setdefault(session, []).append(okta_time(event))
    people = {one["authenticationContext"]["externalSessionId"] for one in sign_ins(lesson)}
    lasting = [max(times[session]) - min(times[session]) for session in people]
    assert 0 < statistics.median(lasting) < 9 * 3600
    assert sum(one > 24 * 3600 for one in lasting) > 50


@table("source", CASE.sources)
def test_lines_stand_in_the_order_of_time(lesson, source):
    times = [sources.time_of(event, source) for event in lines_of(lesson, source)]
    assert times == sorted(times)


def test_every_event_has_its_vendors_shape(lesson):
    for source in CASE.sources:
        shape = jsonschema.Draft202012Validator(log_format(source).shape)
        for event in lines_of(lesson, source)[::50]:
            shape.validate(event)


def test_no_two_people_have_the_same_account_or_number(lesson):
    roster = list(csv.DictReader((lesson / "roster.csv").open(encoding="utf-8")))
    people = company(CASE, SHEET, "hunt-lesson", [0]).everybody
    assert {row["account"] for row in roster} == {one.identity.id for one in people}
    assert len({one.identity.number for one in people}) == len(people) == SHEET.people


# --- nothing but behaviour tells the attack from the rest -----------------------------------------

# What comes from the address and the agent.
WHERE = {
    *("ipAddress", "ip", "sourceIPAddress", "IPAddress", "ActorIP", "SourceIP", "SourcePort"),
    *("source", "message", "address", "asNumber", "asOrg", "isp", "isProxy", "country", "Country"),
    *("rawUserAgent", "userAgent", "agent", "os", "browser"),
    *("dtHash", "behaviors", "logOnlySecurityData"),  # made of both
}


def account(event: dict) -> str:
    """Whose event it is."""
    who = event.get("author") or event.get("actor") or event.get("userIdentity") or {}
    names = (who.get("name"), who.get("alternateId"), who.get("userName"), event.get("user"))
    return next(filter(None, names), None) or event.get("serviceTokenId", "")


ENDS = ("Allowed", "isSuccessfulLogin", "ActionResult", "Action", "result", "errorCode")


def kind(source: str, event: dict) -> tuple[str, ...]:
    """What was done, and how it ended."""
    shown = telemetry.headline(source, event).split("  ")
    done = "  ".join(shown[:2] if source == "linux_process_creation" else shown[:1])  # by whom
    ended = event.get("outcome", {}).get("result")
    return (done, str(ended), *(str(event.get(key)) for key in ENDS))


# What a format gives to an event, to a request, or to a session.
OWN = {"uuid", "request", "transaction", "id", "ray", "process", "session", "port"}
OWN |= {"process_2", "process_3"}


@cache
def own_ids(source: str) -> set[tuple]:
    """Where the events of a source have such ids."""
    vendor = log_format(source)
    templates = [vendor.event(name, end) for name in vendor.events for end in (True, False)]
    return {
        path
        for template in templates
        for path, value in leaves(template).items()
        if isinstance(value, str) and field_names(value) & OWN
    }


@dataclass(frozen=True)
class Logged:
    """An event of a world as a lazy hunter sees it."""

    source: str
    kind: tuple[str, ...]
    account: str
    values: dict[tuple, object]
    second: int
    of_attack: bool


def logged(folder: Path, source: str) -> list[Logged]:
    """The events of a source of a world."""
    truth = index(folder, "truth")
    return [
        Logged(
            source,
            kind(source, event),
            account(event),
            leaves(event),
            int(sources.time_of(event, source)) % 60,
            f"{source}:{number}" in truth,
        )
        for number, event in enumerate(read(folder, source), 1)
    ]


def features(one: Logged, counts: Counter) -> dict[str, int]:
    """Which keys an event has, how long their values are, and how rare, and the second; address and
    agent left out."""
    found = {"the second": one.second, "a whole minute": one.second == 0}
    for path, value in one.values.items():
        if not set(map(str, path)) & WHERE:
            name = ".".join(map(str, path))
            found[f"length of {name}"] = len(str(value))
            found[f"rarity of {name}"] = counts[path, str(value)].bit_length()
    return found


MOST = 12  # events of one kind of the attack's, so that 202 page views do not count for everything


def compared(events: list[Logged]) -> tuple[list[dict[str, int]], list[bool]]:
    """Events of the attack in one source, and for each three others of the same kind, by the same
    account where there is one: whether they are the attack's."""
    counts = Counter((path, str(v)) for event in events for path, v in event.values.items())
    attack, others, dice = defaultdict(list), defaultdict(list), Random(1)
    for event in events:
        if event.of_attack:
            attack[event.kind].append(event)
        else:
            others[event.kind].append(event)
            others[event.kind, event.account].append(event)
    rows, labels = [], []
    for name, theirs in attack.items():
        for event in dice.sample(theirs, min(MOST, len(theirs))):
            alike = others[name, event.account] or others[name]
            for one in (event, *(dice.choice(alike) for _ in range(3))):
                rows.append(features(one, counts))
                labels.append(one is event)
    return rows, labels


class Count:
    """How many of the attack's events, and of the others, are of some sort."""

    def __init__(self):
        self.hits, self.trials = [0, 0], [0, 0]

    def add(self, hit: bool, of_attack: bool) -> None:
        self.hits[of_attack] += hit
        self.trials[of_attack] += 1

    def tail(self, others: "Count") -> float:
        """How likely a result as far out as the attack's is at the share of these others, at the
        nearer end."""
        hits, trials = self.hits[True], self.trials[True]
        share = others.hits[False] / others.trials[False]
        return min(binomial_tail(hits, trials, share), 1 - binomial_tail(hits + 1, trials, share))


@dataclass(frozen=True)
class Seen:
    """What eight worlds show: the events of the first one; rows and labels, world by world; by
    source and world, how many events are at second :00; by source, kind and place, how many ids
    stand in another event too."""

    first: list[Logged]
    rows: list[list[dict[str, int]]]
    labels: list[list[bool]]
    whole_minutes: dict[tuple, Count]
    shared_ids: dict[tuple, Count]


SEEDS = "abcdefgh"


@pytest.fixture(scope="session")
def eight(tmp_path_factory) -> Seen:
    """Eight worlds of other seeds, read once."""
    seen = Seen([], [], [], defaultdict(Count), defaultdict(Count))
    for seed in SEEDS:
        folder = small(tmp_path_factory.mktemp(seed), seed, 6_000)
        world = {source: logged(folder, source) for source in CASE.sources}
        seen.first.extend(one for events in world.values() for one in events if seed == SEEDS[0])
        pairs = [compared(events) for events in world.values()]
        seen.rows.append([row for rows, _ in pairs for row in rows])
        seen.labels.append([label for _, labels in pairs for label in labels])
        used = Counter(one for events in world.values() for event in events for one in ids(event))
        for source, events in world.items():
            for event in events:
                seen.whole_minutes[source, seed].add(event.second == 0, event.of_attack)
                for path in own_ids(source) & event.values.keys():
                    shared = used[str(event.values[path])] > 1
                    seen.shared_ids[source, event.kind, path].add(shared, event.of_attack)
    return seen


def ids(event: Logged) -> set[str]:
    """The ids of an event, its request and its session, each once."""
    return {str(event.values[path]) for path in own_ids(event.source) & event.values.keys()}


@pytest.fixture(scope="module")
def worlds(eight):
    """Four worlds to learn from, and four to be tried on."""
    return [
        tuple([one for world in part[half] for one in world] for part in (eight.rows, eight.labels))
        for half in (slice(4), slice(4, None))
    ]


def test_a_shallow_tree_over_form_alone_does_not_find_the_attack(worlds):
    (rows, labels), (others, truth) = worlds
    assert sum(truth) > 150
    scorer = tree(rows, labels, 3)
    assert auc([scorer(row) for row in others], truth) <= 0.6


def by_source(counts: dict[tuple, Count]) -> dict[str, Count]:
    """All worlds together."""
    together: dict[str, Count] = defaultdict(Count)
    for (source, *_), count in counts.items():
        for who in (False, True):
            together[source].hits[who] += count.hits[who]
            together[source].trials[who] += count.trials[who]
    return together


def outside(counts: dict[tuple, Count], others: dict[str, Count], tail: float = TAIL) -> list:
    """The counts that lie outside the interval of the background of their source."""
    return [
        name
        for name, count in counts.items()
        if count.trials[True] and count.tail(others[name[0]]) < tail
    ]


def test_no_more_events_of_the_attack_than_of_others_begin_a_minute(eight):
    """Each source of each world is held against the 95 % interval of the background, so that one in
    twenty may lie outside; all worlds of a source together, and all sources at once, may not."""
    together = by_source(eight.whole_minutes)
    counts = [count for count in eight.whole_minutes.values() if count.trials[True]]
    far = outside(eight.whole_minutes, together)
    assert len(counts) > 80
    assert binomial_tail(len(far), len(counts), 1 - CONFIDENCE) >= TAIL, far
    whole = {(source,): count for source, count in together.items()}
    assert outside(whole, together, TAIL / len(whole)) == []


def test_a_replay_as_it_was_played_would_lie_outside(eight):
    """What the count is worth: the seconds of the replay, which begins at whole minutes."""
    together = by_source(eight.whole_minutes)
    played: dict[tuple, Count] = defaultdict(Count)
    for name in REPLAY.truth:
        source, line = name.split(":")
        time = sources.time_of(REPLAY.audit[source][int(line) - 1], source)
        played[source, "played"].add(int(time) % 60 == 0, True)
    assert {name for name, _ in outside(played, together)} >= {
        *("okta", "support", "sshd", "cloudtrail"),
        *("cloudflare_access_nonidentity", "cloudflare_gateway", "cloudflare_audit"),
    }


def test_ids_are_shared_by_events_of_the_attack_as_by_others_of_their_kind(eight):
    counts = {name: count for name, count in eight.shared_ids.items() if count.trials[True]}
    assert any(count.hits[True] for count in counts.values())
    assert {name[0] for name in counts} >= {"okta", "cloudtrail", "cloudflare_access_nonidentity"}
    assert [name for name, count in counts.items() if count.tail(count) < TAIL] == []


def marked(rows: list[dict[str, int]], labels: list[bool]) -> list[dict[str, int]]:
    """A key more on four of five lines of the attack."""
    return [
        row | ({"length of mark": 4} if label and number % 5 else {})
        for number, (row, label) in enumerate(zip(rows, labels, strict=True))
    ]


def test_the_same_tree_finds_a_mark(worlds):
    (rows, labels), (others, truth) = worlds
    scorer = tree(marked(rows, labels), labels, 3)
    assert auc([scorer(row) for row in marked(others, truth)], truth) > 0.85


def test_the_address_of_the_attack_is_used_by_others_too(lesson):
    intruder = CASE.addresses["internet"].ip
    used = [one for one in benign(lesson, "okta") if one["client"]["ipAddress"] == intruder]
    assert used


# --- people and the gateway, names ----------------------------------------------------------------

BEHIND = {"jira": "tracker", "confluence": "wiki", "bitbucket": "code"}


def opened(folder: Path) -> dict[tuple[str, str], list[int]]:
    """By person and application, when the gateway let them in."""
    times = defaultdict(list)
    for event in lines_of(folder, "cloudflare_access"):
        if event["Allowed"]:
            who, application = event["Email"].split("@")[0], event["AppDomain"].split(".")[0]
            times[who, application].append(seconds(event["CreatedAt"]))
    return times


@pytest.mark.parametrize("source", BEHIND)
def test_people_come_through_the_gateway(lesson, source):
    """At most as long before as an application stays open."""
    logins, people = opened(lesson), {row["account"] for row in rows_of(lesson, "roster")}
    followed = []
    for event in benign(lesson, source):
        who, time = event["author"]["name"], event["timestamp"]["epochSecond"]
        if who in people:
            times = logins[who, BEHIND[source]]
            place = bisect_right(times, time)
            since = time - times[place - 1] if place else None
            followed.append(since is not None and since <= SHEET.open_hours * 3600)
    assert len(followed) > 1500
    assert sum(followed) >= 0.95 * len(followed)


PLACEHOLDERS = {"", "-", "None", "null", "JIRAUSER0", "00u", "0oa"}


def test_nothing_is_called_by_an_empty_name(eight):
    """Where events of a kind have a value, each of them has one."""
    values = defaultdict(set)
    for one in eight.first:
        for path, value in one.values.items():
            values[one.source, one.kind, path].add(str(value))
    assert any(name[2][-1] == "name" for name in values)
    assert [name for name, some in values.items() if len(some) > 1 and some & PLACEHOLDERS] == []


# --- tables ---------------------------------------------------------------------------------------


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def times_of_twins(folder: Path) -> dict[str, list[int]]:
    """When the events of each twin happened."""
    found = defaultdict(list)
    for name, one in index(folder, "twins").items():
        source = name.split(":")[0]
        found[one["twin"]].append(int(sources.time_of(event(folder, name), source)))
    return found


def within(row: dict[str, str], time: int, start: str = "from", end: str = "to") -> bool:
    return bool(row[start]) and seconds(row[start]) <= time <= seconds(row[end])


@table("name", [one.id for one in SHEET.twins.values() if one.told_by])
def test_a_twin_that_a_table_tells_from_the_attack_stands_in_it(lesson, name):
    twin = SHEET.twins[name]
    times = times_of_twins(lesson)[name]
    if twin.told_by == "changes":
        rows = [row for row in rows_of(lesson, "changes") if row["what"] == twin.what]
        assert all(any(within(row, time) for row in rows) for time in times)
    elif twin.told_by == "travel":
        assert all(any(within(row, time) for row in rows_of(lesson, "travel")) for time in times)
    else:
        on_call = [row for row in rows_of(lesson, "roster") if row["on_call_from"]]
        assert all(
            any(within(row, time, "on_call_from", "on_call_to") for row in on_call)
            for time in times
        )


def test_no_change_ticket_is_for_the_attack(lesson):
    """No ticket of an account that the intruder used is open while he used it there."""
    for name in index(lesson, "truth"):
        source = name.split(":")[0]
        one = event(lesson, name)
        time = int(sources.time_of(one, source))
        for row in rows_of(lesson, "changes"):
            assert not (row["by"] == account(one) and within(row, time)), (name, row)


# --- kept -----------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A folder of one's own for worlds."""
    monkeypatch.setenv("LABUTILS_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture(scope="module")
def small_world(tmp_path_factory):
    return small(tmp_path_factory.mktemp("small"), count=2_000)


@pytest.fixture
def copied(small_world, monkeypatch):
    """What is written is a copy of one small world, where a test is about how worlds are kept."""

    def copy(folder, _replay, **_of):
        shutil.copytree(small_world, folder, dirs_exist_ok=True)

    monkeypatch.setattr(store, "write", copy)
    monkeypatch.setattr(store, "play", lambda *_, **__: REPLAY)


@pytest.mark.usefixtures("copied")
def test_a_world_is_made_once_and_kept(kept):
    first = background.logs(count=2_000, seed="a")
    before = (first / "okta.jsonl").stat().st_mtime_ns
    assert background.logs(count=2_000, seed="a") == first
    assert (first / "okta.jsonl").stat().st_mtime_ns == before
    assert first.parent == kept


@pytest.mark.usefixtures("kept")
def test_another_seed_size_or_kind_is_another_world():
    folders = [
        background.logs(count=2_000, seed="a"),
        background.logs(count=2_000, seed="b"),
        background.logs(count=2_001, seed="a"),
        background.logs(count=2_000, seed="a", attack=False),
    ]
    assert len({background.digest(folder) for folder in folders}) == len(set(folders)) == 4


@pytest.mark.usefixtures("copied")
@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "okta.jsonl").write_bytes(b"{}\n"),
        lambda folder: (folder / "truth.json").unlink(),
        lambda folder: (folder / "more.jsonl").write_bytes(b""),
        lambda folder: folder.with_name(folder.name + ".sha256").unlink(),
        lambda folder: folder.with_name(folder.name + ".sha256").write_bytes(b"\xff"),
    ],
)
def test_a_world_that_is_not_what_was_written_is_made_again(kept, damage):
    folder = background.logs(count=2_000, seed="a")
    whole = background.digest(folder)
    damage(folder)
    again = background.logs(count=2_000, seed="a")
    assert again == folder
    assert background.digest(again) == whole
    assert not list(kept.glob(".making-*"))


def test_several_at_once_make_one_whole_world(kept):
    code = "from labutils.incident import background as b; print(b.logs(count=2000, seed='a'))"
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, encoding="utf-8")
        for _ in range(3)
    ]
    printed = {one.communicate()[0].strip() for one in running}
    assert [one.returncode for one in running] == [0, 0, 0]
    (folder,) = printed
    assert background.logs(count=2_000, seed="a") == Path(folder)
    assert len([path for path in kept.iterdir() if path.is_dir()]) == 1


@pytest.mark.usefixtures("copied")
def test_where_nothing_can_be_kept_the_world_is_a_temporary_folder(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_bytes(b"in the way")
    monkeypatch.setenv("LABUTILS_CACHE", str(tmp_path / "file" / "below"))
    folder = background.logs(count=2_000, seed="a")
    assert "set LABUTILS_CACHE to a folder of yours" in capsys.readouterr().err
    assert index(folder, "truth")
    assert tmp_path not in folder.parents


def test_a_full_disk_leaves_nothing_half_written(kept, monkeypatch, capsys):
    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write", full)
    with pytest.raises(background.CannotKeep, match="free some space, or set LABUTILS_CACHE"):
        background.logs(count=2_000, seed="a")
    assert "No space left on device" in capsys.readouterr().err
    assert list(kept.iterdir()) == []


# --- the command ----------------------------------------------------------------------------------


def said(capsys, *arguments: str) -> tuple[int, str]:
    status = main(["telemetry", *arguments])
    captured = capsys.readouterr()
    return status, captured.out + captured.err


def test_the_command_writes_a_world_and_says_so(tmp_path, capsys):
    status, text = said(capsys, str(tmp_path), "--background", "2000", "--seed", "a")
    assert status == 0
    assert "changes.csv, roster.csv and travel.csv are for the hunter" in text
    assert background.digest(tmp_path) == background.digest(small(tmp_path / "w", count=2_000))


def test_the_same_command_twice_is_no_fault_and_another_seed_overwrites_nothing(tmp_path, capsys):
    folder = str(tmp_path)
    assert said(capsys, folder, "--background", "2000", "--seed", "a")[0] == 0
    assert said(capsys, folder, "--background", "2000", "--seed", "a")[0] == 0
    before = background.digest(tmp_path)
    status, text = said(capsys, folder, "--background", "2000", "--seed", "b")
    assert status == 2
    assert "of its own; name an empty folder" in text
    assert background.digest(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--seed", "a"], "add --background N"),
        (["--benign"], "add --background N"),
        (["--background", "10"], "a background has at least 2000 events"),
        (["--background", "-1"], "a background has at least 2000 events"),
    ],
)
def test_wrong_arguments_give_a_sentence(tmp_path, capsys, arguments, sentence):
    status, text = said(capsys, str(tmp_path / "w"), *arguments)
    assert status == 2
    assert sentence in text
    assert not list(tmp_path.rglob("*.jsonl"))


def test_the_command_s_benign_month_has_no_attack(tmp_path, capsys):
    assert said(capsys, str(tmp_path), "--background", "2000", "--benign")[0] == 0
    assert index(tmp_path, "truth") == {}


# --- another case ---------------------------------------------------------------------------------

FERRY = cases.load(NIGHT_FERRY)


def test_a_second_case_needs_yaml_alone(tmp_path):
    replay = play(World.historical(FERRY), case=FERRY)
    written = background.write(tmp_path, replay, count=2_000, seed="a")
    assert sum(written.values()) == 2_000 + sum(map(len, replay.audit.values()))
    assert set(index(tmp_path, "truth").values()) == set(replay.truth.values())
    assert {one["twin"] for one in index(tmp_path, "twins").values()} == set(
        sheets.load(FERRY).twins
    )


def test_a_case_without_a_background_says_so(tmp_path):
    bare = replace(FERRY, background=None)
    with pytest.raises(background.NoBackground, match="night-ferry has no background.yaml"):
        background.write(tmp_path, play(World.historical(bare), case=bare), count=2_000, seed="a")


def changed(change) -> cases.Incident:
    """The ferry with another background sheet."""
    text = (NIGHT_FERRY / "background.yaml").read_text(encoding="utf-8")
    return replace(FERRY, background=read_sheet("background.yaml", change(text)))


@table(
    ("old", "new", "sentence"),
    [
        (
            "okta.admin-app",
            "okta.nothing",
            "line 28: lines: there is no event of okta 'nothing'",
        ),
        ("okta.admin-app", "nowhere.x", "there is no data/telemetry/nowhere.yaml"),
        ("scope: 'plans:copy'", "scope: 'decks:copy'", "there is no service 'decks'"),
        ("uses: {settings: 10", "uses: {nothing: 10", "uses: there is no act 'nothing'"),
        ("role: mates", "role: cooks", "role: there is no role 'cooks'"),
        ("step: plans-copied", "step: no-step", "there is no fact of the ledger called 'no-step'"),
        ("who: mates", "who: cooks", "there is no role, identity or machine 'cooks'"),
        ("what: plans for the yard, ", "", "a change ticket says what is changed"),
        ("where: moved", "where: server", "no zone that is `inside` has an address"),
        ("fill: true, ", "", "one machine at least says `fill: true`"),
        ("share: 100,", "share: 0,", "one network at least has a share"),
        ("mobile: phones", "mobile: pigeons", "there is no network 'pigeons'"),
        ("proxies: [elsewhere]", "proxies: []", "proxies needs at least one"),
        ("country: NL", "country: XX", "there is no country 'XX'"),
        ("first: 192.0.2.190", "first: nowhere", "first: nowhere and size give no addresses"),
        ("size: 40, asn: 64505", "size: 0, asn: 64505", "give no addresses"),
        ("people: 30", "people: -3", "people must be at least 1"),
        ("strangers: [elsewhere]", "strangers: []", "strangers needs at least one"),
        ("people: 30", "people: many", "people must be a whole number"),
        ("people: 30", "people: 30\nopenings: {decks: settings}", "there is no service 'decks'"),
        ("people: 30", "people: 30\nopenings: {plans: bow}", "openings: there is no act 'bow'"),
        ("holder: timetable, act: plan-opened", "act: plan-opened", "a machine has a holder"),
        ("middle: '2031-03-12'", "middle: spring", "not a time such as"),
        (
            "lines: [okta.admin-app]",
            "lines: [jira.user-created, jira.script-executed], refused: true",
            "jira.user-created is not for such a request",
        ),
        (
            "lines: [okta.single-sign-on], words: {application: [Tickets, Cabins]}",
            "lines: [okta.single-sign-on]",
            "needs words for application",
        ),
    ],
)
def test_a_fault_in_the_sheet_is_named_with_its_line(old, new, sentence):
    with pytest.raises(SheetError, match=r"background.yaml, line \d+: ") as raised:
        sheets.load(changed(lambda text: text.replace(old, new, 1)))
    assert sentence in str(raised.value)
