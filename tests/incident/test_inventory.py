"""The sheets of the breach are checked where they are read: a complaint names the file, the line,
and what is wrong there."""

import re
from functools import cache

import pytest
from tables import table

from labutils.incident import cases, inventory
from labutils.lab import data_file
from labutils.sheets import Row, SheetError, read

CASE = "cases/cloudflare-2023/"
NAMES = [*(f"{CASE}{sheet}.yaml" for sheet in cases.SHEETS), "controls.yaml"]


@cache
def sheet(name: str) -> Row:
    """A sheet of the course's case as it stands."""
    return read(name)


def reading(name: str, text: str) -> object:
    """What is read where this text stands in place of the sheet."""
    if name == "controls.yaml":
        return inventory.controls(text)
    sheets = {one: sheet(f"{CASE}{one}.yaml") for one in cases.SHEETS}
    changed = name.removeprefix(CASE).removesuffix(".yaml")
    return cases.read_case("changed", sheets | {changed: read(name, text)})


def refused(name: str, old: str, new: str, sentence: str, at: str | None = None) -> None:
    """The real sheet with its first `old` turned into `new` is refused in one line; it names the
    line of the change, or that of `at`."""
    text = data_file(name).read_text(encoding="utf-8")
    start = text.index(old)
    text = text[:start] + new + text[start + len(old) :]
    assert at is None or text.count(at) == 1
    line = text[: start if at is None else text.index(at)].count("\n") + 1
    with pytest.raises(SheetError) as error:
        reading(name, text)
    assert str(error.value).startswith(f"{name}, line {line}: {sentence}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_sheet_of_the_course_is_sound_and_is_what_is_read_by_default(name):
    read_again = reading(name, data_file(name).read_text(encoding="utf-8"))
    if name == "controls.yaml":
        assert repr(read_again) == repr(inventory.controls())
    else:
        assert repr(read_again).replace("'changed'", "'cloudflare-2023'") == repr(cases.load())


@table(
    ("old", "new", "sentence", "at"),
    [
        (
            "{id: support, zone: supplier",
            "{id: support, zone: nowhere",
            "zone: there is no zone 'nowhere'",
            None,
        ),
        ("{id: support, zone: supplier, ", "{id: support, ", "zone: there is no zone None", None),
        (
            "{id: support, zone: supplier",
            "{id: support, zone: [supplier]",
            "zone: there is no zone ['supplier']",
            None,
        ),
        (
            "access-key, holder: marketplace",
            "access-key, holder: [marketplace]",
            "holder: there is no identity ['marketplace']",
            None,
        ),
        (
            "reaches: [atlassian]}",
            "reaches: [nowhere]}",
            "reaches: there is no zone 'nowhere'",
            None,
        ),
        (
            "access-key, holder: marketplace",
            "access-key, holder: nobody",
            "holder: there is no identity 'nobody'",
            None,
        ),
        (
            "gives: {archive: [archives]}",
            "gives: {archive: [plunder]}",
            "gives: there is no credential 'plunder'",
            None,
        ),
        (
            "api: [moveworks-token",
            "api: [moveworks-tokn",
            "gives: there is no credential 'moveworks-tokn'",
            "gives: {console",
        ),
        ("'cloud:describe'", "'cluod:describe'", "scopes: there is no service 'cluod'", None),
        (
            "'tracker:add-to-admins'],\n",
            "'tarcker:add-to-admins'],\n",
            "scopes: there is no service 'tarcker'",
            "scopes: ['login:sign-in', 'dashboard",
        ),
        (
            "excess: {repository_least",
            "excess: {repositories_least",
            "excess: there is no control 'repositories_least_privilege'",
            None,
        ),
        (
            "binds: [service_tokens_bound]",
            "binds: [tokens_bound]",
            "binds: there is no control 'tokens_bound'",
            None,
        ),
        (
            "groups: [bitbucket-users]",
            "groups: [bitbuckt-users]",
            "groups: there is no group 'bitbuckt-users'",
            None,
        ),
        (
            "2023-10-02T08:00:00Z",
            "2023-13-02T08:00:00Z",
            "issued: '2023-13-02T08:00:00Z' is not a time such as '2023-11-14T09:22:49Z'",
            None,
        ),
        (
            "expires: '2023-10-17T12:00:00Z'",
            "expires: 1697544000",
            "expires: 1697544000 is not a time such as",
            None,
        ),
        (
            "exposed: '2023-10-18T08:00:00Z'",
            "exposed: [1]",
            "exposed: [1] is not a time such as",
            None,
        ),
        (
            "exposed: '2023-10-18T08:00:00Z', noticed: '2023-10-18T08:00:00Z'",
            "exposed: '2023-10-18T08:00:00Z', noticed: '2023-10-18T07:59:59Z'",
            "noticed: an exposure is noticed after it happened",
            None,
        ),
        (
            "exposed: '2023-10-18T08:00:00Z', noticed: '2023-10-18T08:00:00Z'",
            "noticed: '2023-10-18T08:00:00Z'",
            "noticed: an exposure is noticed after it happened",
            None,
        ),
        (
            "{id: supplier, reaches",
            "{name: supplier, reaches",
            "each row of zones has an id of its own",
            None,
        ),
        (
            "{id: admin, kind: person",
            "{id: , kind: person",
            "each row of identities has an id of its own",
            None,
        ),
        (
            "{id: front, reaches",
            "{id: edge, reaches",
            "each row of zones has an id of its own",
            None,
        ),
        (
            "{id: admin, kind",
            "{id: customer-admin, kind",
            "each row of identities has an id of its own",
            None,
        ),
        (
            "{id: implant, kind",
            "{id: archives, kind",
            "each row of credentials has an id of its own",
            "{id: archives, kind: data",
        ),
        (
            "{id: metrics, zone",
            "{id: console, zone",
            "each row of services has an id of its own",
            None,
        ),
        (
            "{id: admin, kind: person",
            "{id: admin, kind: robot",
            "kind must be one of person, service, intruder, not 'robot'",
            None,
        ),
        (
            "kind: access-key",
            "kind: acess-key",
            "kind must be one of password, key, session,",
            None,
        ),
        (
            "zone: supplier, org: supplier",
            "zone: supplier, org: rival",
            "org: the case's domains have none for rival",
            None,
        ),
        (
            "accepts: [profile]",
            "takes: [profile]",
            "unknown field takes; Service has id, zone, org, accepts",
            None,
        ),
        ("accepts: [profile], ", "", "Service needs accepts", "- {id: laptop"),
        ("inside: true", "inside: 1", "inside must be true or false, not 1", None),
        (
            "{id: internet, default: true",
            "{id: internet",
            "one zone, and only one, says `default: true`",
            "zones:\n",
        ),
        (
            "session: phished-session",
            "session: phished",
            "session: there is no credential 'phished'",
            None,
        ),
        (
            "scopes: ['laptop:sync']",
            "scopes: [laptop]",
            "scopes: 'laptop' must be service:action",
            None,
        ),
        (
            "excess: {repository_least_privilege: ['code:view', ",
            "excess: {repository_least_privilege: ['code:veiw', ",
            "excess: there is no scope of bitbucket-account 'code:veiw'",
            None,
        ),
        (
            "audit_by_kind: {session",
            "audit_by_kind: {sessions",
            "audit_by_kind: there is no kind of credential 'sessions'",
            None,
        ),
        (
            "foothold: implant",
            "foothold: implants",
            "foothold: there is no credential 'implants'",
            None,
        ),
        (
            "access_list: console_list_enforced",
            "access_list: session_hours",
            "access_list: session_hours is a number; a control that is there or not is needed",
            None,
        ),
        ("passes_to: edge", "passes_to: beyond", "passes_to: there is no zone 'beyond'", None),
        (
            "audit_control: egress_logged",
            "audit_control: egress",
            "audit_control: there is no control 'egress'",
            None,
        ),
        (
            "audit: support",
            "audit: desk",
            "audit: there is no data/telemetry/desk.yaml",
            None,
        ),
        (
            "excess: {support_least_privilege: ['support:report']}",
            "excess: {support_least_privilege: all}",
            "excess must be a mapping",
            None,
        ),
    ],
)
def test_a_fault_in_the_estate_is_refused_with_its_line(old, new, sentence, at):
    refused("cases/cloudflare-2023/estate.yaml", old, new, sentence, at)


@table("name", ["zones", "identities", "credentials", "services"])
@table("value", ["7", "[7]", "{a: b}", ""])
def test_a_list_of_the_estate_that_is_none_is_refused_with_its_line(name, value):
    refused(
        "cases/cloudflare-2023/estate.yaml",
        f"{name}:\n",
        f"{name}: {value}\nmore:\n",
        f"{name} must be a list of mappings",
    )


@table(
    ("old", "new", "sentence", "at"),
    [
        (
            "value: 1,",
            "value: one,",
            "value must be true or false or a whole number, not 'one'",
            None,
        ),
        (
            "{id: session_hours",
            "{id: sessions_bound",
            "each row of controls has an id of its own",
            None,
        ),
        ("{id: session_hours, ", "{", "each row of controls has an id of its own", "value: 1,"),
        (", nist: [CM-7, AC-20]", "", "Control needs nist", "{id: personal_profiles_blocked"),
        (
            "nist: [CM-7, AC-20]",
            "nist: CM-7",
            "nist must be a list, each item of it text, not 'CM-7'",
            None,
        ),
        (
            "meaning: 'a browser",
            "means: 'a browser",
            "unknown field means; Control has id, value, nist, meaning",
            None,
        ),
        ("controls:", "control:", "controls must be a list of mappings", None),
    ],
)
def test_a_fault_in_the_controls_is_refused_with_its_line(old, new, sentence, at):
    refused("controls.yaml", old, new, sentence, at)


@table(
    ("old", "new", "sentence", "at"),
    [
        (
            "addresses:",
            "places:",
            "unknown field places; Incident has name, start, addresses,",
            None,
        ),
        (
            "domains: {company: company.example, ",
            "domains: {",
            "domains needs one for company",
            None,
        ),
        (
            "start: '2023-09-01",
            "start: '2023-09-31",
            "start: '2023-09-31T00:00:00Z' is not a time",
            None,
        ),
        ("  homes: {ip", "  home: {ip", "addresses: there is no zone 'home'", None),
        ("  internet: {ip", "  front: {ip", "addresses needs internet", "addresses:\n"),
        (
            "homes: 64496",
            "homes: many",
            "networks must be a mapping, each value of it a whole",
            None,
        ),
        ("homes: 64496, ", "", "networks needs a number for homes", "networks: {"),
        ("homes: 64496", "home: 64496", "networks: there is no zone 'home'", None),
        (
            "  scripts_approved: false\n",
            "",
            "scripts_approved: scripts_approved does not apply to this case; give it a value under",
            "  scripts_approved: {scopes",
        ),
        (
            "carried: {service-token",
            "carried: {service-tokens",
            "carried: there is no kind of credential 'service-tokens'",
            None,
        ),
        ("  hard_keys: true", "  hard_keys: 1", "hard_keys must be true or false, not 1", None),
        (
            "  session_hours: 48",
            "  session_hours: false",
            "session_hours must be a whole number, not False",
            None,
        ),
        ("  hard_keys: true", "  keys: true", "historical: there is no control 'keys'", None),
        (
            "raised_by: denied",
            "raised_by: refused",
            "raised_by must be one of allowed, denied",
            None,
        ),
        (
            "{scopes: ['tracker:create-user'], raised",
            "{scopes: tracker, raised",
            "scopes must be a list, each item of it text, not 'tracker'",
            None,
        ),
        (
            "{scopes: ['tracker:create-user'], raised",
            "{scopes: ['trackr:create-user'], raised",
            "scopes: there is no service 'trackr'",
            None,
        ),
        (
            "{scopes: ['tracker:create-user'], raised",
            "{scopes: ['tracker:create-user'], at_least: {'wiki:view': 9}, raised",
            "at_least: there is no scope of this alarm 'wiki:view'",
            None,
        ),
        (
            "  alert_new_account: {",
            "  alert_account: {",
            "watches: there is no control 'alert_account'",
            None,
        ),
        (
            "  alert_new_account: {",
            "  response_minutes: {",
            "watches: response_minutes is a number; a control that is there or not is needed",
            None,
        ),
        (", reason: a second", ", because: a second", "unknown field because; Safeguard has", None),
        (
            "source: support, template: login",
            "source: desk, template: login",
            "source: there is no data/telemetry/desk.yaml",
            None,
        ),
        (
            "template: session-start",
            "template: session",
            "template: there is no event of okta 'session'",
            None,
        ),
        (
            ", words: {query: remote access}",
            "",
            "the template search of confluence needs words for query",
            None,
        ),
        (
            "words: {query: remote access}",
            "words: {query: remote access, page: '1'}",
            "words: the template search of confluence does not ask for page",
            None,
        ),
        (
            "user: '{name}'",
            "user: '{surname}'",
            "words: there is no field 'surname'",
            "   words: {group: jira-administrators",
        ),
        (
            "user: '{name}'",
            "user: '{name'",
            "words: names stand in pairs of braces (expected '}' before end of string)",
            "   words: {group: jira-administrators",
        ),
        ("  label: '2023'\n", "", "Export needs label", "  name: Okta support"),
    ],
)
def test_a_fault_in_the_case_is_refused_with_its_line(old, new, sentence, at):
    refused("cases/cloudflare-2023/case.yaml", old, new, sentence, at)


def test_an_owner_does_not_come_through_a_gateway():
    refused(
        "cases/cloudflare-2023/campaign.yaml",
        "using: admin-session, origin: homes}",
        "using: admin-session, origin: edge}",
        "owners do not come by way of a gateway, so not from edge",
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("scope: 'laptop:sync'", "scope: laptop", "scope: 'laptop' must be service:action"),
        (
            "using: private-profile}",
            "using: private-profile, repeat: 0}",
            "repeat must be at least 1",
        ),
        (
            "using: private-profile}",
            "using: private-profile, repeat: 2, every: 0}",
            "every must be at least 1",
        ),
        (
            "using: private-profile}",
            "using: private-profile, repeat: often}",
            "repeat must be a whole number, not 'often'",
        ),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_its_line(old, new, sentence):
    refused("cases/cloudflare-2023/campaign.yaml", old, new, sentence)


SHEET = data_file("cases/cloudflare-2023/campaign.yaml").read_text(encoding="utf-8")
PLAN = re.search(r"- fact: okta-user-report\n(?:  .+\n)+", SHEET)[0]
ROUTE = "- [{scope: 'laptop:sync', using: private-profile}]"
GATE, WIKI = (
    "{scope: 'gateway:tracker', using: moveworks-token}",
    "{scope: 'tracker:sign-in', using: smartsheet-account, origin: edge}",
)
EDGE = f"[{GATE}, {WIKI}]"


@table(
    ("old", "new", "sentence", "at"),
    [
        ("scope: 'laptop:sync'", "scope: 'desk:sync'", "scope: there is no service 'desk'", None),
        (
            "scope: 'login:sign-in', using: admin",
            "scope: 'lgin:sign-in', using: admin",
            "scope: there is no service 'lgin'",
            None,
        ),
        (
            "using: private-profile",
            "using: profile",
            "using: there is no credential 'profile'",
            None,
        ),
        (
            "using: admin-key-login",
            "using: admin-key",
            "using: there is no credential 'admin-key'",
            None,
        ),
        (
            "start_with: [private-profile",
            "start_with: [profile",
            "start_with: there is no credential 'profile'",
            None,
        ),
        (
            "origin: homes",
            "origin: abroad",
            "origin: there is no zone in the case's addresses called 'abroad'",
            None,
        ),
        (
            "scope: 'console:connect', using: implant, origin: atlassian",
            "scope: 'console:connect', using: implant, origin: consoles",
            "origin: there is no zone in the case's addresses called 'consoles'",
            None,
        ),
        (
            EDGE,
            f"[{WIKI}]",
            "tracker:sign-in comes from edge, so gateway:tracker must come before it",
            None,
        ),
        (
            EDGE,
            EDGE.replace("gateway:tracker", "gateway:code"),
            "tracker:sign-in comes from edge, so gateway:tracker must come before it",
            None,
        ),
        (
            EDGE,
            f"[{WIKI}, {GATE}]",
            "tracker:sign-in comes from edge, so gateway:tracker must come before it",
            None,
        ),
        (
            ROUTE,
            "- []",
            "a step needs at least one route, and a route at least one request",
            "routes:\n  - []",
        ),
        (
            f"routes:\n  {ROUTE}",
            "routes: []",
            "a step needs at least one route, and a route at least one request",
            None,
        ),
        (
            f"  routes:\n  {ROUTE}\n",
            "",
            "Plan needs routes",
            "- fact: okta-service-account-credential",
        ),
        (
            "{scope: 'laptop:sync', using",
            "{asks: 'laptop:sync', using",
            "unknown field asks; Ask has scope, using, origin, at",
            None,
        ),
        (
            "{scope: 'laptop:sync', using: private-profile}",
            "{scope: 'laptop:sync'}",
            "Ask needs using",
            None,
        ),
        (
            "fact: nov14-probing",
            "fact: nov14-probe",
            "fact: there is no fact with `step: true` in the ledger called 'nov14-probe'",
            None,
        ),
        (
            "fact: nov14-probing",
            "fact: okta-log-gap",
            "fact: there is no fact with `step: true` in the ledger called 'okta-log-gap'",
            None,
        ),
        ("- fact: nov14-probing\n  goal", "- goal", "Plan needs fact", None),
        (
            "fit: loose",
            "fit: perfect",
            "fit must be one of exact, close, loose, not 'perfect'",
            None,
        ),
        ("  fit: exact\n", "", "Plan needs fit", "- fact: okta-sessions-hijacked"),
        (
            "  goal: tried to sign in to the dashboard\n",
            "  goal: tried to sign in to the dashboard\n  outcome: denied\n",
            "unknown field outcome; Plan has fact, goal, fit,",
            "outcome: denied",
        ),
        (
            "  assumed_time: '2023-11-14T09:40:00Z'\n",
            "",
            "the ledger has 2023-11-14, so assumed_time must be an hour of that time",
            "- fact: nov14-okta-denied",
        ),
        (
            "- fact: nov14-okta-denied\n  assumed_time: '2023-11-14T09:40:00Z'\n"
            "  goal: tried to sign in to the identity provider\n",
            "- goal: tried to sign in to the identity provider\n  fact: nov14-okta-denied\n",
            "the ledger has 2023-11-14, so assumed_time must be an hour of that time",
            "  fact: nov14-okta-denied",
        ),
        (
            "  assumed_time: '2023-11-22T20:00:00Z'\n",
            "",
            "the ledger has no date, so assumed_time must be an hour of that time",
            "- fact: other-systems-denied",
        ),
        (
            "assumed_time: '2023-11-14T09:40:00Z'",
            "assumed_time: '2023-11-15T09:40:00Z'",
            "the ledger has 2023-11-14, so assumed_time must be an hour of that time",
            None,
        ),
        (
            "  assumption: that the first probe",
            "  assumed_time: '2023-11-14T09:22:50Z'\n  assumption: that the first probe",
            "the ledger has 2023-11-14T09:22:49Z, so assumed_time must be an hour of that time",
            None,
        ),
        (
            "assumed_time: '2023-11-14T09:40:00Z'",
            "assumed_time: 9",
            "assumed_time must be text or nothing, not 9",
            None,
        ),
        (
            "assumed_time: '2023-11-14T09:40:00Z'",
            "assumed_time: 2023-11-14Tnoon",
            "assumed_time: '2023-11-14Tnoon' is not a time such as",
            None,
        ),
        (
            "at: '2023-10-17T08:00:00Z'",
            "at: yesterday",
            "at: 'yesterday' is not a time such as",
            None,
        ),
        ("time: '2023-10-17T05:59:00Z'", "time: soon", "time: 'soon' is not a time such as", None),
        ("{time: '2023-10-17T05:59:00Z', requests", "{requests", "Scene needs time", None),
        (
            ROUTE,
            "- {scope: 'laptop:sync'}",
            "routes must be a list, each item of it a list, each",
            "routes:\n  - {scope: 'laptop:sync'}",
        ),
        (
            ROUTE,
            "- [laptop:sync]",
            "routes must be a list, each item of it a list, each",
            "routes:\n  - [laptop:sync]",
        ),
        (
            PLAN,
            "",
            "no step is about okta-user-report, which the ledger marks `step: true`",
            "steps:\n",
        ),
        (
            "\nsteps:",
            "\nstep:",
            "unknown field step; Campaign has start_with, steps, scenes",
            "step:\n",
        ),
        (
            "start_with: [private-profile, engineer-password, admin-password]",
            "start_with: admin-password",
            "start_with must be a list, each item of it text, not 'admin-password'",
            None,
        ),
    ],
)
def test_a_fault_in_the_campaign_is_refused_with_its_line(old, new, sentence, at):
    refused("cases/cloudflare-2023/campaign.yaml", old, new, sentence, at)


# --- what the estate knows of addresses ---------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "zone"),
    [
        ("203.0.113.66", "internet"),
        ("192.0.2.13", "homes"),
        ("198.51.100.20", "atlassian"),
        ("198.51.100.201", "atlassian"),
    ],
)
def test_an_address_belongs_to_the_zone_with_its_prefix(address, zone):
    assert cases.load().estate.zone_of(address).id == zone


@pytest.mark.parametrize("address", ["10.0.0.1", "", "203.0.11.3", "::1"])
def test_an_address_of_no_zone_is_one_of_the_internet(address):
    assert cases.load().estate.zone_of(address).id == "internet"


def test_every_identity_works_from_an_address_of_some_zone():
    estate = cases.load().estate
    assert {estate.zone_of(one.home).id for one in estate.identities.values()} == {
        "homes",
        "internet",
    }
