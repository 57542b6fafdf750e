"""Read a case's campaign.yaml: the intruder's plans, and what owners did with their credentials.

A campaign holds no outcome: outcomes come from policy.decide alone.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Literal

from labutils.incident import pace
from labutils.incident.inventory import Estate, must_be_scopes
from labutils.incident.ledger_schema import Fact, Ledger
from labutils.sheets import Row, build, moment, must_be_among, must_have_fields, value

Fit = Literal["exact", "close", "loose"]  # of the ATT&CK technique to what happened


@dataclass(frozen=True)
class Ask:
    """One request of a route: `scope` is service:action, `using` a credential, `origin` a zone.

    `at` (ISO 8601) stands where it is not the step's time. It is made `repeat` times, one every so
    many seconds on average: they are decided as one, and each leaves its own lines in the logs.
    """

    scope: str
    using: str
    origin: str
    at: str | None = None
    repeat: int = 1
    every: int = 10

    @cached_property
    def service(self) -> str:
        return self.scope.split(":")[0]

    @cached_property
    def action(self) -> str:
        return self.scope.split(":")[1]

    @cached_property
    def offsets(self) -> list[int]:
        """When each of the requests is made, in seconds from the first one."""
        return pace.offsets(self.scope, self.repeat, self.every)

    @cached_property
    def lasts(self) -> int:
        """Seconds from the first to the last of the requests."""
        return self.offsets[-1]


Route = tuple[Ask, ...]


@dataclass(frozen=True)
class Plan:
    """A step of a campaign: what was tried, and the alternatives.

    Routes are tried in turn until one is open all the way.

    `fit` says how well its techniques fit, `fits` those that fit otherwise. `credential_assumed`:
    no source says with which credential it was tried. `unreported`: a log may hold it, and no
    source tells what the log showed; the sentence says so.
    """

    fact: str
    goal: str
    fit: Fit
    assumption: str
    routes: tuple[Route, ...]
    assumed_time: str | None = None
    fits: dict[str, Fit] = field(default_factory=dict)
    credential_assumed: bool = False
    unreported: str = ""

    def fit_of(self, technique: str) -> Fit:
        """Return how well one of its techniques fits."""
        return self.fits.get(technique, self.fit)


@dataclass(frozen=True)
class Scene:
    """A credential's use by its owner, openly, at a time (seconds since 1970)."""

    time: int
    ask: Ask


@dataclass(frozen=True)
class Campaign:
    """A campaign: what the intruder starts with, what owners did, and the plans in order.

    A variant of the thief is another Campaign.
    """

    start_with: tuple[str, ...]
    steps: tuple[Plan, ...]
    scenes: tuple[Scene, ...] = ()

    def place(self, fact: str) -> int:
        """Return the position of the step for this fact.

        Raises KeyError where there is no such step.
        """
        facts = [plan.fact for plan in self.steps]
        if fact not in facts:
            raise KeyError(f"{fact} is not a step of the campaign")
        return facts.index(fact)

    def until(self, fact: str) -> "Campaign":
        """Return the same campaign, ended after the step for this fact.

        Raises KeyError where there is no such step.
        """
        return replace(self, steps=self.steps[: self.place(fact) + 1])


# --- reading a campaign -------------------------------------------------------------------------


def read_campaign(sheet: Row, estate: Estate, ledger: Ledger, zones: frozenset[str]) -> Campaign:
    """Read the campaign of a sheet, and check it against the estate, the ledger and the zones.

    Raises SheetError, which names the line.
    """
    must_have_fields(Campaign, sheet)
    reader = _CampaignReader(estate, ledger, zones)
    scenes = value(sheet, "scenes", tuple[Row, ...]) if "scenes" in sheet else ()
    campaign = build(
        Campaign,
        sheet,
        scenes=tuple(sorted(chain.from_iterable(map(reader.scenes, scenes)), key=_time)),
        steps=tuple(reader.plan(row) for row in value(sheet, "steps", tuple[Row, ...])),
    )
    must_be_among(sheet, "start_with", campaign.start_with, estate.credentials, "credential")
    planned = {plan.fact for plan in campaign.steps}
    if left_out := [fact.id for fact in ledger.steps if fact.id not in planned]:
        raise sheet.error(
            f"no step is about {', '.join(left_out)}, which the ledger marks `step: true`", "steps"
        )
    return campaign


def _time(scene: Scene) -> int:
    return scene.time


@dataclass(frozen=True)
class _SceneRow:
    """A row of `scenes`, as it stands in the sheet."""

    time: str
    requests: tuple[Row, ...]


@dataclass(frozen=True)
class _CampaignReader:
    """What the rows of a campaign are checked against."""

    estate: Estate
    ledger: Ledger
    zones: frozenset[str]

    def scenes(self, row: Row) -> list[Scene]:
        """What one row of `scenes` says, request by request."""
        scene = build(_SceneRow, row)
        time = moment(row, "time")
        for item in scene.requests:
            zone = self.estate.zones[self.ask(item).origin]
            if self.estate.gateway_into(zone):
                raise item.error(
                    f"owners do not come by way of a gateway, so not from {zone.id}", "origin"
                )
        return [Scene(time or 0, self.ask(item)) for item in scene.requests]

    def plan(self, row: Row) -> Plan:
        """A plan that is about a step of the ledger, at a time that the ledger has room for."""
        must_have_fields(Plan, row)
        route_rows = value(row, "routes", tuple[tuple[Row, ...], ...])
        routes = tuple(tuple(map(self.ask, route)) for route in route_rows)
        plan = build(Plan, row, routes=routes)
        steps = {fact.id: fact for fact in self.ledger.steps}
        must_be_among(
            row, "fact", [plan.fact], steps, "fact with `step: true` in the ledger called"
        )
        if not routes or not all(routes):
            raise row.error(
                "a step needs at least one route, and a route at least one request", "routes"
            )
        _must_be_dated(row, plan, steps[plan.fact])
        for rows, route in zip(route_rows, routes, strict=True):
            self.must_pass_gateways(rows, route)
        return plan

    def ask(self, row: Row) -> Ask:
        """A request between services, credentials and zones that there are."""
        origin = row.get("origin") or self.estate.default_zone.id
        ask = build(Ask, row, origin=origin)
        must_be_scopes(row, "scope", [ask.scope], self.estate.services)
        must_be_among(row, "using", [ask.using], self.estate.credentials, "credential")
        must_be_among(
            row, "origin", [ask.origin], self.zones, "zone in the case's addresses called"
        )
        for key in ("repeat", "every"):
            if getattr(ask, key) < 1:
                raise row.error(f"{key} must be at least 1", key)
        moment(row, "at")
        return ask

    def must_pass_gateways(self, rows: tuple[Row, ...], route: Route) -> None:
        """Who comes by way of a gateway asked it for a way to that service before, on the same
        route."""
        for place, ask in enumerate(route):
            gateway = self.estate.gateway_into(self.estate.zones[ask.origin])
            if gateway is None:
                continue
            needed = f"{gateway.id}:{ask.service}"
            if needed not in [earlier.scope for earlier in route[:place]]:
                raise rows[place].error(
                    f"{ask.scope} comes from {ask.origin}, so {needed} must come before it"
                )


def _must_be_dated(row: Row, plan: Plan, fact: Fact) -> None:
    """A plan has the ledger's time; where the ledger has a month, a day or nothing, it assumes an
    hour that fits."""
    dated, until = fact.time or "", fact.time_end or fact.time or ""
    assumed = plan.assumed_time
    chosen = assumed or dated
    if "T" not in chosen or not dated <= chosen[: len(dated)] <= until[: len(dated)]:
        raise row.error(
            f"the ledger has {dated or 'no date'}, so assumed_time must be an hour of that time",
            "assumed_time" if assumed else "fact",
        )
    moment(row, "assumed_time")
