"""Decide who may do what, here, now, in this world: the policy decision point of NIST SP 800-207.

The policy decision point of NIST SP 800-207.

Each rule is a question that one request must pass. It answers with the reason for a refusal, or
with None. `decide` asks them in order, and the first reason given is the decision. No rule knows
that there is an intruder.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from labutils.incident import cases
from labutils.incident.cases import CaseName, Incident
from labutils.incident.inventory import COMPANY, Credential, Service, Zone, controls
from labutils.lab import iso

DAY = 86400  # seconds
ROTATION_DAYS = 7  # after the notice, where exposed credentials are replaced
SERVICE_TOKEN_DAYS = 90  # after which a service token or a grant is over, where they expire


@dataclass(frozen=True, kw_only=True)
class World:
    """The decisions that companies make: a field for each row of data/controls.yaml."""

    personal_profiles_blocked: bool
    support_accounts_bound: bool
    supplier_hard_keys: bool
    support_least_privilege: bool
    recordings_cleaned: bool
    sessions_bound: bool
    session_hours: int
    acts_reauthenticated: bool
    console_managed_devices: bool
    exposed_rotated: bool
    supplier_tokens_sealed: bool
    service_tokens_expire: bool
    service_tokens_bound: bool
    grants_key_bound: bool
    grants_reviewed: bool
    integration_least_privilege: bool
    scripts_approved: bool
    repository_least_privilege: bool
    bulk_export_approved: bool
    secrets_kept_out: bool
    egress_allowlist: bool
    egress_logged: bool
    console_list_enforced: bool
    hard_keys: bool
    access_per_application: bool
    device_state_checked: bool
    behaviour_checked: bool
    sessions_reevaluated: bool
    alert_admin_group: bool
    alert_new_account: bool
    alert_refused_service_account: bool
    alert_token_elsewhere: bool
    alert_bulk_reads: bool
    alert_looking_round: bool
    alert_job_deleted: bool
    response_minutes: int
    eviction_hours: int

    @classmethod
    def historical(cls, case: CaseName = cases.COURSE) -> "World":
        """Return the world as it was, as far as the reports of a case tell.

        Where they are silent, the value is our assumption. A control that does not apply to the
        case is absent.
        """
        values: dict[str, Any] = {name: one.without for name, one in controls().items()}
        return cls(**(values | cases.load(case).historical))  # each of the kind of its field

    def has(self, control: str | None) -> bool:
        """Return whether a control, named by a sheet, is in place; False for None."""
        return control is not None and bool(getattr(self, control))


@dataclass(frozen=True)
class Request:
    """A request, with what a service knows about it and its sender.

    `time` and `alarm` (the first one raised, if any) are seconds since 1970. `origin` is the zone
    that `address` belongs to, or the one behind a gateway. `case` says what is watched and
    safeguarded. `in_a_row`: how many requests like this one come one after another, from `time` on.
    """

    case: Incident = field(repr=False)  # a long text
    time: int
    service: Service
    action: str
    credential: Credential | None
    origin: Zone
    address: str
    alarm: int | None = None
    in_a_row: int = 1

    @cached_property
    def scope(self) -> str:
        """What is requested, as service:action."""
        return f"{self.service.id}:{self.action}"


@dataclass(frozen=True)
class Decision:
    """The answer, the rule that gave it, and the reason as a sentence."""

    allow: bool
    rule: str
    reason: str


Rule = Callable[[Request, World], str | None]

# --- the rules, in the order in which they are asked --------------------------------------------
# A request without a credential passes the questions about credentials: whether one is needed is
# the question of `recognised`.


def reachable(request: Request, world: World) -> str | None:
    """Is there a way through the network from there to here? (SP 800-53 SC-7, AC-4)"""
    origin, target = request.origin, request.service.zone
    if target.id not in origin.reaches:
        return f"there is no way from {origin.id} to {target.id}"
    if world.has(target.access_list):
        return f"the access list lets nobody through from {origin.id} to {target.id}"
    return None


def recognised(request: Request, world: World) -> str | None:
    """Is it a kind of credential that this service accepts?

    Where the network is trusted, being inside is enough (SP 800-207, 2.1).
    """
    service = request.service
    kind = request.credential.kind if request.credential else None
    if kind in service.accepts:
        return None
    if service.inside_trusted and request.origin.inside and not world.access_per_application:
        return None
    accepted = " or ".join(service.accepts)
    if kind is None:
        return f"{service.id} asks for a {accepted}; this request brings none that it knows"
    return f"{service.id} accepts: {accepted}; this is: {kind}"


def person_present(request: Request, world: World) -> str | None:
    """Where people sign in, is there a person with a key? (SP 800-53 IA-2)"""
    service, credential = request.service, request.credential
    if credential is None or credential.kind != "password":
        return None
    is_person = credential.holder.kind == "person"
    for_people = service.people_only or is_person
    of_company = service.org == COMPANY
    needs_key = world.hard_keys if of_company else world.supplier_hard_keys and is_person
    if for_people and needs_key:
        return f"{service.id} asks for a key that is bound to its own URL; a password is not enough"
    return None


def in_time(request: Request, world: World) -> str | None:
    """Is the credential still within its lifetime? (IA-5, AC-12)"""
    credential = request.credential
    if credential is None:
        return None
    ends = [credential.expires] if credential.expires else []
    if credential.kind == "session" and credential.issued:
        ends.append(credential.issued + world.session_hours * 3600)
    lasting = credential.kind in ("service-token", "grant")
    if lasting and credential.issued and world.service_tokens_expire:
        ends.append(credential.issued + SERVICE_TOKEN_DAYS * DAY)
    if ends and request.time >= min(ends):
        return f"the {credential.kind} had expired by {iso(min(ends))}"
    return None


def not_replaced(request: Request, world: World) -> str | None:
    """Was the credential replaced after it was exposed? (IA-5, IR-4)

    Nobody replaces what nobody knows to be exposed: the days count from the notice. Where its owner
    replaced it as well, the earlier of the two holds.
    """
    credential = request.credential
    if credential is None:
        return None
    replaced = [credential.rotated] if credential.rotated else []
    if credential.noticed and world.exposed_rotated:
        replaced.append(credential.noticed + ROTATION_DAYS * DAY)
    if replaced and request.time >= min(replaced):
        return f"it was replaced by {iso(min(replaced))}"
    return None


def at_home(request: Request, world: World) -> str | None:
    """If it was bound, is it used with the browser, key or address that it was bound to? (SC-23,
    IA-9)"""
    credential = request.credential
    if credential is None:
        return None
    places: tuple[str, ...] = (credential.bound_to,) if credential.bound_to else ()
    if not places and any(map(world.has, credential.binds)):
        holder, in_a_browser = credential.holder, credential.kind == "session"
        places = (holder.home,) if in_a_browser else holder.places
    if places and request.address not in places:
        return f"it is bound to {' or '.join(places)}, and this is {request.address}"
    return None


def healthy_device(request: Request, world: World) -> str | None:
    """Is the person using a managed device that was found healthy?

    Checked when a session begins, and in an open session only if sessions are re-evaluated
    (SP 800-207, 2.1, tenet 5; IA-3(4)).
    """
    credential = request.credential
    if credential is None or not world.device_state_checked or not _looked_at(request, world):
        return None
    holder = credential.holder
    if holder.kind == "person" and request.address not in holder.places:
        return f"no healthy device of {holder.id} is at {request.address}"
    return None


def usual_network(request: Request, world: World) -> str | None:
    """Does the account come from a network that it has used before?
    (SP 800-207, 2.1, tenet 4, and 3.3; IA-10, AC-2(12))

    It is asked when a session begins; in an open session only where sessions are re-evaluated. An
    account that nobody at the company issued has no history to compare with.
    """
    credential = request.credential
    if credential is None or not world.behaviour_checked or not _looked_at(request, world):
        return None
    if not credential.given_out:
        return None
    zone_of, networks = request.case.estate.zone_of, request.case.networks
    zone = zone_of(request.address)
    if networks[zone.id] not in {networks[zone_of(one).id] for one in credential.holder.places}:
        return f"{credential.id} never came from {zone.id} before"
    return None


def _looked_at(request: Request, world: World) -> bool:
    """Whether signals about this caller are read: at a service of the company, when a session
    begins, or for each request in it where sessions are re-evaluated (SP 800-207, 2.1, tenet 6)."""
    in_open_session = request.credential is not None and request.credential.kind == "session"
    return request.service.org == COMPANY and (world.sessions_reevaluated or not in_open_session)


def permitted(request: Request, world: World) -> str | None:
    """May this credential do this at all? (AC-3, AC-6)"""
    credential = request.credential
    if credential is None:
        return None
    if request.scope not in credential.scopes:
        return f"{credential.id} may not {request.scope}"
    for control, scopes in credential.excess.items():
        if request.scope in scopes and world.has(control):
            return f"{credential.id} lost {request.scope}, which its job does not need"
    return None


def fresh(request: Request, world: World) -> str | None:
    """Is a person behind this administrative act now, on a device that the company knows?
    (IA-11, AC-20)"""
    service, credential = request.service, request.credential
    if credential is None or credential.kind != "session":
        return None
    if request.action not in service.admin_actions:
        return None
    if world.acts_reauthenticated:
        return "an administrative act asks for the key again, and a copied session has none"
    at_console = request.action in service.console_actions
    on_managed_device = request.address == credential.holder.home
    if at_console and world.console_managed_devices and not on_managed_device:
        return "the console opens only on managed devices"
    return None


def safeguarded(request: Request, world: World) -> str | None:
    """Is there a safeguard on this very act? (CM-5, CM-7, SC-7, IA-5)"""
    for control, safeguard in request.case.safeguards_by_scope.get(request.scope, ()):
        if world.has(control):
            return safeguard.reason
    return None


def not_contained(request: Request, world: World) -> str | None:
    """Was it switched off after an alarm? (IR-4)

    What the company issued is on its lists, and goes first. What it never issued must be
    found.
    """
    if request.alarm is None or request.service.org != COMPANY:
        return None
    off = request.alarm + world.response_minutes * 60
    if request.credential is not None and not request.credential.given_out:
        off = max(off, request.alarm + world.eviction_hours * 3600)
    if request.time >= off:
        return f"it was switched off at {iso(off)}, after the alarm of {iso(request.alarm)}"
    return None


RULES = (
    reachable,
    recognised,
    person_present,
    in_time,
    not_replaced,
    at_home,
    healthy_device,
    usual_network,
    permitted,
    fresh,
    safeguarded,
    not_contained,
)


def decide(request: Request, world: World) -> Decision:
    """Ask each rule in turn. The first that gives a reason refuses; if none does, the request is
    allowed."""
    for rule in RULES:
        if reason := rule(request, world):
            return Decision(False, rule.__name__, reason)
    return Decision(True, "allowed", "no rule refused it")


def decide_with(own_rules: Sequence[Rule], request: Request, world: World) -> Decision:
    """Decide as `decide` does, and put what is allowed to a company's own rules."""
    decision = decide(request, world)
    for rule in own_rules if decision.allow else ():
        if reason := rule(request, world):
            return Decision(False, rule.__name__, reason)
    return decision


# --- what is noticed ----------------------------------------------------------------------------


def alarmed(request: Request, decision: Decision, world: World) -> bool:
    """Return whether this request and its answer raise an alarm of this world (SI-4)."""
    outcome = "allowed" if decision.allow else "denied"
    places = request.credential.holder.places if request.credential else ()
    return any(
        watch.raised_by == outcome
        and request.in_a_row >= watch.at_least.get(request.scope, 1)
        and not (watch.away and request.address in places)
        and world.has(control)
        for control, watch in request.case.watches_by_scope.get(request.scope, ())
    )


def recorded(request: Request, world: World) -> bool:
    """Return whether a log holds this request, so that anybody could know of it (AU-2, AU-12).

    (AU-2, AU-12)
    """
    service = request.service
    if service.audit_control is not None and not world.has(service.audit_control):
        return False
    return service.audit != "none"
