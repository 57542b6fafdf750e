"""The target of lesson 16: a rule for an integration, from a month in which a thief was there."""

from collections.abc import Callable, Iterable
from functools import cache
from ipaddress import IPv4Network, ip_address
from typing import Any

from labutils.lab import dice
from labutils.text import counted, shown

FLAG = "flag-" + next(dice("lesson-16", "a rule that fits"))
STEADY, WEEKDAYS = ("192.0.2.44", "192.0.2.45"), "192.0.2.46"
NEW, FROM_DAY = "192.0.2.49", 25
DAYS, PATIENCE, MOST = 30, 3, 12
WIDEST = 256  # addresses that a rule may name in all: the agent has some, and no country
NEEDED = ("cases.write", "contacts.read")
SELDOM = "contacts.write"  # on three days of a month
STOPPED = (
    "Three rules were not good enough, so the vendor makes no more changes. To begin again, "
    "restart the kernel. Until then the target gives you the same month."
)
NO_RULE = "That is not a rule: {} Try try_rule(['192.0.2.44'], {{'cases.write'}})."
SCOPES = {*NEEDED, SELDOM, "cases.read", "cases.export", "objects.list"}
Call = dict[str, Any]
# The thief's part of the month: days, address, scopes.
THEFTS = (
    (range(12, 17), "203.0.113.109", ("cases.read", "objects.list")),
    (range(17, 18), "198.51.100.208", ("cases.read", "cases.export")),
    (range(20, 23), "192.0.2.77", ("contacts.read",)),
    (range(23, 24), "192.0.2.44", ("cases.read",)),
)
TICKETS = (
    {
        "day": 20,
        "client": "backup",
        "address": "198.51.100.206",
        "what": "the backup moves to a new host",
    },
    {"day": 24, "client": "chat-agent", "address": NEW, "what": "the vendor adds an address"},
    {"day": 26, "client": "marketing", "address": "192.0.2.70", "what": "a second address"},
    {
        "day": 28,
        "client": "chat-agent",
        "address": "192.0.2.77",
        "what": "the vendor answers: this machine belongs to another of its provider's customers",
    },
)


def honest(day: int, *, later: bool = False) -> list[Call]:
    """What the chat agent does on a day; `later`: in the month after."""
    places = [*STEADY]
    if day % 7 not in (0, 6):
        places.append(WEEKDAYS)
    if later:
        places.append(NEW)
    calls = [{"day": day, "address": at, "scope": scope} for at in places for scope in NEEDED]
    if day in (1, 2, 15):
        calls.append({"day": day, "address": STEADY[0], "scope": SELDOM})
    return calls


def stolen(day: int) -> list[Call]:
    """What the thief does on a day."""
    return [
        {"day": day, "address": address, "scope": scope}
        for days, address, scopes in THEFTS
        if day in days
        for scope in scopes
    ]


def thieves(places: Iterable[IPv4Network], may: set[str]) -> list[Call]:
    """Those who come in the month after: from where the thief was, from the vendor's
    neighbourhood, from wherever the rule lets somebody in that is none of the agent's addresses,
    and from the vendor's own machines for whatever the rule allows (`may`) that the agent does not
    need."""
    own = (*STEADY, WEEKDAYS, NEW)
    others = {"203.0.113.109", "203.0.113.110", "198.51.100.208", "198.51.100.206"}
    others |= {f"192.0.2.{number}" for number in range(40, 80)}
    others |= {str(one) for place in places for one in place}
    calls = [
        {"address": at, "scope": scope}
        for at in sorted(others - {*own})
        for scope in (*NEEDED, "cases.read")
    ]
    needless = may - {*NEEDED, SELDOM}
    return calls + [{"address": at, "scope": scope} for at in own for scope in sorted(needless)]


class Month:
    """The scene: `calls` of a month under one client, `tickets`, and `try_rule(networks, scopes)`
    for the month that comes."""

    def __init__(self, flag: str | None = None) -> None:
        flag = flag or FLAG
        self.try_rule = trier(flag)

    def __repr__(self) -> str:
        return "a month of an integration: calls, tickets, try_rule(networks, scopes)"

    @property
    def calls(self) -> list[Call]:
        """The calls of the month, in the order of its days."""
        return [call for day in range(1, DAYS + 1) for call in (*honest(day), *stolen(day))]

    @property
    def tickets(self) -> list[dict[str, object]]:
        """What was announced."""
        return [dict(ticket) for ticket in TICKETS]


def trier(flag: str) -> Callable[[object, object], str]:
    """What sets a rule for the month that comes, and says what it did. It gives the flag where the
    rule refused every thief and no honest call; three rules may miss."""
    missed = 0

    def try_rule(networks: object, scopes: object) -> str:
        """Set a rule: networks or addresses as texts, and scopes."""
        nonlocal missed
        if missed >= PATIENCE:
            print(STOPPED)
            return "no flag"
        try:
            places, may = as_networks(networks), as_scopes(scopes)
        except ValueError as error:
            print(NO_RULE.format(error))
            return "no flag"
        work = [call for day in range(1, DAYS + 1) for call in honest(day, later=True)]
        refused = sum(not lets_in(call, places, may) for call in work)
        got_in = sum(lets_in(call, places, may) for call in thieves(places, may))
        good, theirs = counted(refused, "honest call"), counted(got_in, "call")
        print(f"{good} refused; {theirs} by thieves let in")
        if not refused and not got_in:
            return flag
        missed += 1
        print(f"Wrong attempts left: {PATIENCE - missed}.")
        return "no flag"

    return try_rule


def lets_in(call: Call, places: Iterable[IPv4Network], may: set[str]) -> bool:
    """Whether a rule lets a call in."""
    address = ip_address(call["address"])
    return call["scope"] in may and any(address in place for place in places)


def as_networks(given: object) -> list[IPv4Network]:
    """Up to twelve networks. Raises ValueError with a sentence that says what is none."""
    texts = _texts(given, "addresses or networks")
    if len(texts) > MOST:
        raise ValueError(f"at most {MOST} addresses or networks are allowed.")
    networks = []
    for one in texts:
        try:
            networks.append(IPv4Network(one))
        except ValueError as error:
            raise ValueError(f"{shown(str(error), 80)}.") from error
    if sum(one.num_addresses for one in networks) > WIDEST:
        raise ValueError(f"it covers more than {WIDEST} addresses.")
    return networks


def as_scopes(given: object) -> set[str]:
    """The scopes. Raises ValueError with a sentence where one is no scope of the month."""
    scopes = set(_texts(given, "scopes"))
    if strangers := sorted(scopes - SCOPES):
        raise ValueError(f"no call in the log has the scope {shown(repr(strangers[0]), 60)}.")
    return scopes


def _texts(given: object, what: str) -> list[str]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ValueError(f"the {what} must be a list of strings.")
    texts = list(given)
    if not texts or not all(isinstance(one, str) for one in texts):
        raise ValueError(f"the {what} must be a list of strings, at least one.")
    return texts


@cache
def the_month(flag: str = FLAG) -> Month:
    """The month, which remembers each rule that was not good enough."""
    return Month(flag)
