"""The rows of a night, for whoever has to wake somebody up (lesson 09).

Five formats of logs are cut down to six fields. The thief's rows come from moves that are made in
the model; those of the others are drawn from the addresses that the model gives them.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from labutils.classroom.cards import show_log
from labutils.incident import cases
from labutils.lab import iso, seconds
from labutils.stage.intruder import Intruder, Move

Row = dict[str, str]
Wakes = Callable[[list[Row], list[Row]], Any]
NIGHT: tuple[Move, ...] = (  # from the first look to the last, at two moves an hour
    ("moveworks-token", "gateway", "probe"),
    ("moveworks-token", "gateway", "jira"),
    ("smartsheet-account", "jira", "sign-in"),
    ("smartsheet-account", "jira", "create-user"),
    ("smartsheet-account", "jira", "script"),
    ("bitbucket-account", "bitbucket", "archive", "server"),
)
HALF_HOUR = 1800
ELSEWHERE = "198.51.100.77"  # where the aws-account's program moved that night
TRAIN = "192.0.2.140"
ORDINARY = (  # credential, its log, its door, and minutes of the night at which it is used
    ("moveworks-token", "cloudflare_access_nonidentity", "gateway/jira", (5, 65, 125)),
    ("smartsheet-account", "jira", "jira/read", (20, 110)),
    ("bitbucket-account", "bitbucket", "bitbucket/view", (50, 140)),
    ("aws-account", "cloudtrail", "aws/describe", (35, 95)),
)
PEOPLE = (  # who is at the identity provider: at night, and from where
    ("a.lindqvist", "192.0.2.13", 15),
    ("h.weber", "192.0.2.31", 70),
    ("a.lindqvist", TRAIN, 130),
)
EVENING = "2023-11-14T21:00:00Z"


def history() -> list[Row]:
    """Return the rows of a week before: everybody where they always are."""
    rows = []
    for day in range(7, 14):
        start = seconds(f"2023-11-{day:02}T21:00:00Z")
        rows += [*_programs(start, moved=False), *_people(start, away=day == 9)]
    return _in_order(rows)


def night(moves: Sequence[Move] = NIGHT) -> tuple[list[Row], list[Row]]:
    """Return the rows of a night with these moves in it: all of them, and the thief's."""
    start = seconds(EVENING)
    his = _his(moves)
    return _in_order([*his, *_programs(start, moved=True), *_people(start, away=True)]), his


def _his(moves: Sequence[Move]) -> list[Row]:
    """A row for each line of a log that a move left and that has an address in it."""
    intruder, rows = Intruder(start=EVENING), []
    addresses = cases.load().addresses
    for number, move in enumerate(moves):
        intruder.lab.clock.tick(seconds(EVENING) + number * HALF_HOUR - intruder.lab.clock.now)
        result = intruder.use(*move)
        ip = addresses["atlassian" if len(move) > 3 else "internet"].ip
        door = f"{move[1]}/{move[2]}"
        rows += [
            _row(intruder.visits[-1].at, log, move[0], "program", ip, door)
            for log, _, event in result.lines
            if ip in repr(event)
        ]
    return rows


def _programs(start: int, *, moved: bool) -> Iterator[Row]:
    """What the owners' own programs do with the four credentials in a night."""
    estate = cases.load().estate
    for name, log, door, minutes in ORDINARY:
        home = estate.credentials[name].holder.home or ""
        for minute in minutes:
            ip = ELSEWHERE if moved and name == "aws-account" else home
            yield _row(start + minute * 60, log, name, "program", ip, door)


def _people(start: int, *, away: bool) -> Iterator[Row]:
    for who, ip, minute in PEOPLE:
        if away or ip != TRAIN:
            yield _row(start + minute * 60, "okta", who, "person", ip, "okta/sign-in")


def _row(time: int, log: str, who: str, kind: str, ip: str, door: str) -> Row:
    when = iso(time)[5:16].replace("T", " ")
    return {"time": when, "log": log, "who": who, "kind": kind, "ip": ip, "door": door}


def _in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row["time"])


def on_duty(wakes: Wakes) -> None:
    """Show the rows of the night, at which of them the learner's function wakes somebody, and which
    are the thief's."""
    rows, his = night()
    rung = wakes(history(), rows)
    shown = [
        {
            "time": row["time"][6:],
            **{name: row[name] for name in ("who", "ip", "door")},
            "wakes": "yes" if row in rung else "",
            "whose": "yours" if row in his else "",
        }
        for row in rows
    ]
    right = [row for row in rung if row in his]
    why = "No row of yours wakes anybody."
    if right:
        why = (
            f"{len(rung)} rows wake somebody, {len(right)} of the {len(his)} that are yours among "
            f"them, and the first at {right[0]['time'][6:]}."
        )
    if len(rung) > len(right):
        why += (
            " The others are of a program that moved to another host that night. Nothing in a row "
            "says which is which: a rule like this has to be told."
        )
    show_log(
        shown, "The night, row by row", lit=("wakes", "yes"), why=why,
        moral="A stolen token comes from somewhere else. So does a moved one.",
    )  # fmt: skip
