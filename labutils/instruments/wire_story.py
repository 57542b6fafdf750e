"""Collect all that is known of a lab's messages, as somebody chose to look at them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from labutils.instruments.wire_log import Line, lines_by_message
from labutils.instruments.wire_messages import (
    Handover,
    Party,
    WireMessage,
    channel,
    handovers,
    roles,
)
from labutils.instruments.wire_secrets import COLOURS, SECRETS, KnownSecrets, Secret
from labutils.lab import Exchange, Lab

DIVIDER = "sent again, in a copy of the lab"


@dataclass(frozen=True)
class Selection:
    """A choice of what to look at.

    `watch`: the names of the values to follow. `start`: how many messages to leave out. `parties`:
    where there are any, only messages between them count, and columns are in their order.
    """

    watch: Collection[str] = SECRETS
    intruders: Collection[str] = ("tom",)
    start: int = 0
    parties: Sequence[str] = ()


@dataclass(frozen=True)
class Story:
    """The messages of a lab, and what goes with them.

    `handovers` are by the number of a message, `log` by the `id` of an exchange.
    """

    messages: tuple[WireMessage, ...]
    parties: tuple[Party, ...]
    known: KnownSecrets
    handovers: dict[int, list[Handover]]
    log: dict[int, list[Line]]

    def lines(self, message: WireMessage) -> list[Line]:
        """Return the lines of the log that belong to a message."""
        return self.log.get(id(message.exchange), [])

    def travelling(self) -> list[Secret]:
        """Return the secrets that can be followed: those in two messages or more."""
        seen: dict[int, int] = {}
        for message in self.messages:
            for secret in message.carries:
                seen[secret.number] = seen.get(secret.number, 0) + 1
        return [secret for secret in self.known if seen.get(secret.number, 0) > 1]

    def words(self) -> list[str]:
        """Return the story as lines of text."""
        lines: list[str] = []
        for message in self.messages:
            if message.is_copy and (message.number == 1 or not self.before(message).is_copy):
                lines.append(f"   {DIVIDER}")
            lines += [one.words for one in self.handovers.get(message.number, ())]
            lines.append(message.words)
        return lines or ["Nothing was sent yet."]

    def before(self, message: WireMessage) -> WireMessage:
        """Return the message before another one."""
        return self.messages[message.number - 2]


def story_of(lab: Lab, people: Collection[str], choice: Selection, recorded: int) -> Story:
    """Return the story of a lab's wire.

    The first `recorded` messages are the lesson's, and those after them were sent again. What
    somebody got past the network has a colour before all else, since a story is about that.
    """
    own, again = lab.wire[:recorded], in_order(lab.wire[recorded:])
    shown = in_order(own[choice.start :])
    if choice.parties:
        shown = [one for one in shown if {one.client, one.host} <= set(choice.parties)]
    whole = [*in_order(own[: choice.start]), *in_order(own[choice.start :]), *again]
    hosts = {one.host for one in lab.wire} | set(lab.hosts)

    first = _known(shown, choice)
    taken = handovers(whole[: len(own)], _messages(shown, (), first, hosts, choice), first)
    foremost = dict.fromkeys(
        secret.value for some in taken.values() for one in some for secret in one.secrets
    )
    known = _known((*shown, *again), choice, tuple(foremost)[:COLOURS])
    messages = _messages(shown, again, known, hosts, choice)
    return Story(
        messages,
        _parties(messages, roles(lab.wire, people, choice.intruders), choice),
        known,
        handovers(whole, messages, known),
        lines_by_message(lab.wire, lab.audit),
    )


def _known(
    exchanges: Iterable[Exchange], choice: Selection, foremost: Sequence[str] = ()
) -> KnownSecrets:
    """The secrets of these messages."""
    known = KnownSecrets(choice.watch, foremost)
    for exchange in exchanges:
        known.learn(exchange)
    return known


def _messages(
    shown: Sequence[Exchange],
    again: Sequence[Exchange],
    known: KnownSecrets,
    hosts: Collection[str],
    choice: Selection,
) -> tuple[WireMessage, ...]:
    """All messages, in order and numbered."""
    return tuple(
        WireMessage(
            number,
            one,
            channel(one, hosts),
            known.sent(one),
            known.given(one),
            by_intruder=one.client in choice.intruders,
            is_copy=number > len(shown),
        )
        for number, one in enumerate((*shown, *again), 1)
    )


def in_order(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Return the exchanges in the order in which they were sent.

    A wire has them as they were answered.
    """
    return sorted(exchanges, key=lambda one: one.time)


def _parties(
    messages: Sequence[WireMessage], role_of: dict[str, str], choice: Selection
) -> tuple[Party, ...]:
    """The columns: as chosen; else browsers first, then servers as they come in, and last the
    intruder, who comes from the other side."""
    names = dict.fromkeys(
        name for one in messages for name in (one.exchange.client, one.exchange.host)
    )
    chosen = [name for name in choice.parties if name in names]

    def place(name: str) -> int:
        return 2 if name in choice.intruders else 0 if role_of.get(name) == "browser" else 1

    rest = sorted((name for name in names if name not in chosen), key=place)
    return tuple(
        Party(name, role_of.get(name, "server"), name in choice.intruders)
        for name in (*chosen, *rest)
    )
