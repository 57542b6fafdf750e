"""What somebody could read off a world whose attack is known: values, pairs of values and counts
that stand out there, as the makers of indicators do it."""

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path

Event = Mapping[str, object]
STANDS_OUT = 0.3  # so many of the lines that have a value are the attack's
OF_CHANCE = 3  # and so many times as many as of all lines of their log
# No value of these is twice the same, so that a pair with one is the line itself.
OF_ONE_LINE = (
    "nano",
    "epochSecond",
    "uuid",
    "eventTime",
    "published",
    "requestID",
    "eventID",
    "id",
)


def leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Each path of an event with its value as text."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, f"{path}[]")
    else:
        yield path, str(value)


def lines(folder: Path) -> Iterator[tuple[str, Event, bool]]:
    """Each line of a world: its source, the event, and whether it is the attack's."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield path.stem, json.loads(line), f"{path.stem}:{number}" in truth


def values(event: Event) -> Iterable[Hashable]:
    """What a rule with one condition can ask for."""
    return set(leaves(event))


def pairs(event: Event) -> Iterable[Hashable]:
    """What a rule with two conditions can ask for, apart from what no two lines share."""
    shared = {leaf for leaf in leaves(event) if not leaf[0].endswith(OF_ONE_LINE)}
    return combinations(sorted(shared), 2)


def standing_out(folder: Path, features=values) -> dict[tuple[str, Hashable], int]:
    """The features by which the attack stands out in its log, and how many of its lines, two or
    more, have each."""
    of_all: Counter[tuple[str, Hashable]] = Counter()
    of_attack: Counter[tuple[str, Hashable]] = Counter()
    count: Counter[tuple[str, bool]] = Counter()
    for source, event, is_attack in lines(folder):
        count[source, is_attack] += 1
        for feature in features(event):
            of_all[source, feature] += 1
            of_attack[source, feature] += is_attack

    def precise(name: tuple[str, Hashable]) -> bool:
        attack, other = count[name[0], True], count[name[0], False]
        chance = attack / (attack + other)
        return of_attack[name] / of_all[name] > max(STANDS_OUT, OF_CHANCE * chance)

    return {name: number for name, number in of_attack.items() if number > 1 and precise(name)}


def lengths(folder: Path) -> set[tuple[str, str, int]]:
    """The counts of one act by one account on one day that are the attack's more often than not:
    what a rule of the form *count equals* can ask for."""
    groups: Counter[tuple[str, str, str, str]] = Counter()
    bad: Counter[tuple[str, str, str, str]] = Counter()
    for source, event, is_attack in lines(folder):
        flat = dict(leaves(event))
        who = _first(flat, "author.id", "actor.alternateId", "serviceTokenId")
        act = _first(flat, "auditType.action", "eventType", "isSuccessfulLogin")
        time = _first(flat, "timestamp.epochSecond", "published", "datetime")
        day = str(int(time) // 86_400) if time.isdigit() else time[:10]
        if who:
            groups[source, who, act, day] += 1
            bad[source, who, act, day] += is_attack
    of_all = Counter((source, act, number) for (source, _, act, _), number in groups.items())
    of_attack = Counter(
        (source, act, number)
        for (source, who, act, day), number in groups.items()
        if bad[source, who, act, day]
    )
    return {name for name, number in of_attack.items() if number > STANDS_OUT * of_all[name]}


def _first(flat: Mapping[str, str], *paths: str) -> str:
    return next((flat[path] for path in paths if path in flat), "")


# --- what a story needs ------------------------------------------------------------------------

# The story: from where, and what is made of address and agent alone.
WHERE_FROM = {
    *("source", "ipAddress", "client.ipAddress", "request.ipChain[].ip", "sourceIPAddress"),
    *("IPAddress", "SourceIP", "ActorIP", "address", "actor_ip", "CLIENT_IP", "SOURCE_IP"),
    "debugContext.debugData.dtHash",
}
# In whose name.
WHO = {
    *("actor.alternateId", "actor.displayName", "actor.id", "actor.email", "author.id"),
    *("author.name", "Email", "UserUID", "serviceTokenId", "userIdentity.userName"),
}
# What was read, made or taken.
WHAT = {
    *("affectedObjects[].id", "affectedObjects[].name", "extraAttributes[].value", "repo", "file"),
    *("target[].id", "target[].displayName", "target[].alternateId", "JOB_ID", "QUERY"),
    *("debugContext.debugData.requestUri", "debugContext.debugData.url"),
}
# What one session, request or millisecond has of its own.
OF_ONE = {
    *("authenticationContext.externalSessionId", "authenticationContext.rootSessionId"),
    *("debugContext.debugData.requestId", "transaction.id", "timestamp.nano", "REQUEST_ID"),
    *("LOGIN_KEY", "SESSION_KEY", "hashed_token", "SourcePort"),
}
STORY = WHERE_FROM | WHO | WHAT | OF_ONE


def told(folder):
    """The sources and paths whose values stand out in a world, without those of a story."""
    found = {(source, path) for source, (path, _) in standing_out(folder, values)}
    return {(source, path) for source, path in found if path not in STORY}
