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
from event_values import leaves
from tables import table

from labutils.incident import breach, cases, inventory, ledger, telemetry
from labutils.incident.background import sheet
from labutils.incident.breach import play
from labutils.incident.log_format import FIELDS, NOT_PERMITTED, OTHER, log_format
from labutils.incident.policy import Decision, Request, World
from labutils.lab import data_file, iso, seconds

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
    "user.authentication.auth_via_mfa",
    "user.session.access_admin_app",
    "app.oauth2.client.read_client_secret",
    "policy.evaluate_sign_on",
    "app.generic.unauth_app_access_attempt",
    "user.authentication.sso",
    "app.oauth2.credentials.lifecycle.create",
    "app.oauth2.as.token.grant.access_token",
    "user.session.end",
    "application.lifecycle.update",
    "user.mfa.factor.activate",
    "user.mfa.factor.reset_all",
    "user.account.privilege.grant",
    "user.account.lock",
    "system.email.new_device_notification.sent_message",
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
            for line in telemetry.events(asked, Decision(allow, "", ""), "agent", 1):
                fits(line.source, line.event)


@table("source", SOURCES)
def test_the_shape_of_a_source_is_a_sound_schema_that_refuses_what_lacks_a_field(source):
    shape = log_format(source).shape
    jsonschema.Draft202012Validator.check_schema(shape)
    event = played(None).audit[source][0]
    for name in shape["required"]:
        with pytest.raises(jsonschema.ValidationError, match=f"'{name}' is a required property"):
            fits(source, {key: value for key, value in event.items() if key != name})


REAL = [cases.load(folder.name) for folder in sorted(data_file("cases").iterdir())]


@table("source", sorted({name for case in REAL for name in case.sources}))
def test_every_template_is_for_requests_of_a_case_or_of_its_background_or_for_what_has_no_words(
    source,
):
    in_use = {OTHER, NOT_PERMITTED}
    for case in REAL:
        scopes = {scope for one in case.estate.credentials.values() for scope in one.scopes}
        entries = [entry for entry in case.logs if entry.source == source]
        assert {scope for entry in entries for scope in entry.scopes} <= scopes
        acts = sheet.load(case).acts.values() if case.background else ()
        lines = [line.split(".") for act in acts for one in act.choices for line in one.lines]
        in_use |= {entry.template for entry in entries} | {
            name for of, name in lines if of == source
        }
    drawn = data_file("capstone/company.yaml").read_text(encoding="utf-8")  # a case of its own
    in_use |= set(re.findall(rf"\b{source}\.([a-z-]+)", drawn))
    in_use |= set(re.findall(rf"source: {source}, template: ([a-z-]+)", drawn))
    assert in_use >= set(log_format(source).events)


def test_a_template_may_ask_for_just_the_fields_that_are_explained():
    assert telemetry.FIELD_VALUES.keys() == FIELDS.keys()


def test_every_log_that_a_service_keeps_is_a_source():
    kept = {one.audit for one in CASE.estate.services.values()}
    assert kept - {"none", "elsewhere"} <= set(SOURCES)


def test_every_okta_event_type_of_the_templates_stands_in_the_vendors_catalogue():
    used = {one.event["eventType"] for one in log_format("okta").events.values()}
    assert used == CATALOGUE
    assert {
        event["eventType"] for source, event in events(None, *range(50)) if source == "okta"
    } <= used


@table("source", SOURCES)
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
    asked = {
        iso(seconds(one.time) + offset)[:19]
        for step in played(None).steps
        for one in step.attempts
        for offset in one.ask.offsets
    }
    owners = {iso(scene.time)[:19] for scene in CASE.campaign.scenes}
    assert set(times) <= asked | owners


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
        for event in [*okta("user.session.start"), *okta("user.session.start", result="FAILURE")]
    }
    assert len(sessions) == len(dict(sessions)) == len({session for _, session in sessions}) == 2


def test_a_sign_in_with_a_key_shows_the_key_and_no_other_event_does():
    (factor,) = okta("user.authentication.auth_via_mfa")
    assert factor["debugContext"]["debugData"]["factor"] == "FIDO_WEBAUTHN"
    (start,) = okta("user.session.start")
    assert factor["transaction"] == start["transaction"]
    assert factor["client"]["ipAddress"] == CASE.estate.identities["admin"].home


def test_a_session_from_a_new_place_is_called_unusual_where_the_vendor_asks():
    behaviours = {
        event["client"]["ipAddress"]: event["debugContext"]["debugData"]["behaviors"]
        for event in okta("policy.evaluate_sign_on", result="ALLOW")
    }
    assert behaviours.keys() == {ADMIN, INTRUDER}
    assert "New Device=NEGATIVE" in behaviours[ADMIN]
    assert "New Device=POSITIVE" in behaviours[INTRUDER]


def test_the_log_of_sign_ins_is_one_tenant_s():
    people = {event["actor"]["alternateId"] for source, event in events(None) if source == "okta"}
    assert people == {"a.lindqvist@company.example", "smartsheet@company.example"}


@table("number", [None, *range(50)])
def test_a_service_token_is_in_no_log_of_people(number):
    audit = played(number).audit
    for token in (one for one in CASE.estate.credentials.values() if one.kind == "service-token"):
        for source in ("cloudflare_access", "okta"):
            written = json.dumps(audit[source])
            assert token.id not in written and token.holder.name not in written
    gateway = [
        one for one in played(number).wire if "cf-access-client-secret" in dict(one.request_headers)
    ]
    assert {one.host for one in gateway} <= {"gateway.example"}
    assert [event["serviceTokenId"] for event in audit["cloudflare_access_nonidentity"]].count(
        "moveworks-token"
    ) == len(gateway)
    assert {event["userUuid"] for event in audit["cloudflare_access_nonidentity"]} <= {""}


# --- what is only modelled ----------------------------------------------------------------------


def modelled(source: str, *worlds: int | None) -> set[str]:
    """The acts of a source that are labelled as modelled, by the first word of the headline."""
    return {
        telemetry.headline(source, played(number).audit[source][int(name.split(":")[1]) - 1]).split(
            "  "
        )[0]
        for number in worlds
        for name in played(number).labels
        if name.startswith(f"{source}:")
    }


def test_no_event_carries_a_mark_of_ours():
    ours = re.compile(r"course|x\.|x_|assumption|model|lab\b", re.I)
    for _, event in events(None, *range(50)):
        assert not [text for text in texts(event) if ours.match(text) or "course" in text.lower()]


@table(
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
def test_a_source_that_is_modelled_as_a_whole_is_labelled_line_by_line(source):
    assert log_format(source).modelled
    for number in (None, *range(50)):
        lines = range(1, len(played(number).audit[source]) + 1)
        assert {f"{source}:{line}" for line in lines} <= played(number).labels.keys()


def test_a_person_at_the_gateway_stands_in_the_identity_log_and_a_service_token_in_the_other():
    audit = breach.play(world_with(hard_keys=False, service_tokens_bound=True)).audit
    people = [event for event in audit["cloudflare_access"] if event["Allowed"]]
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


def test_the_acts_whose_words_no_vendor_published_are_labelled_and_no_others():
    sources = ("okta", "jira", "confluence", "bitbucket", "cloudtrail")
    assert {source: modelled(source, None) for source in sources} == {
        "okta": {"app.oauth2.client.read_client_secret"},
        "jira": {"Issue viewed", "Script executed"},
        "confluence": {"Search performed", "Page viewed"},
        "bitbucket": {"Repository archive downloaded"},
        "cloudtrail": set(),
    }


def test_labels_have_one_value_and_name_lines_that_there_are():
    replay = played(None)
    assert set(replay.labels.values()) == {"modelled"}
    for name in replay.labels:
        source, line = name.split(":")
        assert 1 <= int(line) <= len(replay.audit[source])


@pytest.mark.parametrize("source", ["jira", "confluence", "bitbucket"])
def test_the_key_of_an_act_has_its_products_prefix(source):
    prefix = {
        "jira": "jira.auditing.",
        "confluence": "audit.logging.",
        "bitbucket": "bitbucket.service.",
    }[source]
    for kind, event in events(None, *range(50)):
        if kind == source:
            assert event["auditType"]["actionI18nKey"].startswith(prefix)


# --- nothing tells attack from owners but address and agent --------------------------------------


def shape_of(value):
    """The keys of an event at every depth, in their order, and the kinds and lengths of values that
    are ids."""
    if isinstance(value, dict):
        return {key: shape_of(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape_of(item) for item in value]
    return type(value).__name__


def test_events_of_one_kind_have_the_same_keys_in_the_same_order_whoever_made_them():
    for source in SOURCES:
        shapes: dict[str, set[str]] = {}
        for number in (None, *range(20)):
            for event in played(number).audit[source]:
                kind = telemetry.headline(source, event).split("  ")[0]
                outcome = event.get("outcome", {}).get("result") or event.get("errorCode")
                shapes.setdefault(f"{kind} {outcome}", set()).add(json.dumps(shape_of(event)))
        if "auditType" in event or source == "okta":
            assert {len(some) for some in shapes.values()} == {1}, source


# What comes from the address and the agent, what is of one event, and the time.
OF_ADDRESS_AND_AGENT = {
    "ipAddress", "ip", "rawUserAgent", "os", "browser", "asNumber", "asOrg", "isp", "dtHash",
    "behaviors", "logOnlySecurityData", "domain", "city", "state", "postalCode", "lat", "lon",
}  # fmt: skip
OF_THE_EVENT = {"uuid", "published", "id", "requestId"}


def test_the_intruder_s_events_in_a_stolen_session_are_the_owner_s_but_for_address_and_agent():
    for kind in (
        "policy.evaluate_sign_on",
        "user.session.access_admin_app",
        "app.oauth2.client.read_client_secret",
    ):
        owner, intruder = (
            leaves(event) for event in okta(kind, result="ALLOW" if "policy" in kind else "SUCCESS")
        )
        different = {path for path in owner if owner[path] != intruder[path]}
        assert {path[-1] for path in different} <= OF_ADDRESS_AND_AGENT | OF_THE_EVENT
        assert {len(str(owner[path])) - len(str(intruder[path])) for path in different if
                path[-1] in OF_THE_EVENT} == {0}  # fmt: skip


# --- ids -----------------------------------------------------------------------------------------


@table(
    ("source", "path"),
    [
        ("okta", ("uuid",)),
        ("cloudtrail", ("eventID",)),
        ("cloudflare_access", ("RayID",)),
        ("cloudflare_access_nonidentity", ("cfRayId",)),
        ("cloudflare_gateway", ("SessionID",)),
        ("cloudflare_audit", ("ID",)),
        ("linux_process_creation", ("ProcessGuid",)),
        ("support", ("record",)),
    ],
)
def test_no_two_events_have_the_same_id(source, path):
    for number in (None, *range(50)):
        ids = [leaves(event)[path] for event in played(number).audit[source]]
        assert len(ids) == len(set(ids))


def test_events_of_one_request_share_its_id_and_others_do_not():
    by_request: dict[str, list[str]] = {}
    for event in played(None).audit["okta"]:
        by_request.setdefault(event["transaction"]["id"], []).append(event["eventType"])
        assert event["transaction"]["id"] == event["debugContext"]["debugData"]["requestId"]
    console = [
        "policy.evaluate_sign_on",
        "user.session.access_admin_app",
        "app.oauth2.client.read_client_secret",
    ]
    assert list(by_request.values()) == [
        ["policy.evaluate_sign_on", "user.authentication.auth_via_mfa", "user.session.start"],
        console,
        console,
        ["user.session.start"],
        ["user.session.access_admin_app"],
    ]


def test_a_request_and_its_event_have_two_ids_in_the_cloud_s_log():
    for event in played(None).audit["cloudtrail"]:
        assert event["requestID"] != event["eventID"]


@pytest.mark.parametrize("source", ["okta", "jira", "confluence", "bitbucket"])
def test_times_have_milliseconds_that_differ(source):
    milliseconds = {
        event["published"][20:23] if source == "okta" else event["timestamp"]["nano"]
        for event in played(None).audit[source]
    }
    assert len(milliseconds) > len(played(None).audit[source]) / 2


# --- volumes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "action", "fact", "figure"),
    [
        ("bitbucket", "Repository accessed by user", "nov22-repos-viewed", "repositories_viewed"),
        (
            "bitbucket",
            "Repository archive downloaded",
            "nov22-repos-archived",
            "repositories_archived",
        ),
        ("jira", "Issue viewed", "jira-tickets-accessed", "jira_tickets_accessed"),
        ("confluence", "Page viewed", "wiki-pages-accessed", "wiki_pages_accessed"),
    ],
)
def test_as_many_things_were_read_as_the_ledger_says(source, action, fact, figure):
    objects = [
        event["affectedObjects"][-1]["id"]
        for event in played(None).audit[source]
        if event["auditType"]["action"] == action
    ]
    assert len(objects) == len(set(objects)) == ledger.fact(fact).figures[figure]


def test_the_repositories_that_were_packed_are_among_those_that_were_viewed():
    by_action: dict[str, set[str]] = {}
    for event in played(None).audit["bitbucket"]:
        name = event["extraAttributes"][0]["value"]
        by_action.setdefault(event["auditType"]["action"], set()).add(name)
    assert by_action["Repository archive downloaded"] < by_action["Repository accessed by user"]


# --- the console ---------------------------------------------------------------------------------


def test_a_connection_that_the_console_refuses_passed_the_network():
    (session,) = played(None).audit["cloudflare_gateway"]
    (line,) = played(None).audit["sshd"]
    assert session["Action"] == "allowedOnNoRuleMatch"
    assert f"port {session['SourcePort']} [preauth]" in line["message"]


def test_a_connection_that_the_network_blocks_never_reaches_the_console():
    audit = play(world_with(console_list_enforced=True)).audit
    (session,) = audit["cloudflare_gateway"]
    assert session["Action"] == "block" and session["PolicyName"] == "console servers"
    assert audit["sshd"] == []


@pytest.mark.parametrize("source", ["jira", "bitbucket"])
def test_an_account_has_one_id_and_the_account_that_was_made_has_that_of_its_making(source):
    way_round = play(breach.with_controls(["repository_least_privilege"]))  # by the new account
    written = [event for kind, event in events(None, *range(50)) if kind == source]
    authors = [
        (event["author"]["id"], event["author"]["name"])
        for event in [*written, *way_round.audit[source]]
        if event["author"]["name"] != "Anonymous"
    ]
    created = [
        (one["id"].removeprefix("JIRAUSER"), one["name"])
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
        said = [text for text in texts(event) if text != "threatSuspected"]  # a key of Okta's
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
    assert free == owner and len(owner) == 6


@table("number", [None, *range(20)])
def test_the_truth_names_events_by_source_and_line_and_facts_by_the_ledgers_ids(number):
    replay = played(number)
    steps = {step.fact: step for step in replay.steps}
    for name, fact in replay.truth.items():
        source, line = re.fullmatch(r"([a-z_]+):([1-9]\d*)", name).groups()
        assert int(line) <= len(replay.audit[source])
        assert steps[fact].attempts and any(one.recorded for one in steps[fact].attempts)
    assert {fact for fact, step in steps.items() if any(map(in_our_logs, step.attempts))} == set(
        replay.truth.values()
    )


def in_our_logs(attempt: breach.Attempt) -> bool:
    """Whether a log holds it, and not one that somebody else keeps."""
    return attempt.recorded and CASE.estate.services[attempt.ask.service].audit != "elsewhere"


def test_a_step_that_no_log_shows_has_no_event():
    replay = played(None)
    unseen = {step.fact for step in replay.steps} - {*replay.truth.values()}
    unknown = {step.fact for step in replay.steps if step.outcome == "unknown"}
    assert unseen == unknown | {"okta-sessions-hijacked"}  # its log is another tenant's
    assert len(unknown) == 2


# --- files --------------------------------------------------------------------------------------


def test_files_hold_one_event_a_line_and_are_read_back_as_they_were(tmp_path):
    replay = played(None)
    folder = tmp_path / "new" / "folder"
    counts = telemetry.write(folder, replay.audit, replay.truth, replay.labels)
    assert {path.name for path in folder.iterdir()} == {f"{source}.jsonl" for source in SOURCES} | {
        "truth.json",
        "labels.json",
    }
    for source in SOURCES:
        lines = (folder / f"{source}.jsonl").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line) for line in lines] == replay.audit[source] and len(
            lines
        ) == counts[source]
    for name, written in (("truth", replay.truth), ("labels", replay.labels)):
        assert json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) == written


def test_the_same_lines_twice_are_no_fault_and_nothing_else_is_overwritten(tmp_path):
    replay = played(None)
    telemetry.write(tmp_path, replay.audit, replay.truth, replay.labels)
    telemetry.write(tmp_path, replay.audit, replay.truth, replay.labels)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    other = {**replay.audit, "okta": replay.audit["okta"][:-1], "new": []}
    with pytest.raises(FileExistsError, match=r"already holds a okta\.jsonl of its own"):
        telemetry.write(tmp_path, other, replay.truth, replay.labels)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_event_name_in_the_truth_is_a_line_of_a_file_counted_from_one(tmp_path):
    replay = played(None)
    telemetry.write(tmp_path, replay.audit, replay.truth, replay.labels)
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
from labutils.incident.background import sheet
from labutils.incident.breach import play
from labutils.incident.exports import attack_flow, navigator_layer
from labutils.incident.policy import World
replay = play(World.historical())
bodies = [one.response_body for one in replay.wire]
exported = [attack_flow(replay.steps), navigator_layer(replay.steps)]
whole = [replay.audit, replay.truth, replay.labels, exported, bodies]
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


@table("source", SOURCES)
def test_the_headline_of_an_event_is_made_of_fields_that_it_has(source):
    for event in played(None).audit[source]:
        parts = telemetry.headline(source, event).split("  ")
        fields = len(log_format(source).headline)
        assert fields - 1 <= len(parts) <= fields and all(parts)
