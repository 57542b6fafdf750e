"""What the exercises of lesson 19 are tried with."""

from collections.abc import Iterator
from typing import Any

from labutils.classroom.judging import Tried, nearly
from labutils.classroom.trying import Call, Observed, Raised, Trial, calls, visits

from .company import CALENDAR, EVIL, TOOLS
from .grant_rules import HOSTS
from .stranger import DOCUMENTS, ISSUER, REMEMBERED, TOMS, document
from .tickets import SETTINGS, work

NOW = 1_796_000_000
ACCESS = {"alg": "ES256", "typ": "at+jwt"}


# --- 19-1: for me ---------------------------------------------------------------------------------


def try_for_me(answer: Tried) -> Trial:
    """Tokens with a good signature, at one server."""
    yield from visits(answer, tokens_at(TOOLS), refusal=())


def tokens_at(me: str) -> Iterator[Call]:
    """Tokens of one provider, the telling ones first."""
    for words, about, header, claims in (
        ("a token for me", "none", ACCESS, {"aud": me}),
        ("a token for the calendar", "any", ACCESS, {"aud": CALENDAR}),
        ("a token for me and another", "list", ACCESS, {"aud": [me, CALENDAR]}),
        ("the same, the other way round", "list", ACCESS, {"aud": [CALENDAR, me]}),
        ("a token for two others", "any", ACCESS, {"aud": [CALENDAR, "https://mail.example"]}),
        ("a list with me alone", "list", ACCESS, {"aud": [me]}),
        ("a host that begins like mine", "prefix", ACCESS, {"aud": EVIL}),
        ("a list with such a host", "prefix", ACCESS, {"aud": [EVIL]}),
        ("a path at my host", "prefix", ACCESS, {"aud": me + "/admin"}),
        ("a slash at the end", "slash", ACCESS, {"aud": me + "/"}),
        ("the beginning of my address", "part", ACCESS, {"aud": me[:-3]}),
        ("no audience", "absent", ACCESS, {}),
        ("an empty list", "edge", ACCESS, {"aud": []}),
        ("an empty audience", "edge", ACCESS, {"aud": ""}),
        ("an ID token", "type", {"typ": "JWT"}, {"aud": me}),
        ("a grant for another provider", "type", {"typ": "oauth-id-jag+jwt"}, {"aud": me}),
        ("a transaction token", "type", {"typ": "txntoken+jwt"}, {"aud": me}),
        ("a header without a type", "type", {"alg": "ES256"}, {"aud": me}),
    ):
        usual = "edge" if about in ("edge", "absent") else ""
        about = "part" if about == "edge" else about
        yield Call((header, {"sub": "u-1815", **claims}, me), words, about, usual)
    for near in nearly(me):
        yield Call((ACCESS, {"aud": near}, me), f"the audience {near!r}", "prefix")
    for near in nearly("at+jwt"):
        yield Call(({"typ": near}, {"aud": me}, me), f"the type {near!r}", "type")
    yield Call((ACCESS, {"aud": me}, f" {me} "), "another address: mine with blanks", "any")
    many = [f"https://tool-{number}.example" for number in range(300)]
    yield Call((ACCESS, {"aud": [*many, me]}, me), "a list of 301, with me", "list", "large")
    yield Call((ACCESS, {"aud": many}, me), "a list of 300, without me", "any", "large")


# --- 19-2: an exchange ----------------------------------------------------------------------------


def try_exchange(answer: Tried) -> Trial:
    """Requests for an exchange, some after an earlier one."""
    for step in calls(answer, requests(), alone=True):
        seen = step.seen
        if isinstance(seen, Raised) and isinstance(answer.error, ValueError):
            seen = "refused"
        elif isinstance(seen, dict) and isinstance(seen["returned"], dict):
            claims = dict(seen["returned"])
            if isinstance(claims.get("scope"), str):
                claims["scope"] = sorted(claims["scope"].split())
            seen = seen | {"returned": claims}
        yield Observed(step.case, seen, step.about, step.usual)


def subject(**changes: Any) -> dict[str, Any]:
    """The claims of a token that Ada gave, at the tool server; None takes a claim out."""
    claims = {"sub": "u-1815", "aud": TOOLS, "scope": "read write", "exp": NOW + 600, **changes}
    return {name: value for name, value in claims.items() if value is not None}


def requests() -> Iterator[Call]:
    """Twenty requests, the telling ones first."""
    files, before = "https://files.example", {"sub": "agent"}
    two = {"sub": "calendar", "act": before}
    read: dict[str, Any] = {"aud": files, "scope": "read"}
    for words, about, claims, actor, wanted in (
        ("a plain one", "none", subject(), "tools", read),
        ("it wants both scopes", "scope", subject(), "tools", read | {"scope": "read write"}),
        ("it wants more", "scope", subject(scope="read"), "tools", read | {"scope": "read write"}),
        ("one scope of three", "scope", subject(), "tools", read | {"scope": "send read export"}),
        ("a scope that it has not", "empty", subject(), "tools", read | {"scope": "send"}),
        ("it wants no scope", "empty", subject(), "tools", read | {"scope": ""}),
        ("part of a scope's name", "word", subject(), "tools", read | {"scope": "rea"}),
        (
            "a scope that is part of what it wants",
            "word",
            subject(),
            "tools",
            read | {"scope": "readonly"},
        ),
        ("a scope in capitals", "word", subject(), "tools", read | {"scope": "READ"}),
        ("a scope within a longer one", "word", subject(scope="read.all"), "tools", read),
        ("a server that it may not call", "target", subject(), "tools", read | {"aud": CALENDAR}),
        ("its own address again", "target", subject(), "tools", read | {"aud": TOOLS}),
        ("nearly the files", "target", subject(), "tools", read | {"aud": files + ".evil.example"}),
        ("a token for the calendar", "audience", subject(aud=CALENDAR), "tools", read),
        ("a token for a host alike", "audience", subject(aud=EVIL), "tools", read),
        ("a token that is over soon", "life", subject(exp=NOW + 40), "tools", read),
        ("a token for a day", "life", subject(exp=NOW + 86_400), "tools", read),
        ("the last second", "over", subject(exp=NOW + 1), "tools", read),
        ("over this second", "over", subject(exp=NOW), "tools", read),
        ("over for a minute", "over", subject(exp=NOW - 60), "tools", read),
        ("may_act names it", "may_act", subject(may_act={"sub": "tools"}), "tools", read),
        ("may_act names nobody", "may_act", subject(may_act={}), "tools", read),
        ("may_act names another", "may_act", subject(may_act={"sub": "calendar"}), "tools", read),
        ("the agent acted before", "act", subject(act=before), "tools", read),
        ("two acted before", "act", subject(act=two), "tools", read),
        (
            "may_act names one who acted before",
            "nested",
            subject(act=before, may_act={"sub": "agent"}),
            "tools",
            read,
        ),
        (
            "the first step of a chain",
            "none",
            subject(aud=HOSTS["agent"]),
            "agent",
            {"aud": TOOLS, "scope": "read"},
        ),
        (
            "a step back in a chain",
            "target",
            subject(act=before),
            "tools",
            {"aud": HOSTS["agent"], "scope": "read"},
        ),
    ):
        usual = "edge" if about in ("over", "empty") else ""
        yield Call((claims, actor, wanted, NOW), words, about, usual)
    for near in nearly("tools"):
        claims = subject(may_act={"sub": near})
        yield Call((claims, "tools", read, NOW), f"may_act names {near!r}", "may_act")
    words = " ".join(f"scope-{number}" for number in range(300))
    many = subject(scope=words)
    yield Call((many, "tools", read | {"scope": words}, NOW), "300 scopes", "scope", "large")


# --- 19-3: consent at the proxy -------------------------------------------------------------------


def try_goes_on(answer: Tried) -> Trial:
    """Requests at a proxy, with what people said yes to."""
    yield from calls(answer, at_the_proxy(), alone=True)


def client(number: int, *redirects: str, name: str = "Calendar Helper") -> dict[str, Any]:
    """A client that registered itself."""
    return {"client_id": f"client-{number}", "client_name": name, "redirect_uris": list(redirects)}


def at_the_proxy() -> Iterator[Call]:
    """The requests, the telling ones first."""
    good, bad = "https://helper.example/cb", "https://tom.example/cb"
    yes = {("ada", "client-1", good)}
    for words, about, user, one, back, approvals in (
        ("Ada said yes to it", "none", "ada", client(1, good), good, yes),
        ("another client of that name", "client", "ada", client(2, bad), bad, yes),
        ("another client, the same redirect", "client", "ada", client(2, good), good, yes),
        ("a redirect that was not approved", "redirect", "ada", client(1, good, bad), bad, yes),
        ("a redirect that is not registered", "registered", "ada", client(1, bad), good, yes),
        ("a redirect that begins alike", "prefix", "ada", client(1, good), good + "/x", yes),
        ("a registered one that begins alike", "prefix", "ada", client(1, good[:-1]), good, yes),
        ("somebody else said yes", "user", "joan", client(1, good), good, yes),
        ("nobody signed in", "user", "", client(1, good), good, yes),
        ("nobody said yes", "client", "ada", client(1, good), good, set()),
        ("a client without redirects", "registered", "ada", client(1), good, yes),
        (
            "a yes for each half",
            "client",
            "ada",
            client(2, good, bad),
            bad,
            yes | {("ada", "client-2", good), ("joan", "client-2", bad)},
        ),
        (
            "both said yes",
            "none",
            "joan",
            client(1, good),
            good,
            yes | {("joan", "client-1", good)},
        ),
        ("another name, the same client", "name", "ada", client(1, good, name="New"), good, yes),
    ):
        usual = "edge" if not user or not approvals else ""
        yield Call((user, one, back, approvals), words, about, usual)
    for near in nearly(good):
        yield Call(("ada", client(1, good), near, yes), f"the redirect {near!r}", "prefix")
        agreed = yes | {("ada", "client-1", near)}
        yield Call(("ada", client(1, good), near, agreed), f"a yes for {near!r}", "registered")
    many = {(f"user-{number}", f"client-{number}", good) for number in range(300)}
    yield Call(("user-7", client(8, good), good, many), "300 approvals", "user", "large")


# --- 19-4: a stranger's document ------------------------------------------------------------------


def try_proceed(answer: Tried) -> Trial:
    """Documents of an authorization server, and what a client remembers of it."""
    yield from visits(answer, discovered(), refusal=())


ABOUT = dict.fromkeys(DOCUMENTS, "lockout") | {
    "Tom's own server": "issuer",
    "the company's, and Tom's token endpoint": "host",
    "the company's, and one that begins alike": "trick",
    "the company's, and a name before an @": "trick",
    "a token endpoint within the network": "host",
    "an endpoint that is no address": "scheme",
    "no PKCE": "pkce",
    "PKCE in plain text": "word",
}


def discovered() -> Iterator[Call]:
    """The ten documents, and others that are nearly right or odd."""
    for words, metadata in DOCUMENTS.items():
        yield Call((metadata, REMEMBERED), words, ABOUT[words])
    for words, about, metadata in (
        ("another issuer, the rest as before", "issuer", document(issuer=TOMS)),
        ("no issuer", "absent", document(issuer=None)),
        ("no list of methods, no endpoints", "absent", {"issuer": ISSUER}),
        ("no token endpoint", "absent", document(token_endpoint=None)),
        ("http", "scheme", document(token_endpoint="http://login.example/token")),
        ("an empty list of methods", "word", document(code_challenge_methods_supported=[])),
        ("two methods", "lockout", document(code_challenge_methods_supported=["plain", "S256"])),
        ("a method called S2567", "word", document(code_challenge_methods_supported=["S2567"])),
        ("Tom's page to sign in", "one end", document(authorization_endpoint=TOMS + "/authorize")),
        ("its name in Tom's path", "trick", document(token_endpoint=TOMS + "/login.example")),
        ("its name in Tom's query", "trick", document(token_endpoint=TOMS + "/t?h=login.example")),
        ("Tom's name ends alike", "trick", document(token_endpoint="https://not-login.example/t")),
        ("a subdomain of it", "trick", document(token_endpoint="https://a.login.example/token")),
        ("nothing", "absent", {}),
    ):
        usual = "edge" if about == "absent" else ""
        yield Call((metadata, REMEMBERED), words, about, usual)
    for near in nearly(ISSUER):
        yield Call((document(issuer=near), REMEMBERED), f"the issuer {near!r}", "nearly")
    nothing = {"issuer": "", "hosts": REMEMBERED["hosts"]}
    yield Call((document(), nothing), "no issuer remembered", "issuer", "edge")
    other = {"issuer": TOMS, "hosts": ["tom.example"]}
    yield Call((DOCUMENTS["Tom's own server"], other), "Tom's own server, to Tom", "lockout")
    yield Call((document(), other), "the company's, to Tom", "issuer")
    many = {"issuer": ISSUER, "hosts": [f"host-{one}.example" for one in range(300)]}
    yield Call((document(), many), "300 other hosts", "host", "large")
    hosts = [*many["hosts"], "login.example"]
    yield Call((document(), many | {"hosts": hosts}), "301 hosts, with it", "lockout", "large")


# --- 19-5: two settings ---------------------------------------------------------------------------


def try_chosen(chosen: Any) -> Trial:
    """What a day looks like under the settings."""
    names = list(chosen) if isinstance(chosen, set | frozenset | list | tuple) else []
    is_pair = len(names) == 2 and all(name in SETTINGS for name in names)
    yield Observed("two settings of the table", is_pair, "type")
    outcome = work(names) if is_pair else work(())
    yield Observed("whether something leaks", outcome.leaks > 0, "leaks")
    yield Observed("whether a job is not done", outcome.done < 30, "jobs")
    yield Observed("whether she is asked too often", outcome.asked > 10, "asked")
