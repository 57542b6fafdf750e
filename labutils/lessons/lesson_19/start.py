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
from labutils.classroom.cards import show_why
from labutils.classroom.endings import welcome_back
from labutils.identity import tokens
from labutils.identity.oauth import bearer
from labutils.identity.provider.issuing import create_refresh_token
from labutils.identity.provider.state import Client, Grant
from labutils.instruments.wire import wire

from .company import (
    CALENDAR,
    FILES,
    SERVERS,
    TOMS_TOKENS,
    TOOLS,
    WAYS,
    ForMe,
    company,
    status_at,
    who_was_it,
)
from .grant_rules import HOSTS, TARGETS
from .proxy import Forward, both_links, opened_link, with_proxy
from .stranger import DOCUMENTS, Proceed, who_hears
from .tickets import SETTINGS, work
from .trials import tokens_at

Exchange = Callable[[dict[str, Any], str, dict[str, str], int], dict[str, Any]]


def a_call_of_the_agent() -> None:
    """Let Ada's agent call Tom's calendar, let Tom take its token to the tools, and show both."""
    one = company("eager")
    token = one.token(CALENDAR)
    claims = tokens.inspect(token).claims or {}
    rows = [{"claim": name, "value": claims[name]} for name in ("iss", "sub", "aud", "client_id")]
    show_log(rows, "What Ada's agent sent to Tom's calendar", lit=("value", CALENDAR))
    one.tom.get(TOOLS + "/pages", headers=bearer(token))
    show_request(one.lab.wire[-1], "Tom")
    show_why(
        "The token is genuine, and it is for the calendar. Nobody at tools.example looked.",
        "Whoever holds a bearer token can use it. For whom it is, somebody has to ask.",
    )


def at_three_servers(yours: ForMe | None = None) -> list[int]:
    """Show what Tom's tokens open at three servers, and at one whose door is yours. Return at how
    many of the three each opens."""
    rows: list[dict[str, object]] = []
    counts = []
    for name, addresses in TOMS_TOKENS.items():
        came = {kind: status_at(kind, addresses) for kind in SERVERS}
        counts.append([*came.values()].count(200))
        if yours is not None:
            came["yours"] = status_at(yours, addresses)
        rows.append({"Tom's token is for": name, **came})
    show_log(rows, "GET /pages")
    return counts


def at_your_door(for_me: ForMe) -> None:
    """Show Tom's tokens again, and which of other tokens a function lets in."""
    at_three_servers(for_me)
    rows = [
        {"token": str(call), "let in": "yes" if for_me(*call.arguments) else "no"}
        for call in list(tokens_at(TOOLS))
        if call.about in ("none", "type", "list") and not call.words.startswith("the type")
    ]
    show_log(rows, "Others that the provider signed, at your door", lit=("let in", "yes"))


def ten_calls() -> list[bool]:
    """Show what the API's log tells of ten calls, and return where it tells all of it."""
    rows: list[dict[str, object]] = [{"way": way, **who_was_it(way)} for way in WAYS]
    show_log(rows, "Of ten calls, the API's log names so many")
    return [all(row[name] == 10 for name in ("person", "agent", "server")) for row in rows]


def actors(act: Any) -> list[str]:
    """Return who acts, and who acted before, from the outermost on."""
    return [act["sub"], *actors(act.get("act"))] if isinstance(act, dict) and "sub" in act else []


def chain(exchange: Exchange) -> None:
    """Show a token on its way through two exchanges, and two tries that should fail."""
    now = 1_796_000_000
    claims: dict[str, Any] = {
        "sub": "u-1815",
        "aud": HOSTS["agent"],
        "scope": "read write",
        "exp": now + 600,
    }
    rows: list[dict[str, object]] = [as_step("Ada gives the agent", claims, now)]
    for actor, wanted in (
        ("agent", {"aud": TOOLS, "scope": "read write"}),
        ("tools", {"aud": FILES, "scope": "read send"}),
    ):
        claims = exchange(dict(claims), actor, wanted, now)
        rows.append(as_step(f"{actor} gets", claims, now))
    for actor, aud in (("calendar", TOOLS), ("tools", CALENDAR)):
        picked_up = {"sub": "u-1815", "aud": HOSTS[actor], "scope": "read", "exp": now + 600}
        words = f"{actor} wants one"
        try:
            got = exchange(picked_up, actor, {"aud": aud, "scope": "read"}, now)
            rows.append(as_step(words, got, now))
        except ValueError:
            rows.append({"who": words, "for": host(aud), "scope": "refused"})
    show_log(rows, "Two exchanges, and two tries", lit=("scope", "refused"))


def as_step(who: str, claims: dict[str, Any], now: int) -> dict[str, object]:
    """Return a token as a line of the table."""
    acts = " < ".join(actors(claims.get("act")))
    return {
        "who": who,
        "for": host(claims["aud"]),
        "scope": claims["scope"],
        "seconds": claims["exp"] - now,
        "acts": acts,
    }


def host(address: str) -> str:
    """Return the host of an address of the lab, without its last part."""
    return address.removeprefix("https://").removesuffix(".example")


def link_of_toms() -> str:
    """Let Ada open Tom's link and show it on the wire; return what she did until he had a code."""
    apps, _, toms = with_proxy()
    before = len(apps.lab.wire)
    came = opened_link(apps.ada, toms)
    wire(
        apps.lab,
        {"tom": apps.tom, "ada": apps.ada},
        start=before,
        watch=("code", "state", "client_id"),
        title="Ada opens Tom's link",
        hint="Press *next*. Whom does the provider see in *client_id*? Where does the code end?",
    )
    return "open the link" if "tom.example" in came else came


def both_at_the_proxy(forward: Forward) -> None:
    """Show where the honest client's link and Tom's lead Ada, at a proxy that asks first."""
    rows = [{"Ada opens": name, "and then": where} for name, where in both_links(forward).items()]
    show_log(rows, "At your proxy", lit=("and then", "the code is at tom.example"))


def six_days() -> list[bool]:
    """Show a day under each of the six settings, and return whether each is good enough."""
    days = {name: work([name]) for name in SETTINGS}
    rows = [
        {"setting": name, "leaks": one.leaks, "jobs": one.done, "asked": one.asked}
        for name, one in days.items()
    ]
    show_log(rows, "Thirty tickets, three orders")
    return [one.leaks == 0 and one.done == 30 and one.asked <= 10 for one in days.values()]


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


def ten_documents(proceed: Proceed) -> None:
    """Show for each of ten documents which host gets the client's credentials."""
    rows = [
        {"the document": name, "gets the credentials": who_hears(metadata, proceed)}
        for name, metadata in DOCUMENTS.items()
    ]
    show_log(rows, "Ten documents, and your client")


welcome_back("19")
__all__ = [
    "FILES", "HOSTS", "SETTINGS", "TARGETS", "TOOLS", "a_call_of_the_agent", "a_day",
    "at_three_servers", "at_your_door", "both_at_the_proxy", "chain", "check", "ending",
    "experiment", "hint", "link_of_toms", "mine", "on_monday", "quiz", "six_days", "solution",
    "target", "ten_calls", "ten_documents",
]  # fmt: skip
