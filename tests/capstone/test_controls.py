"""Each control does what its sentence says, in a case of one request; and no set of controls is
good everywhere."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from labutils.capstone import thieves
from labutils.capstone.company import HABITS
from labutils.capstone.controls import CHOSEN, Controls, ControlsTried, refused_steps, try_controls
from labutils.capstone.incident import Drawn, draw, unused_controls
from labutils.capstone.thorough import AGAINST, controls_by_the_tables
from labutils.incident import policy
from labutils.incident.breach import foresee, play, with_controls
from labutils.incident.policy import DAY, Request, World

DRAWN = draw("7")
CASE = DRAWN.case
EVERY = (*unused_controls(CASE), DRAWN.company.control)
NOW = DRAWN.company.first + 10 * DAY
OPEN = replace(World.historical(CASE), **dict.fromkeys(EVERY, False))
BUILDS = f"svc-{DRAWN.company.words['builds']}"
PLANNING = f"svc-{DRAWN.company.words['planning']}"
TOKEN = f"{DRAWN.company.words['planning']}-token"
GRANT = f"{DRAWN.company.words['assistant']}-grant"
KEY = f"{DRAWN.company.words['reports']}-key"


@dataclass(frozen=True)
class Asked:
    """A request: for what, with which credential, out of which zone; from the holder's own address
    where it is `at_home`. `credential`: what is different about the credential."""

    scope: str
    using: str
    origin: str
    at_home: bool = False
    in_a_row: int = 1
    credential: dict[str, Any] = field(default_factory=dict)

    def request(self, time: int = NOW, alarm: int | None = None) -> Request:
        """The request as the decision point sees it."""
        estate = CASE.estate
        service, action = self.scope.split(":")
        presented = replace(estate.credentials[self.using], **self.credential)
        address = presented.holder.home if self.at_home else CASE.addresses[self.origin].ip
        return Request(
            CASE,
            time,
            estate.services[service],
            action,
            presented,
            estate.zones[self.origin],
            address,
            alarm,
            self.in_a_row,
        )


def leaked(noticed: int | None) -> dict[str, Any]:
    return {"issued": NOW - 60 * DAY, "expires": None, "noticed": noticed}


FRESH = {"issued": NOW - 3600, "expires": None}  # a session of this morning
YOUNG, OLD = {"issued": NOW - 20 * DAY}, {"issued": NOW - 100 * DAY}

# By control: the rule that refuses; pairs of a request that it refuses and an honest one beside it.
ONE_REQUEST: dict[str, tuple[str, list[tuple[Asked, Asked]]]] = {
    "support_accounts_bound": (
        "at_home",
        [
            (
                Asked("support:read-file", "svc-support", "internet"),
                Asked("support:read-file", "svc-support", "services", at_home=True),
            )
        ],
    ),
    "recordings_cleaned": (
        "safeguarded",
        [
            (
                Asked("support:read-file", "svc-support", "internet"),
                Asked("login:sso", "victim-session", "home", at_home=True, credential=FRESH),
            )
        ],
    ),
    "sessions_bound": (
        "at_home",
        [
            (
                Asked("login:sso", "victim-session", "internet", credential=FRESH),
                Asked("login:sso", "victim-session", "home", at_home=True, credential=FRESH),
            )
        ],
    ),
    "acts_reauthenticated": (
        "fresh",
        [
            (
                Asked(scope, "victim-session", "home", at_home=True, credential=FRESH),
                Asked("login:sso", "victim-session", "home", at_home=True, credential=FRESH),
            )
            for scope in ("login:console", "login:secrets", "login:factor")
        ],
    ),
    "console_managed_devices": (
        "fresh",
        [
            (
                Asked("login:console", "victim-session", "internet", credential=FRESH),
                Asked("login:console", "victim-session", "home", at_home=True, credential=FRESH),
            )
        ],
    ),
    "exposed_rotated": (
        "not_replaced",
        [
            (
                Asked("gateway:wiki", TOKEN, "scripts", credential=leaked(NOW - 8 * DAY)),
                Asked("gateway:wiki", TOKEN, "services", True, credential=leaked(None)),
            )
        ],
    ),
    "service_tokens_expire": (
        "in_time",
        [
            (
                Asked(scope, name, "scripts", credential=OLD),
                Asked(scope, name, "services", at_home=True, credential=YOUNG),
            )
            for scope, name in (("gateway:wiki", TOKEN), ("crm:token", GRANT))
        ],
    ),
    "service_tokens_bound": (
        "at_home",
        [
            (Asked(scope, name, "scripts"), Asked(scope, name, "services", at_home=True))
            for scope, name in (
                ("gateway:tracker", TOKEN),
                ("crm:token", GRANT),
                ("cloud:describe", KEY),
            )
        ],
    ),
    "grants_key_bound": (
        "at_home",
        [
            (
                Asked("crm:token", GRANT, "scripts"),
                Asked("crm:token", GRANT, "services", at_home=True),
            )
        ],
    ),
    "integration_least_privilege": (
        "permitted",
        [
            (
                Asked("tracker:create-user", PLANNING, "edge"),
                Asked("tracker:read", PLANNING, "edge"),
            ),
            (
                Asked("crm:export", GRANT, "services", at_home=True),
                Asked("crm:contact", GRANT, "services", at_home=True),
            ),
            (
                Asked("cloud:create-key", KEY, "services", at_home=True),
                Asked("cloud:describe", KEY, "services", at_home=True),
            ),
        ],
    ),
    "repository_least_privilege": (
        "permitted",
        [(Asked("code:archive", BUILDS, "edge", in_a_row=46), Asked("code:view", BUILDS, "edge"))],
    ),
    "bulk_export_approved": (
        "safeguarded",
        [
            (
                Asked("crm:export", GRANT, "services", at_home=True),
                Asked("crm:contact", GRANT, "services", at_home=True),
            ),
            (Asked("wiki:export", PLANNING, "edge"), Asked("wiki:view", PLANNING, "edge")),
        ],
    ),
    "secrets_kept_out": (
        "safeguarded",
        [
            (
                Asked(f"own-machine:search-{text}", f"text-of-{text}", "scripts"),
                Asked("tracker:read", PLANNING, "edge"),
            )
            for text in ("tickets", "cases", "pages", "mail")
        ],
    ),
    "egress_allowlist": (
        "safeguarded",
        [(Asked("outside:send", "archives", "work-server"), Asked("code:view", BUILDS, "edge"))],
    ),
    "alert_new_account": (
        "not_contained",
        [
            (
                Asked("tracker:create-user", PLANNING, "edge"),
                Asked("tracker:add-to-group", PLANNING, "edge"),
            ),
            (Asked("cloud:create-key", KEY, "scripts"), Asked("cloud:describe", KEY, "scripts")),
            (
                Asked("login:factor", "victim-session", "internet", credential=FRESH),
                Asked("login:sso", "victim-session", "internet", credential=FRESH),
            ),
        ],
    ),
    "alert_bulk_reads": (
        "not_contained",
        [
            (Asked(scope, name, origin, in_a_row=10), Asked(scope, name, origin, in_a_row=9))
            for scope, name, origin in (
                ("tracker:read", PLANNING, "edge"),
                ("wiki:view", PLANNING, "edge"),
                ("code:view", BUILDS, "edge"),
                ("code:archive", BUILDS, "edge"),
                ("mailbox:read", "victim-mail-grant", "scripts"),
            )
        ]
        + [
            (Asked(scope, GRANT, "scripts"), Asked("crm:contact", GRANT, "scripts"))
            for scope in ("crm:cases", "crm:export")
        ],
    ),
}
PAIRS = [
    pytest.param(control, rule, wrong, honest, id=f"{control}-{wrong.scope}")
    for control, (rule, pairs) in ONE_REQUEST.items()
    for wrong, honest in pairs
]


def decided(asked: Asked, world: World) -> policy.Decision:
    """The answer to a request; of an alarm that it raises, the answer to the same a day later."""
    request = asked.request()
    decision = policy.decide(request, world)
    if not policy.alarmed(request, decision, world):
        return decision
    return policy.decide(asked.request(NOW + DAY, alarm=NOW), world)


def test_every_control_that_a_company_could_choose_has_a_case_of_one_request() -> None:
    assert set(ONE_REQUEST) == set(EVERY)


@pytest.mark.parametrize(("control", "rule", "wrong", "honest"), PAIRS)
def test_a_control_refuses_what_its_sentence_says_and_nothing_beside_it(
    control: str, rule: str, wrong: Asked, honest: Asked
) -> None:
    assert decided(wrong, OPEN).allow and decided(honest, OPEN).allow
    world = with_controls([control], OPEN)
    refused = decided(wrong, world)
    assert (refused.allow, refused.rule) == (False, rule)
    assert decided(honest, world).allow


def test_whatever_a_program_carries_can_be_bound() -> None:
    """Its service token, its grant, its access key."""
    carried = {"service-token", "grant", "access-key"}
    credentials = CASE.estate.credentials.values()
    some = [one for one in credentials if one.kind in carried and one.holder.kind == "service"]
    assert {one.id for one in some} == {TOKEN, GRANT, KEY}
    assert all("service_tokens_bound" in one.binds for one in some)


def test_an_alarm_watches_nothing_that_no_log_holds() -> None:
    logged = {scope for entry in CASE.logs for scope in entry.scopes}
    assert all({*watch.scopes} <= logged for watch in CASE.watches.values())


def test_every_habit_is_against_a_control() -> None:
    assert {name for some in HABITS.values() for name in some} <= AGAINST.keys()
    assert set(AGAINST.values()) <= set(EVERY)


# --- the incident itself -------------------------------------------------------------------------


def goals(drawn: Drawn, *steps: str) -> tuple[str, ...]:
    return tuple(drawn.kinds[step].goal for step in steps)


def test_what_a_control_refuses_in_the_incident_itself_is_replayed() -> None:
    """Of seed 7: a recording, and then the planning token."""
    assert refused_steps(DRAWN, "recordings_cleaned") == goals(DRAWN, "recording-read")
    bound = refused_steps(DRAWN, "service_tokens_bound")
    assert bound[0] == goals(DRAWN, "tracker-entered")[0]
    assert refused_steps(DRAWN, "grants_key_bound") == ()
    with pytest.raises(KeyError):
        refused_steps(DRAWN, "be_careful")


def test_an_alarm_about_many_in_a_row_is_raised_over_http_as_it_was_foreseen() -> None:
    alert = replace(with_controls(["alert_bulk_reads"], OPEN), response_minutes=5)
    steps = play(alert, case=CASE).steps
    assert steps == foresee(alert, case=CASE)
    assert "not_contained" in {step.rule for step in steps}


# --- the points ----------------------------------------------------------------------------------


def test_points_begin_where_one_set_in_thirty_is_better() -> None:
    sets: dict[Controls, int] = {("a", "b", f"c{number:02}"): number for number in range(60)}
    tried = ControlsTried(sets)
    assert tried.begin == 57 and tried.best == ("a", "b", "c59")
    assert tried.share(("a", "b", "c59")) == 1
    assert tried.share(("c58", "a", "b")) == pytest.approx(0.5)
    assert tried.share(("a", "b", "c57")) == tried.share(("a", "b", "c03")) == 0


def test_where_all_sets_are_alike_the_best_earns_everything() -> None:
    tried = ControlsTried({(): 0, ("a", "b", "c"): 9, ("a", "b", "d"): 9})
    assert tried.share(("a", "b", "c")) == 1 and tried.share(()) == 0


def test_who_reads_the_tables_earns_more_than_whoever_names_the_same_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same three: those that docs/capstone.md has as the best constant set. It is recomputed
    over two hundred seeds by tools/capstone_hunters.py, and here over eight."""
    page = (Path(__file__).parents[2] / "docs" / "capstone.md").read_text(encoding="utf-8")
    paragraph = page.partition("<!-- constant:")[2].partition("<!-- end of constant")[0]
    always = re.findall("`([a-z_]+)`", paragraph)[:CHOSEN]
    assert len({*always} & {*EVERY}) == CHOSEN
    monkeypatch.setattr(thieves, "THIEVES", 60)
    constant, read = [], []
    for seed in range(1, 9):
        drawn = draw(str(seed))
        tried, free = try_controls(drawn), unused_controls(drawn.case)
        constant.append(tried.share([name for name in always if name in free]))
        read.append(tried.share(controls_by_the_tables(drawn.company)))
    assert mean(constant) < 0.3 and mean(read) > 0.4
