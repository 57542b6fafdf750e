"""What *Tokens of agents* starts from: its notebook imports all of this."""

from collections.abc import Callable, Iterable
from typing import Any

from labutils import (  # first: where a package is broken, they say so in a sentence
    check,
    ending,
    experiment,
    hint,
    mine,
    quiz,
    show_log,
    show_request,
    solution,
    target,
)
from labutils.classroom.endings import welcome_back
from labutils.identity.oauth import bearer
from labutils.identity.provider.issuing import create_refresh_token
from labutils.identity.provider.state import Client, Grant

from .company import (
    CALENDAR,
    DELEGATION,
    EVIL,
    TOOLS,
    WAYS,
    Company,
    company,
    doors,
    who_was_it,
)
from .grant_rules import HOSTS, TARGETS
from .proxy import Forward, both_links
from .tickets import SETTINGS, work
from .trials import tokens_at

ForMe = Callable[[dict[str, Any], dict[str, Any], str], bool]
Exchange = Callable[[dict[str, Any], str, dict[str, str], int], dict[str, Any]]


def calendar_of_toms() -> tuple[Company, str]:
    """Return a company with an eager tool server, and the token that Ada's agent sent to Tom's
    calendar."""
    one = company("eager")
    return one, one.token(CALENDAR)


def at_three_servers() -> int:
    """Show what two tokens of Tom's open at three servers, and return how many tries succeed."""
    rows: list[dict[str, object]] = [
        {"the token is for": address, **doors(address)} for address in (CALENDAR, EVIL)
    ]
    show_log(rows, "GET /pages at three tool servers")
    return sum(value == 200 for row in rows for value in row.values())


def at_your_door(for_me: ForMe) -> None:
    """Show which tokens a function lets in at the tool server."""
    rows = [
        {"token": str(call), "let in": bool(for_me(*call.arguments))}
        for call in list(tokens_at(TOOLS))[:14]
    ]
    show_log(rows, "Fourteen tokens, each signed by the provider", lit=("let in", True))


def ten_calls() -> list[bool]:
    """Show what the API's log tells of ten calls, and return where it tells all of it."""
    rows: list[dict[str, object]] = [{"way": way, **who_was_it(way)} for way in WAYS]
    show_log(rows, "Of ten calls, the API's log names so many")
    return [all(row[name] == 10 for name in ("person", "agent", "server")) for row in rows]


def chain(exchange: Exchange) -> None:
    """Show a token on its way through two exchanges, and two tries that should fail."""
    now = 1_796_000_000
    first = {"sub": "u-1815", "aud": HOSTS["agent"], "scope": "read write", "exp": now + 600}
    rows: list[dict[str, object]] = [{"step": "Ada's token", **first}]
    steps = (
        ("agent", {"aud": TOOLS, "scope": "read write"}),
        ("tools", {"aud": "https://files.example", "scope": "read send"}),
    )
    claims: dict[str, Any] = first
    for actor, wanted in steps:
        claims = exchange(dict(claims), actor, wanted, now)
        rows.append({"step": f"exchanged by {actor}", **claims})
    for row in rows:
        row["exp"] = f"{int(str(row['exp'])) - now} s"
    for words, actor, aud in (
        ("the calendar shows a token for the tools", "calendar", TOOLS),
        ("the tools want one for the calendar", "tools", CALENDAR),
    ):
        token = {**first, "aud": TOOLS}
        try:
            exchange(token, actor, {"aud": aud, "scope": "read"}, now)
            rows.append({"step": words, "sub": "issued"})
        except ValueError as refusal:
            rows.append({"step": words, "sub": str(refusal)})
    show_log(rows, "Two exchanges, and two tries")


def link_of_toms(forward: Forward | None = None) -> str:
    """Show where two links lead Ada, and return what she had to do until Tom had a code."""
    came = both_links(forward)
    rows = [{"Ada opens": name, "and then": where} for name, where in came.items()]
    show_log(rows, "At the proxy", lit=("and then", "the code is at tom.example"))
    return "open the link" if "tom.example" in came["Tom's link"] else "refused"


def six_days() -> int:
    """Show a day under each of the six settings, and return how many of them are good enough."""
    good, rows = 0, []
    for name in SETTINGS:
        came = work([name])
        good += came.leaks == 0 and came.done == 30 and came.asked <= 10
        rows.append({"setting": name, "leaks": came.leaks, "jobs": came.done, "asked": came.asked})
    show_log(rows, "Thirty tickets, three orders")
    return good


def a_day(chosen: Iterable[str]) -> None:
    """Show a day under some settings together."""
    came = work(chosen)
    row = {"leaks": came.leaks, "jobs done": came.done, "questions": came.asked}
    show_log([row], " + ".join(sorted(chosen)))


def on_monday() -> list[bool]:
    """Show which of two grants works after Ada's account was disabled; return whether each does."""
    one, elsewhere = company(seed="lesson-19/here"), company(seed="lesson-19/elsewhere")
    rows, works = [], []
    for name, place in (("the company's", one), ("another", elsewhere)):
        provider = place.apps.provider
        provider.clients["agent"] = Client("agent", scope="read offline_access")
        grant = Grant(provider.clients["agent"], provider.users["ada"], "read offline_access")
        token = create_refresh_token(provider, grant)
        if place is one:
            provider.disable_user("ada")
        place.lab.clock.tick(3 * 86_400)
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "agent"}
        status = place.tom.post("https://login.example/token", data=form).status_code
        rows.append({"provider": name, "her account": "disabled" if place is one else "active"})
        rows[-1]["renewal"] = str(status)
        works.append(status == 200)
    show_log(rows, "On Monday", lit=("renewal", "200"))
    return works


welcome_back("19")
