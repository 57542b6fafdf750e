"""docs/real.md, written from the tables of data/real: what was asked, of which version, how it was
set up, and what it did."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from labutils.stage.recorded import OURS, recorded
from labutils.stage.recorded import providers as recorded_providers

PAGE = Path(__file__).resolve().parents[2] / "docs" / "real.md"
TRY_IN_WORDS = {
    0: "at once",
    0.5: "½ min",
    4: "4 min",
    6: "6 min",
    61: "1 h",
    601: "10 h",
    1440: "1 day",
    20160: "14 days",
    129600: "90 days +",
}
OPENING = """# What real libraries and providers did

Apart from the columns *this course*, nothing here was decided by its authors. `make real` asks
everybody again, prints what differs, and writes this page; [commands.md](commands.md) says what it
needs. Each was asked in the version that is named, on this machine, with no network. Where a
setting is not named it is the default, as shipped. A refusal or an acceptance here is behaviour
that is documented or publicly reported; what has no public report is not on the page.
"""
VERIFIERS = """A token is sent twice: to the first verifying line of the library's documentation,
and to a call with every option that it has for this. The calls are in
`labutils/lessons/lesson_02/real_verifiers.py`, `tools/real/verifiers.py` and
`tools/real/verifiers.mjs`. A cell says whom the first lets in, then whom the second. Lesson 02 asks
about some of these.
"""
PROVIDERS = """What a thief has copied is tried at eight moments after an action, from half a minute
to 90 days. A cell is the last try that worked, so *6 min* means: between 6 minutes and an hour.
Lesson 05 asks about some of these.
"""
PROOFS = """Proofs of lesson 11 for one request at an API, none of them a replay, at
`validateJwtAccessToken` of oauth4webapi and at the userinfo endpoint of oidc-provider
(`tools/real/proofs.mjs`). Listed is where one says otherwise than the others. No row is a fault:
the standard leaves a server its window, and RFC 7517, 4, has members of a key ignored that nobody
knows.
"""
EXCHANGE = """An agent with a token of Ada's asks for another (RFC 8693). At the course's provider
it shows an actor token of its own and names an API, which are both demanded; idpyoidc is a library,
and its policy as shipped takes no actor token; it was told of one API, the calendar. What differs:
idpyoidc gives what is left of a scope, and the course refuses, so that a client notices (the
standard leaves that open).
"""
RELAY = """`make real ARGS=relay` opens both links of `python -m labutils relay` in a browser with a
virtual security key, which is registered at `localhost`. Lesson 13 asks about it.
"""
MUSEUM = """Old versions in which a forgery worked, and the next one. They are asked in
environments of their own by `make real ARGS=museum`, and nobody should install them.
"""


def table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(
        f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |" for row in rows
    )


def verifiers() -> Iterable[str]:
    """The league of verifiers."""
    of = recorded("verifiers")
    yield f"## Verifiers\n\n{VERIFIERS}\nAsked on {of['recorded']}: {', '.join(of['runs_on'])}."
    names = [f"{name} {version}" for name, version in of["versions"].items()]
    rows = (
        [token, *("; ".join(whom or "–" for whom in says[name]) for name in of["versions"])]
        for token, says in of["rows"].items()
    )
    yield table(["token", *names], rows)


def relay() -> Iterable[str]:
    """What a browser did at the relay."""
    of = recorded("relay")
    yield f"## A browser at the relay\n\n{RELAY}\nAsked on {of['recorded']}: {of['browser']}."
    rows = ([name, *link.values()] for name, link in of["links"].items())
    yield table(["Tom's host", "what Ada was told", "signatures", "what Tom has"], rows)


def exchange() -> Iterable[str]:
    """What two providers answer to a request for an exchange."""
    of = recorded("exchange")
    yield f"## Token exchange\n\n{EXCHANGE}\nAsked on {of['recorded']}."
    names = [OURS, *(f"{name} {version}" for name, version in of["versions"].items())]
    yield table(["request", *names], ([name, *said.values()] for name, said in of["rows"].items()))


def museum() -> Iterable[str]:
    """The old versions."""
    of = recorded("museum")
    yield f"## Museum\n\n{MUSEUM}\nAsked on {of['recorded']}."
    rows = (
        [f"{one['library']} {one['version']}", one["forgery"], one["lets in"] or "–", one["mended"]]
        + [one["report"]]
        for one in of["pieces"].values()
    )
    yield table(["version", "forgery", "lets in", "ended with", "report"], rows)


def proofs() -> Iterable[str]:
    """Where implementations of DPoP differ."""
    of = recorded("proofs")
    names = [OURS, *(f"{name} {version}" for name, version in of["versions"].items())]
    differ = {
        proof: said
        for proof, said in of["rows"].items()
        if len({bool(why) for why in said.values()}) > 1
    }
    alike = len(of["rows"]) - len(differ)
    yield f"## DPoP proofs\n\n{PROOFS}\nAsked on {of['recorded']}; about {alike} others they agree."
    rows = ([proof, *(why or "let in" for why in said.values())] for proof, said in differ.items())
    yield table(["proof", *names], rows)


def providers() -> Iterable[str]:
    """What dies when, the questions and the races."""
    every = recorded_providers()
    dates = {recorded(name)["recorded"] for name in ("providers", "lemonldap")}
    yield f"## Providers\n\n{PROVIDERS}\nAsked on {' and '.join(sorted(dates))}."
    for name, one in every.items():
        yield f"### {name[0].upper()}{name[1:]} ({one['runs_on']})"
        yield "\n".join(f"- {setting}" for setting in one["settings"])
        rows = [*one["lasts"]["nothing"]]
        lines = (
            [action, *("none" if of[row] is None else TRY_IN_WORDS[of[row]] for row in rows)]
            for action, of in one["lasts"].items()
        )
        yield table(["after", *rows], lines)
    yield "### The same questions to all four"
    asked = list(dict.fromkeys(q for one in every.values() for q in one["answers"]))
    questions = (
        [question, *(one["answers"].get(question, "not asked") for one in every.values())]
        for question in asked
    )
    yield table(["question", *every], questions)
    races = (
        [turns, *(", ".join(one["races"][turns]) for one in every.values())]
        for turns in next(iter(every.values()))["races"]
    )
    yield table(["a race for one refresh token", *every], races)


def page() -> str:
    """The whole page."""
    return (
        "\n\n".join(
            [
                OPENING.strip(),
                *verifiers(),
                *proofs(),
                *providers(),
                *exchange(),
                *relay(),
                *museum(),
            ]
        )
        + "\n"
    )


def write() -> None:
    """Write the page, from the tables as they are now."""
    recorded.cache_clear()
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
