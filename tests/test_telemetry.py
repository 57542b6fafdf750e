"""What the services wrote down: each vendor's own shape, what a stolen session and a service token
leave, and no ground truth."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from itertools import product
from random import Random

import jsonschema
import pytest

from labutils.incident import breach, cases, inventory, ledger, telemetry
from labutils.incident.breach import play
from labutils.incident.log_format import FIELDS, OTHER, log_format
from labutils.incident.policy import Decision, Request, World
from labutils.lab import iso

H = World.historical()
CASE = cases.load()
SOURCES = CASE.sources
INTRUDER, ADMIN = (CASE.addresses[zone].ip for zone in ("internet", "homes"))


def world_with(**decisions: bool | int) -> World:
    """The world of 2023 with these decisions changed."""
    return replace(H, **decisions)


# Each looked up in the vendor's public catalogue of event types.
CATALOGUE = {
    "user.session.start",
    "user.session.access_admin_app",
    "app.oauth2.client.read_client_secret",
    "policy.evaluate_sign_on",
    "app.generic.unauth_app_access_attempt",
}


@cache
def played(number: int | None) -> breach.Replay:
    """The replay of 2023 (None), or of a world at random, the same one every time."""
    if number is None:
        return play(H)
    decisions = {
        name: control.value if chance(number, name) < 0.1 else getattr(H, name)
        for name, control in inventory.controls().items()
    }
    walls = {name: chance(number, name) < 0.5 for name in ("hard_keys", "access_per_application")}
    return play(World(**decisions | walls))


def chance(number: int, name: str) -> float:
    """A draw for one control of one world, which no other control has a part in."""
    return Random(f"telemetry {number} {name}").random()


def events(*worlds: int | None) -> list[tuple[str, dict]]:
    return [
        (source, event)
        for number in worlds
        for source, lines in played(number).audit.items()
        for event in lines
    ]


def fits(source: str, event: dict) -> None:
    """The event has the shape of its source."""
    validator(source).validate(event)


@cache
def validator(source: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(log_format(source).shape)


def texts(value) -> list[str]:
    """All texts of an event, keys too, at any depth."""
    if isinstance(value, dict):
        return [*value, *(text for one in value.values() for text in texts(one))]
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    return [value] if isinstance(value, str) else []


# --- shapes -------------------------------------------------------------------------------------


def test_each_source_has_an_event_in_the_replay_of_2023():
    assert list(played(None).audit) == list(SOURCES)
    assert all(played(None).audit.values())


def test_every_event_of_2023_and_of_fifty_other_worlds_has_its_vendors_shape():
    for source, event in events(None, *range(50)):
        fits(source, event)
    assert {source for source, _ in events(*range(50))} == set(SOURCES)


def test_whatever_is_asked_at_any_door_fits_the_shape_of_its_log():
    """Also what no replay does: each action of the estate, and one of none, allowed and denied, by
    somebody and by nobody."""
    estate = CASE.estate
    actions = {
        scope.split(":")[1] for one in estate.credentials.values() for scope in one.scopes
    } | {"nonsense", ""}
    for service, action, allow in product(estate.services.values(), actions, (True, False)):
        for credential in (None, estate.credentials["smartsheet-account"]):
            asked = Request(
                CASE, 1699953769, service, action, credential, estate.default_zone, INTRUDER
            )
            for source, event in telemetry.events(asked, Decision(allow, "", ""), "agent", 1):
                fits(source, event)


@pytest.mark.parametrize("source", SOURCES)
def test_the_shape_of_a_source_is_a_sound_schema_that_refuses_what_lacks_a_field(source):
    shape = log_format(source).shape
    jsonschema.Draft202012Validator.check_schema(shape)
    event = played(None).audit[source][0]
    for name in shape["required"]:
        with pytest.raises(jsonschema.ValidationError, match=f"'{name}' is a required property"):
            fits(source, {key: value for key, value in event.items() if key != name})


@pytest.mark.parametrize("source", SOURCES)
def test_every_template_is_for_requests_that_exist_or_for_what_a_log_has_no_words_for(source):
    scopes = {scope for one in CASE.estate.credentials.values() for scope in one.scopes}
    entries = [entry for entry in CASE.logs if entry.source == source]
    assert {entry.template for entry in entries} | {OTHER} >= set(log_format(source).events)
    assert {scope for entry in entries for scope in entry.scopes} <= scopes


def test_a_template_may_ask_for_just_the_fields_that_are_explained():
    asked = breach.request(CASE, CASE.campaign.steps[0].routes[0][0], 1699953769)
    assert telemetry.fields_of(asked, "agent", 1).keys() == FIELDS.keys()


def test_every_log_that_a_service_keeps_is_a_source():
    assert {one.audit for one in CASE.estate.services.values()} - {"none"} <= set(SOURCES)


def test_every_okta_event_type_of_the_templates_stands_in_the_vendors_catalogue():
    used = {one.event["eventType"] for one in log_format("okta").events.values()}
    assert used == CATALOGUE
    assert {
        event["eventType"] for source, event in events(None, *range(50)) if source == "okta"
    } <= used


@pytest.mark.parametrize("source", SOURCES)
def test_the_time_of_an_event_is_the_time_of_its_request_in_the_vendors_own_writing(source):
    fields = {
        "okta": lambda e: e["published"][:19],
        "cloudtrail": lambda e: e["eventTime"][:19],
        "support": lambda e: e["time"][:19],
        "cloudflare_access": lambda e: e["CreatedAt"][:19],
        "cloudflare_access_nonidentity": lambda e: e["datetime"][:19],
        "cloudflare_gateway": lambda e: e["Datetime"][:19],
        "cloudflare_audit": lambda e: e["When"][:19],
        "sshd": lambda e: e["timestamp"][:19],
        "linux_process_creation": lambda e: e["UtcTime"][:19].replace(" ", "T"),
    }
    read = fields.get(source, lambda e: iso(e["timestamp"]["epochSecond"])[:19])
    times = [read(event) for event in played(None).audit[source]]
    assert times == sorted(times)
    assert set(times) <= {iso(one.time)[:19] for one in played(None).wire}


# --- a stolen session, a service token ----------------------------------------------------------


def okta(*kinds: str, result: str = "SUCCESS") -> list[dict]:
    return [
        event
        for event in played(None).audit["okta"]
        if event["eventType"] in kinds and event["outcome"]["result"] == result
    ]


def test_a_stolen_session_makes_no_session_start():
    assert [event["client"]["ipAddress"] for event in okta("user.session.start")] == [
        CASE.estate.identities["admin"].home
    ]
    assert INTRUDER in [
        event["client"]["ipAddress"] for event in okta("user.session.access_admin_app")
    ]


def test_what_shows_is_the_owners_session_at_another_address_with_another_agent():
    (start,) = okta("user.session.start")
    of_the_owner = [
        event
        for event in okta("user.session.access_admin_app")
        if event["actor"]["id"] == start["actor"]["id"]
    ]
    for field in ("externalSessionId", "rootSessionId"):
        assert {event["authenticationContext"][field] for event in [start, *of_the_owner]} == {
            start["authenticationContext"][field]
        }
    assert [event["client"]["ipAddress"] for event in of_the_owner] == [ADMIN, INTRUDER]
    assert len({event["client"]["userAgent"]["rawUserAgent"] for event in of_the_owner}) == 2
    assert len({event["securityContext"]["asNumber"] for event in of_the_owner}) == 2


def test_two_people_have_two_sessions():
    sessions = {
        (event["actor"]["id"], event["authenticationContext"]["externalSessionId"])
        for event in okta("user.session.access_admin_app")
    }
    assert len(sessions) == len(dict(sessions)) == len({session for _, session in sessions}) == 2


@pytest.mark.parametrize("number", [None, *range(50)])
def test_a_service_token_is_in_no_log_of_people(number):
    audit = played(number).audit
    for token in (one for one in CASE.estate.credentials.values() if one.kind == "service-token"):
        for source in ("cloudflare_access", "okta"):
            written = json.dumps(audit[source])
            assert (
                token.id not in written
                and token.holder.name not in written
                and f'"00u{token.holder.id}"' not in written
            )
    gateway = [
        one for one in played(number).wire if "cf-access-client-secret" in dict(one.request_headers)
    ]
    assert {one.host for one in gateway} <= {"gateway.example"}
    assert [event["serviceTokenId"] for event in audit["cloudflare_access_nonidentity"]].count(
        "moveworks-token"
    ) == len(gateway)
    assert {event["userUuid"] for event in audit["cloudflare_access_nonidentity"]} <= {""}


# --- what is only modelled ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "support",
        "linux_process_creation",
        "sshd",
        "cloudflare_gateway",
        "cloudflare_audit",
        "cloudflare_access",
    ],
)
def test_a_source_that_is_modelled_as_a_whole_says_so_in_each_event(source):
    assert all(
        event["x_course_assumption"] is True
        for kind, event in events(None, *range(50))
        if kind == source
    )


def test_a_person_at_the_gateway_stands_in_the_identity_log_and_a_service_token_in_the_other():
    audit = breach.play(world_with(hard_keys=False, service_tokens_bound=True)).audit
    people = [event for event in audit["cloudflare_access"] if event["Email"]]
    assert people and {event["Email"] for event in people} == {"smartsheet@company.example"}
    assert {event["serviceTokenId"] for event in audit["cloudflare_access_nonidentity"]} == {
        "moveworks-token"
    }


def test_a_session_of_its_own_has_a_number_of_its_own():
    audit = breach.play(world_with(hard_keys=False, recordings_cleaned=True)).audit["okta"]
    number = {
        event["client"]["ipAddress"]: event["authenticationContext"]["externalSessionId"]
        for event in audit
    }
    assert number["192.0.2.13"] not in {
        event["authenticationContext"]["externalSessionId"]
        for event in audit
        if event["client"]["ipAddress"] == "203.0.113.66"
    }


@pytest.mark.parametrize("source", ["jira", "confluence", "bitbucket"])
def test_a_label_that_no_vendor_published_is_marked_and_a_published_one_is_not(source):
    prefix = {
        "jira": "jira.auditing.",
        "confluence": "audit.logging.",
        "bitbucket": "bitbucket.service.",
    }[source]
    for kind, event in events(None, *range(50)):
        if kind == source:
            key = event["auditType"]["actionI18nKey"]
            assert (
                event.get("x_course_assumption", False)
                == key.startswith("x.course.")
                == (not key.startswith(prefix))
            )


def test_the_acts_whose_labels_are_unverified_are_marked_in_2023():
    marked = {
        event["auditType"]["action"]
        for source in ("jira", "confluence", "bitbucket")
        for event in played(None).audit[source]
        if event.get("x_course_assumption")
    }
    assert marked == {
        "Issue viewed",
        "Search performed",
        "Repository archived for download",
        "Script executed",
    }


def test_that_the_four_credentials_could_be_read_from_the_tenant_is_marked():
    assert all(
        event.get("x_course_assumption") for event in okta("app.oauth2.client.read_client_secret")
    )
    assert okta("app.oauth2.client.read_client_secret")


@pytest.mark.parametrize("source", ["jira", "bitbucket"])
def test_an_account_has_one_id_and_the_account_that_was_made_has_that_of_its_making(source):
    way_round = play(breach.with_controls(["repository_least_privilege"]))  # by the new account
    written = [event for kind, event in events(None, *range(50)) if kind == source]
    authors = [
        (event["author"]["id"], event["author"]["name"])
        for event in [*written, *way_round.audit[source]]
    ]
    created = [
        (one["id"], one["name"])
        for event in played(None).audit["jira"]
        for one in event["affectedObjects"]
        if one["type"] == "USER"
    ]
    both = {*authors, *(created if source == "jira" else ())}
    assert len(both) == len(dict(both)) == len({name for _, name in both}) > 1


# --- ground truth -------------------------------------------------------------------------------


def test_no_event_says_what_it_belongs_to_or_who_is_behind_it():
    facts = {fact.id for fact in ledger.facts()}
    telling = re.compile(
        "intruder|attack|stolen|hijack|malicious|threat|thief|evil|hack|"
        "look-?alike|implant|foothold|sliver|victim",
        re.I,
    )
    for _, event in events(None, *range(50)):
        said = texts(event)
        assert not facts & set(said) and not [text for text in said if telling.search(text)]
        assert not [text for text in said for fact in facts if fact in text]
        assert "fact" not in said and "tactic" not in said


def test_the_owners_events_are_no_steps_and_all_others_are():
    replay = played(None)
    free = [
        f"{source}:{line}"
        for source, lines in replay.audit.items()
        for line in range(1, len(lines) + 1)
        if f"{source}:{line}" not in replay.truth
    ]
    owner = [
        f"okta:{line}"
        for line, event in enumerate(replay.audit["okta"], 1)
        if event["client"]["ipAddress"] == ADMIN
    ]
    assert free == owner and len(owner) == 3


@pytest.mark.parametrize("number", [None, *range(20)])
def test_the_truth_names_events_by_source_and_line_and_facts_by_the_ledgers_ids(number):
    replay = played(number)
    steps = {step.fact: step for step in replay.steps}
    for name, fact in replay.truth.items():
        source, line = re.fullmatch(r"([a-z_]+):([1-9]\d*)", name).groups()
        assert int(line) <= len(replay.audit[source])
        assert steps[fact].attempts and any(one.recorded for one in steps[fact].attempts)
    assert {
        fact for fact, step in steps.items() if any(one.recorded for one in step.attempts)
    } == set(replay.truth.values())


def test_a_step_that_no_log_shows_has_no_event():
    replay = played(None)
    unseen = {step.fact for step in replay.steps} - {*replay.truth.values()}
    assert (
        unseen == {step.fact for step in replay.steps if step.outcome == "unknown"}
        and len(unseen) == 2
    )


# --- files --------------------------------------------------------------------------------------


def test_files_hold_one_event_a_line_and_are_read_back_as_they_were(tmp_path):
    replay = played(None)
    folder = tmp_path / "new" / "folder"
    counts = telemetry.write(folder, replay.audit, replay.truth)
    assert {path.name for path in folder.iterdir()} == {f"{source}.jsonl" for source in SOURCES} | {
        "truth.json"
    }
    for source in SOURCES:
        lines = (folder / f"{source}.jsonl").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line) for line in lines] == replay.audit[source] and len(
            lines
        ) == counts[source]
    assert json.loads((folder / "truth.json").read_text(encoding="utf-8")) == replay.truth


def test_an_event_name_in_the_truth_is_a_line_of_a_file_counted_from_one(tmp_path):
    replay = played(None)
    telemetry.write(tmp_path, replay.audit, replay.truth)
    lines = (tmp_path / "jira.jsonl").read_text(encoding="utf-8").splitlines()
    at = next(
        int(name.split(":")[1])
        for name, fact in replay.truth.items()
        if name.startswith("jira:") and fact == "nov23-admin-group"
    )
    assert json.loads(lines[at - 1])["affectedObjects"][0][
        "name"
    ] == "jira-administrators" and at == len(lines)


RUN = """
import hashlib, json
from labutils.incident.breach import play
from labutils.incident.exports import attack_flow, navigator_layer
from labutils.incident.policy import World
replay = play(World.historical())
bodies = [one.response_body for one in replay.wire]
exported = [attack_flow(replay.steps), navigator_layer(replay.steps)]
whole = [replay.audit, replay.truth, exported, bodies]
print(hashlib.sha256(json.dumps(whole).encode()).hexdigest())
"""


def test_two_processes_with_other_hash_seeds_and_time_zones_write_the_same_bytes():
    digests = {
        subprocess.run(
            [sys.executable, "-c", RUN],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            encoding="locale",
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(digests) == 1 and len(digests.pop()) == 65


# --- the head of an event -----------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_the_headline_of_an_event_is_made_of_fields_that_it_has(source):
    for event in played(None).audit[source]:
        parts = telemetry.headline(source, event).removesuffix("  (assumed)").split("  ")
        assert len(log_format(source).headline) - 1 <= len(parts) <= len(
            log_format(source).headline
        ) and all(parts)
        assert telemetry.headline(source, event).endswith("(assumed)") == event.get(
            "x_course_assumption", False
        )


def test_the_people_of_a_customer_and_of_the_company_have_addresses_of_their_own():
    people = {event["actor"]["alternateId"] for source, event in events(None) if source == "okta"}
    assert people == {
        "customer-admin@customer.example",
        "admin@company.example",
        "smartsheet@company.example",
    }
