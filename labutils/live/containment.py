"""Contain an intruder: what a team did, and which requests that refuses, anybody's.

It is one more rule behind those of labutils.incident.policy: whoever acts does so for good reason
or not, and pays with the work of those who are shut out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import chain
from typing import Literal, get_args

from labutils.incident.inventory import Credential
from labutils.live.company import LiveCompany, LiveEvent, scaled, settings
from labutils.text import shown

Kind = Literal["revoke", "disable", "enable", "bind", "unbind", "block", "unblock", "raise"]
KINDS: tuple[str, ...] = get_args(Kind)
ADDRESS = re.compile(r'"\d{1,3}(?:\.\d{1,3}){3}"|"[0-9a-f]{1,4}:[0-9a-f:]*"')
WIDEST = {4: 24, 6: 64}  # bits of the widest network that may be blocked, by version of IP


class CannotDo(ValueError):
    """An error for an act that is not possible; the sentence says why."""


@dataclass(frozen=True)
class LiveAct:
    """An act of a team; `at` is in seconds since 1970."""

    kind: Kind
    what: str
    at: int

    @cached_property
    def network(self) -> IPv4Network | IPv6Network:
        """The addresses that the act blocks."""
        return ip_network(self.what)


def checked(company: LiveCompany, kind: str, what: str, at: int) -> LiveAct:
    """Return an act, after checking that it is possible. Raises CannotDo."""
    if kind not in KINDS:
        raise CannotDo(f"There is no act called {shown(kind, 40)}.")
    named = what.strip()
    if kind in ("block", "unblock"):
        named = _network(named)
    elif kind == "raise":
        if named not in company.case.sources:
            raise CannotDo(f"There is no log called {shown(named, 40)}.")
    elif kind in ("disable", "enable"):
        if named not in company.accounts and not _is_made(company, f"account {named}"):
            raise CannotDo(f"There is no account called {shown(named, 60)}.")
    elif named not in company.listed and not (kind == "revoke" and _is_made(company, named)):
        raise CannotDo(
            f"{shown(named, 60)!r} is not in the inventory. Use a name from it. For what "
            "somebody added, write account NAME, key of ACCOUNT, factor of ACCOUNT, grant of "
            "ACCOUNT or program of ACCOUNT."
        )
    return LiveAct(kind, named, at)  # type: ignore[arg-type]  # it is one of KINDS


def _network(text: str) -> str:
    try:
        network = ip_network(text)
    except ValueError:
        raise CannotDo(
            f"{shown(text, 40)} is neither an address nor a network such as 203.0.113.0/24."
        ) from None
    one = network.prefixlen == network.max_prefixlen
    if not one and network.prefixlen != WIDEST[network.version]:
        raise CannotDo("Block one address, or a network of 256 addresses (/24; IPv6: /64).")
    return str(network.network_address) if one else str(network)


MAKES = ("account ", "key of ", "factor of ", "grant of ", "program of ")


def _is_made(company: LiveCompany, name: str) -> bool:
    """Whether it is the name of something that an intruder could have made: for an account any, for
    the rest one of an account that exists. Whether it was made, this does not tell."""
    start = next((start for start in MAKES if name.startswith(start)), None)
    owner = name.removeprefix(start or "")
    return start is not None and (start == MAKES[0] or owner in company.accounts)


UNDOES: dict[str, Kind] = {"enable": "disable", "unbind": "bind", "unblock": "block"}
NEVER = 1 << 40  # seconds since 1970


@dataclass(eq=False)
class StandingAct:
    """An act, and the moment (seconds since 1970) at which it was undone."""

    act: LiveAct
    until: int = NEVER

    def holds(self, time: int) -> bool:
        """Return whether the act is in force at a moment."""
        return self.act.at <= time < self.until


class Containment:
    """The acts of a team, in order of time."""

    def __init__(self, company: LiveCompany, acts: Iterable[LiveAct] = ()):
        self.company = company
        self.acts: list[LiveAct] = []
        self.by_name: dict[tuple[str, str], list[StandingAct]] = {}  # by kind, and what it is about
        self.by_signature: dict[
            str, list[StandingAct]
        ] = {}  # by what lines call whoever is concerned
        self.blocks: list[StandingAct] = []
        for act in acts:
            self.add(act)

    def add(self, act: LiveAct) -> bool:
        """Put an act in force; return False if it changes nothing."""
        undone = UNDOES.get(act.kind)
        open_before = [
            one for one in self.by_name.get((undone or act.kind, act.what), ()) if one.holds(act.at)
        ]
        if undone:
            for one in open_before:
                one.until = act.at
            changed = bool(open_before)
        else:
            changed = not open_before or act.kind == "revoke"
            if changed:
                self._put(StandingAct(act))
        self.acts += [act] if changed else []
        return changed

    def _put(self, one: StandingAct) -> None:
        kind, what = one.act.kind, one.act.what
        self.by_name.setdefault((kind, what), []).append(one)
        if kind == "block":
            self.blocks.append(one)
        elif kind != "raise":
            for name in self.company.signs_as.get(what, (what.lower(),)):
                self.by_signature.setdefault(name, []).append(one)

    def is_in_force(self, kind: Kind, what: str, time: int) -> bool:
        """Return whether such an act is in force at a moment (seconds since 1970)."""
        return any(one.holds(time) for one in self.by_name.get((kind, what), ()))

    # --- what the intruder is told ---------------------------------------------------------------

    def refuses(self, held: Credential, since: int, address: str, time: int) -> str | None:
        """Return why a request with a credential is refused, or None.

        The intruder has had the credential since the moment `since`. Times are seconds since 1970.
        """
        name, account = self.company.name_of(held), self.company.account_of(held)
        revoked = self.by_name.get(("revoke", name), ())
        if any(since <= one.act.at <= time for one in revoked):
            return f"{name} was replaced"
        if self.is_in_force("disable", account, time):
            return f"{account} is switched off"
        is_home = address in self.company.places.get(account, ())
        if not is_home and self.is_in_force("bind", name, time):
            return f"{name} works only from its usual addresses"
        return None

    def is_blocked(self, address: str, time: int) -> bool:
        """Return whether requests from an address are blocked."""
        single = ip_address(address)
        return any(one.holds(time) and single in one.act.network for one in self.blocks)

    # --- what everybody else is told -------------------------------------------------------------

    def shuts_out(self, event: LiveEvent) -> LiveAct | None:
        """Return the act, if any, that stops a colleague's or a program's ordinary work.

        What comes from a blocked address never reaches the service, and its log.
        """
        blocking = (
            one.act
            for one in self.blocks
            if one.holds(event.at) and event.comes_from(one.act.network)
        )
        stopping = (
            one.act
            for one in self.by_signature.get(event.who, ())
            if one.holds(event.at) and self._stops(one.act, event)
        )
        return next(chain(blocking, stopping), None)

    def _stops(self, act: LiveAct, event: LiveEvent) -> bool:
        if act.kind == "disable":
            return True
        row = self.company.listed.get(act.what)
        if row is None:
            return False
        if act.kind == "revoke":
            return event.at < act.at + down_time(row.kind, self.company.minutes)
        places = self.company.places.get(row.account, ())
        at_home = any(f'"{place}"' in event.text for place in places)
        return not at_home and bool(ADDRESS.search(event.text))

    def records(self, event: LiveEvent) -> bool:
        """Return whether the log keeps a line, by its level at that moment."""
        return not event.costly or self.is_in_force("raise", event.source, event.at)


def down_time(kind: str, minutes: int) -> int:
    """Return for how many seconds the owner of a replaced credential cannot work.

    The exercise has this many minutes.
    """
    return scaled(int(settings()["down"].get(kind.split()[-1], 0)), minutes)
