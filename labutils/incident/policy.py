"""The decision: who may do what, here, now, in this world. The policy decision point of NIST SP 800-207.

Each rule is a question that one request must pass. It answers with the reason for a refusal, or with None. `decide` asks
them in order, and the first reason given is the decision. No rule knows that there is an intruder.
"""

from dataclasses import dataclass, make_dataclass
from functools import cache

from labutils.incident.inventory import Control, Credential, Service, controls, estate
from labutils.lab import iso

DAY = 86400  # seconds


class _Decisions:
    """The decisions that companies make: one field for each row of data/controls.yaml, which says what it means and what it stands for."""

    @classmethod
    def historical(cls) -> "World":
        """The world of 2023, as far as the public report tells it; where it is silent, the value is our assumption."""
        return cls()


World = make_dataclass(
    "World",
    [(control.id, type(control.historical), control.historical) for control in controls().values()],
    bases=(_Decisions,),
    frozen=True,
)


@dataclass(frozen=True)
class Request:
    """What a door knows of somebody who knocks. `time` and `alarm` (the first alarm raised, if any) are seconds since 1970."""

    time: int
    service: Service
    action: str
    credential: Credential | None
    origin: str
    address: str
    alarm: int | None = None

    @property
    def scope(self) -> str:
        return f"{self.service.id}:{self.action}"


@dataclass(frozen=True)
class Decision:
    """The answer, the rule that gave it, and the reason as a sentence."""

    allow: bool
    rule: str
    reason: str


# --- the rules, in the order in which they are asked --------------------------------------------------------------


def reachable(request: Request, world: World) -> str | None:
    """Is there a way through the network from there to here? (SP 800-53 SC-7, AC-4)"""
    target = request.service.zone.id
    if target not in estate().zones[request.origin].reaches:
        return f"nothing leads from {request.origin} to {target}"
    if target == "consoles" and world.console_list_enforced:
        return f"the access list lets nobody through from {request.origin} to {target}"
    return None


def recognised(request: Request, world: World) -> str | None:
    """Is it a kind of credential that this door takes? Where the network is trusted, being inside is enough (SP 800-207, 2.1)."""
    kind = request.credential.kind if request.credential else "nothing"
    inside = request.service.inside_trusted and estate().zones[request.origin].inside
    if kind in request.service.accepts or (inside and not world.access_per_application):
        return None
    return f"{request.service.id} takes: {' or '.join(request.service.accepts)}; this is: {kind}"


def person_present(request: Request, world: World) -> str | None:
    """Where people sign in, is there a person with a key? (SP 800-53 IA-2)"""
    person = request.credential.holder.kind == "person"
    needed = (
        world.hard_keys if request.service.org == "company" else world.supplier_hard_keys and person
    )
    if request.credential.kind == "password" and needed and (request.service.people_only or person):
        return f"{request.service.id} asks for a key that is bound to its own address; a password alone is not enough"
    return None


def in_time(request: Request, world: World) -> str | None:
    """Is the credential still good by the clock? (IA-5, AC-12)"""
    credential = request.credential
    ends = [credential.expires] if credential.expires else []
    if credential.kind == "session" and credential.issued:
        ends.append(credential.issued + world.session_hours * 3600)
    if credential.kind == "service-token" and world.service_tokens_expire:
        ends.append(credential.issued + 90 * DAY)
    return (
        f"the {credential.kind} was over at {iso(min(ends))}"
        if ends and request.time >= min(ends)
        else None
    )


def not_replaced(request: Request, world: World) -> str | None:
    """Was the credential replaced after it was exposed? (IA-5, IR-4)"""
    credential = request.credential
    replaced = credential.rotated or (
        credential.exposed + 7 * DAY if credential.exposed and world.exposed_rotated else None
    )
    return f"it was replaced by {iso(replaced)}" if replaced and request.time >= replaced else None


def at_home(request: Request, world: World) -> str | None:
    """Is it used by the browser, key or address that it was bound to, if it was bound? (SC-23, IA-9)"""
    credential = request.credential
    bound = credential.bound_to or (
        credential.holder.home if credential.binds and getattr(world, credential.binds) else None
    )
    return (
        f"it is bound to {bound}, and this is {request.address}"
        if bound and request.address != bound
        else None
    )


def permitted(request: Request, world: World) -> str | None:
    """May this credential do this at all? (AC-3, AC-6)"""
    if request.scope not in request.credential.scopes:
        return f"{request.credential.id} may not {request.scope}"
    for control, scopes in request.credential.excess.items():
        if request.scope in scopes and getattr(world, control):
            return f"{request.credential.id} lost {request.scope}, which its job does not need"
    return None


def fresh(request: Request, world: World) -> str | None:
    """Does an administrative act have a person behind it now, on a device that the company knows? (IA-11, AC-20)"""
    if request.credential.kind != "session" or request.action not in request.service.admin_actions:
        return None
    if world.acts_reauthenticated:
        return "an administrative act asks for the key again, and a copied session has none"
    if (
        request.action == "console"
        and world.console_managed_devices
        and request.address != request.credential.holder.home
    ):
        return "the console opens on managed devices alone"
    return None


def safeguarded(request: Request, world: World) -> str | None:
    """Is there a safeguard on this very act? (CM-5, CM-7, SC-7, IA-5)"""
    refusals = {
        "laptop:sync": (
            world.personal_profiles_blocked,
            "no private profile can be signed in to, so nothing was synchronised",
        ),
        "support:read-file": (
            world.recordings_cleaned,
            "the recording was cleaned before it was uploaded; no session is in it",
        ),
        "tracker:script": (world.scripts_approved, "a second person must approve the script first"),
        "outside:send": (
            world.egress_allowlist,
            "the address is not on the list of those that this server may talk to",
        ),
    }
    applies, reason = refusals.get(request.scope, (False, None))
    return reason if applies else None


def not_contained(request: Request, world: World) -> str | None:
    """Was it switched off after an alarm? (IR-4)"""
    if request.alarm is None or request.service.org != "company":
        return None
    off = request.alarm + world.response_minutes * 60
    return (
        f"it was switched off at {iso(off)}, after the alarm of {iso(request.alarm)}"
        if request.time >= off
        else None
    )


RULES = (
    reachable,
    recognised,
    person_present,
    in_time,
    not_replaced,
    at_home,
    permitted,
    fresh,
    safeguarded,
    not_contained,
)
OF_A_CREDENTIAL = (
    person_present,
    in_time,
    not_replaced,
    at_home,
    permitted,
    fresh,
)  # who comes without one passed at being inside


def decide(request: Request, world: World) -> Decision:
    """Ask each rule in turn. The first that gives a reason refuses; where none does, the request is allowed."""
    for rule in RULES:
        if request.credential is None and rule in OF_A_CREDENTIAL:
            continue
        if reason := rule(request, world):
            return Decision(False, rule.__name__, reason)
    return Decision(True, "allowed", "no rule refused it")


def alarmed(request: Request, decision: Decision, world: World) -> bool:
    """Whether an alarm of this world is raised by this request and its answer (SI-4)."""
    raised_by = "allowed" if decision.allow else "denied"
    return any(
        control.raised_by == raised_by and getattr(world, control.id)
        for control in _watchers().get(request.scope, ())
    )


def recorded(request: Request, world: World) -> bool:
    """Whether anybody would ever know: does a log hold this request? (AU-2, AU-12)"""
    return (
        world.egress_logged if request.scope == "outside:send" else request.service.audit != "none"
    )


@cache
def _watchers() -> dict[str, list[Control]]:
    """Which alarms watch a request."""
    scopes = {scope for control in controls().values() for scope in control.watches}
    return {
        scope: [control for control in controls().values() if scope in control.watches]
        for scope in scopes
    }
