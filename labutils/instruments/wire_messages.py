"""Describe the messages of a lab's network: sender, receiver, roles and channel.

Also describes what reached a sender past the network.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from labutils.instruments.wire_secrets import KnownSecrets, Secret, in_body
from labutils.lab import Exchange, iso

UNKNOWN_HOST = 599  # the status with which the lab's network answers for one
Channel = Literal["front channel", "back channel", "direct"]

# --- parties ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Party:
    """A column of the diagram: a party's name, and its role."""

    name: str
    role: str
    is_intruder: bool = False

    @property
    def short(self) -> str:
        """The party's short name; a person's has a capital letter."""
        name = self.name.removesuffix(".example")
        return name if "." in self.name else name[:1].upper() + name[1:]


def is_for_tokens(exchange: Exchange) -> bool:
    """Return whether it is a request to a token endpoint (RFC 6749, 3.2)."""
    return any(name == "grant_type" for name, _ in in_body(exchange.request_body))


def is_with_token(exchange: Exchange) -> bool:
    """Return whether it carries a token in the header made for one (RFC 6750, 2.1)."""
    value = dict(exchange.request_headers).get("authorization", "")
    return value.lower().startswith(("bearer ", "dpop "))


def is_authorization_request(url: str) -> bool:
    """Return whether an address is an authorization request (RFC 6749, 4.1.1)."""
    return any(name == "response_type" for name, _ in parse_qsl(urlsplit(url).query))


def roles(
    wire: Sequence[Exchange], people: Collection[str], intruders: Collection[str]
) -> dict[str, str]:
    """Return each party's role in OAuth's terms (RFC 6749, 1.1), by what it does on the wire.

    A server of an intruder's that hands requests on is a relay.
    """
    hosts = {exchange.host for exchange in wire}
    known = dict.fromkeys(hosts, "server")
    known |= {exchange.client: "browser" for exchange in wire if exchange.client not in hosts}
    for exchange in wire:
        location = exchange.header("location")
        if is_with_token(exchange):
            known[exchange.host] = "resource server"
        if is_authorization_request(exchange.url):
            known[exchange.host] = "authorization server"
        elif is_authorization_request(location):
            known[exchange.host] = "client"
        if exchange.status == UNKNOWN_HOST:
            known[exchange.host] = "no such host"
    for exchange in wire:  # what is plain from the token endpoint counts more
        if is_for_tokens(exchange) and exchange.status < 400:
            known[exchange.client] = "client"
            known[exchange.host] = "authorization server"
    known |= dict.fromkeys(hosts & set(intruders), "relay")
    return known | {name: "browser" for name in people if name not in hosts}


def channel(exchange: Exchange, servers: Collection[str]) -> Channel:
    """Return how a message travels.

    The front channel passes through a browser, which sends no token by itself and no request to a
    token endpoint. The back channel is from server to server. What somebody's own program sends
    with a token or a grant is neither.
    """
    if exchange.client in servers:
        return "back channel"
    if is_with_token(exchange) or is_for_tokens(exchange):
        return "direct"
    return "front channel"


_BY_GRANT = {
    "authorization_code": "token request (RFC 6749, 4.1.3)",
    "refresh_token": "refresh (RFC 6749, 6)",
    "client_credentials": "client credentials (RFC 6749, 4.4)",
    "urn:ietf:params:oauth:grant-type:device_code": "device access token request (RFC 8628, 3.4)",
}
_BY_PATH = {
    "/jwks": "keys of the authorization server (RFC 7517)",
    "/revoke": "revocation (RFC 7009)",
    "/introspect": "introspection (RFC 7662)",
    "/userinfo": "userinfo (OpenID Connect Core, 5.3)",
}


def standard_name(exchange: Exchange) -> str:
    """Return the name of a message in the standard that describes it, or an empty text."""
    body = dict(parse_qsl(exchange.request_body))
    query = dict(parse_qsl(urlsplit(exchange.url).query))
    if "grant_type" in body:
        return _BY_GRANT.get(body["grant_type"], "token request")
    if "password" in body:
        return "sign-in form"
    if "consent" in body:
        return "consent"
    if "response_type" in query:
        return "authorization request (RFC 6749, 4.1.1)"
    if "code" in query or ("error" in query and "state" in query):
        return "authorization response (RFC 6749, 4.1.2)"
    if exchange.path in _BY_PATH:
        return _BY_PATH[exchange.path]
    return "request for a protected resource (RFC 6750, 2.1)" if is_with_token(exchange) else ""


# --- messages -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class WireMessage:
    """An exchange as the wire shows it. `number` counts from 1; `is_copy`: it was sent again, in a
    copy of the lab."""

    number: int
    exchange: Exchange
    channel: Channel
    sends: tuple[Secret, ...]
    gives: tuple[Secret, ...]
    by_intruder: bool = False
    is_copy: bool = False

    @property
    def carries(self) -> tuple[Secret, ...]:
        """The secrets of its request and its response."""
        return tuple(dict.fromkeys((*self.sends, *self.gives)))

    @property
    def is_refused(self) -> bool:
        """Whether the answer is a refusal."""
        location = urlsplit(self.exchange.header("location"))
        return self.exchange.status >= 400 or "error" in dict(parse_qsl(location.query))

    @property
    def words(self) -> str:
        """The message as a line of text."""
        one = self.exchange
        carried = [
            f"{verb} {', '.join(secret.name for secret in some)}"
            for verb, some in (("sends", self.sends), ("gives", self.gives))
            if some
        ]
        parts = [
            f"{self.number:>2} {iso(one.time)[11:19]} {one.client} -> {one.host}",
            self.channel + (", intruder" if self.by_intruder else ""),
            f"{one.method} {one.path}",
            f"{one.status}" + (" refused" if self.is_refused else ""),
            *(["; ".join(carried)] if carried else []),
        ]
        return "  ".join(parts)


@dataclass(frozen=True)
class Handover:
    """A handover outside the network, such as a link in a mail or a copied cookie.

    The party uses it in message `before`, and nobody gave it to them on the wire.
    """

    before: int
    giver: str
    taker: str
    secrets: tuple[Secret, ...]
    is_link: bool

    @property
    def what(self) -> str:
        """What was handed over."""
        names = ", ".join(secret.name for secret in self.secrets)
        return ("link" if self.is_link else "copy") + (f": {names}" if names else "")

    @property
    def words(self) -> str:
        """The handover as a line of text."""
        return f"   not on the wire  {self.giver} -> {self.taker}  {self.what}"


class Holders:
    """A record of who has which secret, as far as the network knows. One address is one machine."""

    def __init__(self) -> None:
        self.of: dict[str, list[str]] = {}  # parties by value, the latest last
        self.addresses: dict[str, set[str]] = {}  # by party

    def giver(self, value: str, taker: str) -> str:
        """Return who had a value last, if the taker did not have it; else an empty text.

        A value that nobody had before is the taker's own.
        """
        having = self.of.get(value, [])
        machine = self._machine(taker)
        if not having or any(machine & self._machine(name) for name in having):
            return ""
        return having[-1]

    def _machine(self, name: str) -> set[str]:
        return {name} | self.addresses.get(name, set())

    def take_in(self, exchange: Exchange, sent: Iterable[Secret], given: Iterable[Secret]) -> None:
        """Record that both ends of a message now have what it carried."""
        self.addresses.setdefault(exchange.client, set()).add(exchange.ip)
        for one in (*sent, *given):
            self.of.setdefault(one.value, []).extend((exchange.host, exchange.client))


def handovers(
    wire: Sequence[Exchange], messages: Iterable[WireMessage], known: KnownSecrets
) -> dict[int, list[Handover]]:
    """Return what was handed over outside the network, by the number of the message that uses it.

    `wire` is what is shown and all that went before it. State and code are looked at even where
    nobody watches them: it is these that a link carries to another browser (RFC 9700, 4.7). What
    is sent again as somebody who steals nothing was written by whoever edited it.
    """
    links, holders = KnownSecrets(("state", "code")), Holders()
    told = [one for one in messages if one.by_intruder or not one.is_copy]
    number = {id(one.exchange): one.number for one in told}
    found: dict[int, list[Handover]] = {}
    for exchange in wire:
        links.learn(exchange)
        sent = (*links.sent(exchange), *known.sent(exchange))
        holders.addresses.setdefault(exchange.client, set()).add(exchange.ip)
        if id(exchange) in number:
            some = _handed_over(exchange, sent, holders, known, number[id(exchange)])
            found |= {number[id(exchange)]: some} if some else {}
        holders.take_in(exchange, sent, (*links.given(exchange), *known.given(exchange)))
    return found


def _handed_over(
    exchange: Exchange, sent: Iterable[Secret], holders: Holders, known: KnownSecrets, number: int
) -> list[Handover]:
    """What this message uses and its sender was not given, by who had it and how it came."""
    in_url = {value for _, value in parse_qsl(urlsplit(exchange.url).query)}
    groups: dict[tuple[str, bool], list[Secret]] = {}
    for one in sent:
        giver = holders.giver(one.value, exchange.client)
        if giver:
            group = groups.setdefault((giver, one.value in in_url), [])
            group += [one] if one in known else []
    return [
        Handover(number, giver, exchange.client, tuple(some), is_link)
        for (giver, is_link), some in groups.items()
    ]
