"""Put the learner in the place of the intruder of November 2023 (lesson 09).

There is a browser, four credentials, and a company whose services decide on each request. A move is
(credential, service, action), and a fourth member `"server"` where the request comes from the
program that the intruder runs on Jira's server. Nothing here knows which moves are right.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from labutils.incident.inventory import Credential
from labutils.incident.log_format import Event
from labutils.incident.policy import World
from labutils.incident.services import PASS, Company
from labutils.incident.telemetry import headline
from labutils.lab import Lab, SceneError
from labutils.stage.breached_company import EXPOSED
from labutils.text import shown

Move = tuple[str, ...]
Headers = dict[str, str]
Carry = Callable[[str, str, str], Headers]
NewLines = Callable[[Mapping[str, int], Mapping[str, list[Event]]], list[tuple[str, int, Event]]]

# The names of products, as the logs and the story have them, and those of the estate.
PRODUCTS = {
    "okta": "login",
    "aws": "cloud",
    "jira": "tracker",
    "confluence": "wiki",
    "bitbucket": "code",
}
TAUGHT = ("service-token", "password", "access-key")  # kinds of credentials that 09-1 is about
BROWSER, SERVER = "browser", "server"
ZONES = {BROWSER: "internet", SERVER: "atlassian"}
BETWEEN = 59  # seconds from one move to the next
FRONT = (
    ("okta", "sign-in"),
    ("dashboard", "sign-in"),
    ("aws", "describe"),
    ("gateway", "jira"),
    ("jira", "sign-in"),
    ("confluence", "search"),
    ("bitbucket", "view"),
)


def under_products(company: Company) -> None:
    """Put the company's services on the network under product names too.

    Its gateway knows them as well.
    """
    hosts = company.lab.hosts
    gateway = hosts["gateway.example"]
    for product, service in PRODUCTS.items():
        company.lab.add(f"{product}.example", hosts[f"{service}.example"])

    def renamed(environ: Any, start_response: Any) -> Any:
        name = environ["PATH_INFO"].strip("/")
        environ["PATH_INFO"] = "/" + PRODUCTS.get(name, name)
        return gateway(environ, start_response)

    company.lab.add("gateway.example", renamed)


class NoSuchMove(SceneError):
    """An error for a move that cannot be sent; the sentence says why."""


class NotHeld(NoSuchMove):
    """An error for a move with something that the intruder does not hold, or not yet."""


def in_product_names(text: str) -> str:
    """Return a text of the model with product names in place of its service names."""
    for product, service in PRODUCTS.items():
        whole = service in ("tracker", "wiki")  # the others are words of other sentences too
        text = re.sub(
            rf"\b{service}" + ("" if whole else "(?=[:.]| takes| asks| accepts)"), product, text
        )
    return text.replace(
        "from internet to atlassian", "from the internet to what is behind the gateway"
    )


@dataclass(frozen=True)
class Visit:
    """A request at a door: who carried what from where, and how it ended.

    `service` is named as in the estate; `outcome` is succeeded, denied, or unknown. `is_recorded`:
    a log holds it. `at` is in seconds since 1970.
    """

    origin: str
    credential: str
    service: str
    action: str
    outcome: str
    is_recorded: bool = True
    at: int = 0


@dataclass(frozen=True, repr=False)
class Result:
    """The result of a move: the decision, the service's answer, and the new lines of the logs.

    `response` is the HTTP response, and `answer` its content.
    """

    move: Move
    allowed: bool
    rule: str
    reason: str
    response: httpx.Response
    answer: dict[str, Any]
    lines: list[tuple[str, int, Event]]

    def __str__(self) -> str:
        credential, service, action, *origin = self.move
        place = " from the server" if origin == [SERVER] else ""
        end = "opened" if self.allowed else f"refused in this model, {self.rule}: {self.reason}"
        said = [f"{credential} at {service}/{action}{place}: {end}"]
        said += [
            f"    {name}:{number}  {self.headline(name, event)}"
            for name, number, event in self.lines
        ]
        said += [] if self.lines else ["    (no log has a new line)"]
        said += [f"    source code, and {self.answer['flag']}"] if "flag" in self.answer else []
        return "\n".join(said)

    __repr__ = __str__

    def headline(self, name: str, event: Event) -> str:
        """Return the fields of a new line that a person reads first."""
        return in_product_names(headline(name, event))


def course_new_lines(
    before: Mapping[str, int], logs: Mapping[str, list[Event]]
) -> list[tuple[str, int, Event]]:
    """Return the lines that came since `before`: the log, the number of the line, and the line."""
    return [
        (name, number, event)
        for name, events in logs.items()
        for number, event in enumerate(events[before.get(name, 0) :], before.get(name, 0) + 1)
    ]


class Intruder:
    """An intruder at a browser, with the four credentials that were not replaced.

    `carry` makes the headers of a request out of kind, user and secret of a credential; `new_lines`
    finds what a move left in the logs. Both are the course's where they are not given.
    """

    def __init__(
        self,
        carry: Carry | None = None,
        new_lines: NewLines | None = None,
        world: World | None = None,
        start: str = "2023-11-14T09:00:00Z",
    ):
        self.lab = Lab("lesson-09/intruder", start)
        self.company = Company(self.lab, world or World.historical())
        under_products(self.company)
        self._carry, self._new_lines = carry, new_lines or course_new_lines
        self.holds: dict[str, str] = {name: self.company.secrets[name] for name in EXPOSED}
        self.passes: dict[str, str] = {}
        self.results: list[Result] = []
        self.visits: list[Visit] = []
        self.news: list[tuple[int, str]] = []  # what the company did, after how many moves
        self.watchers: list[Callable[[], None]] = []  # called after each move
        addresses = self.company.case.addresses
        self.browsers = {
            place: self.lab.browser(addresses[zone].agent, addresses[zone].ip)
            for place, zone in ZONES.items()
        }

    @property
    def logs(self) -> dict[str, list[Event]]:
        """The defender's files: the lines of each log so far."""
        logs: dict[str, list[Event]] = {}
        for line in self.lab.audit:
            logs.setdefault(line["source"], []).append(line["line"].event)
        return logs

    @property
    def lines(self) -> int:
        """The number of lines in the defender's files."""
        return len(self.lab.audit)

    def use(self, credential: str, service: str, action: str, origin: str = BROWSER) -> Result:
        """Make one request: a credential at a service, for an action. Raises NoSuchMove.

        Whatever the answer puts into the intruder's hands is kept, a pass of the gateway too.
        """
        name = self._checked(credential, service, action, origin)
        before = {source: len(events) for source, events in self.logs.items()}
        at = self.lab.clock.now
        headers = self.headers(self.company.estate.credentials[credential])
        if origin == BROWSER and service in self.passes:
            headers[PASS] = self.passes[service]
        url = f"https://{service}.example/{action}"
        response = self.browsers[origin].get(url, headers=headers)
        answer: dict[str, Any] = response.json()
        answer["reason"] = in_product_names(answer["reason"])
        self.holds |= answer.get("given", {})
        if "pass" in answer:
            self.passes[action] = answer["pass"]
        move = (credential, service, action) + ((SERVER,) if origin == SERVER else ())
        lines = self._new_lines(before, self.logs)
        result = Result(
            move, answer["allowed"], answer["rule"], answer["reason"], response, answer, lines
        )
        self._note(result, name, origin, at, recorded=self.lines > sum(before.values()))
        self.lab.clock.tick(BETWEEN)
        self.changed()
        return result

    def changed(self) -> None:
        """Tell whoever watches that something happened."""
        for watcher in self.watchers:
            watcher()

    def _checked(self, credential: str, service: str, action: str, origin: str) -> str:
        """The service's name in the estate. Raises NoSuchMove for what cannot be sent."""
        services = {
            product_of(name): name
            for name, service in self.company.estate.services.items()
            if service.org == "company"
        }
        if service not in services:
            names = ", ".join(services)
            raise NoSuchMove(f"There is no service {service!r}. The services are: {names}.")
        if action not in (known := self._actions(services[service])):
            has = ", ".join(known)
            raise NoSuchMove(f"There is no action {action!r} at {service}. The actions are: {has}.")
        if credential not in self.holds:
            held = ", ".join(self.holds)
            exists = credential in self.company.estate.credentials
            sentence = f"You do not hold {credential!r}. You hold: {held}."
            raise NotHeld(sentence) if exists else NoSuchMove(sentence)
        if origin not in ZONES:
            raise NoSuchMove(f"A request comes from 'browser' or from 'server', not {origin!r}.")
        if origin == SERVER and "implant" not in self.holds:
            raise NotHeld(
                "None of your programs runs on the server, so you cannot send anything from it."
            )
        return services[service]

    def _actions(self, service: str) -> list[str]:
        """What can be asked of a service: what some credential may do there."""
        scopes = [
            scope.split(":")
            for credential in self.company.estate.credentials.values()
            for scope in credential.scopes
        ]
        return list(dict.fromkeys(product_of(action) for name, action in scopes if name == service))

    def headers(self, credential: Credential) -> Headers:
        """Return the headers that carry a credential: those of `carry`, if it knows the kind."""
        secret = self.holds[credential.id]
        if self._carry is None or credential.kind not in TAUGHT:
            return self.company.headers(credential, secret)
        return dict(self._carry(credential.kind, credential.holder.id, secret))

    def _note(self, result: Result, service: str, origin: str, at: int, *, recorded: bool) -> None:
        zone = "edge" if origin == BROWSER and result.move[1] in self.passes else ZONES[origin]
        self.results.append(result)
        self.visits.append(
            Visit(
                zone,
                result.move[0],
                service,
                result.move[2],
                "succeeded" if result.allowed else "denied",
                recorded,
                at=at,
            )
        )

    def follow(self, moves: Iterable[Sequence[str]]) -> None:
        """Make these moves one by one, and print the result of each with the new lines."""
        print_each(self.use, moves)

    def switch_off(self, *credentials: str) -> None:
        """Revoke these credentials, as defenders do."""
        for name in credentials:
            self.company.credential_of.pop(self.company.secrets[name], None)

    def opens(self, *moves: Sequence[str]) -> bool:
        """Return whether each of these moves opens, one after the other."""
        try:
            return all(self.use(*move).allowed for move in moves)
        except NoSuchMove:
            return False


def print_each(
    use: Callable[..., Result],
    moves: Iterable[Sequence[str]],
    then: Callable[[], None] | None = None,
) -> None:
    """Make these moves one by one, and print each result, or why the move is impossible.

    `then` is called after each.
    """
    for move in moves:
        if not isinstance(move, list | tuple) or not 3 <= len(move) <= 4:
            print(f"{shown(repr(move), 80)}: not a move. A move is (credential, service, action).")
            continue
        try:
            print(use(*move))
        except NoSuchMove as impossible:
            print(f"{' '.join(map(str, move))}: {impossible}")
        if then is not None:
            then()


def product_of(service: str) -> str:
    """Return the product name of a service of the estate."""
    return next((product for product, name in PRODUCTS.items() if name == service), service)


# --- what can be asked of an intruder -----------------------------------------------------------


GATE = ("moveworks-token", "gateway", "jira")


def ways_back(intruder: Intruder, *switched_off: str) -> dict[str, bool]:
    """Return which of the three ways back work after these credentials were switched off."""
    intruder.switch_off(*switched_off)
    implant = intruder.company.secrets["implant"]
    return {
        "service account": intruder.opens(GATE, ("smartsheet-account", "jira", "sign-in")),
        "look-alike user": intruder.opens(GATE, ("lookalike-account", "jira", "sign-in")),
        "implant": "implant" in intruder.holds and implant in intruder.company.credential_of,
    }
