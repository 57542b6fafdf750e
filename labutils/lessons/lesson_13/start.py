"""What *Phishing-resistant sign-in* starts from:
`from labutils.lessons.lesson_13.start import *`."""

import hashlib
import re
from collections.abc import Callable

from labutils import (  # first: where a package is broken, they say so in a sentence
    check,
    ending,
    experiment,
    hint,
    mine,
    opened,
    quiz,
    show,
    show_log,
    solution,
    target,
    wire,
)
from labutils.classroom.cards import show_why
from labutils.classroom.endings import welcome_back
from labutils.incident.relay import Relay
from labutils.stage.recorded import recorded
from labutils.stage.thief import SILENT_REQUEST, VERIFIER, query
from labutils.stage.two_apps import LOGIN, NOTES, WIKI

from . import authenticators, phishing, two_logs, ways_round_a_key, your_browser
from .authenticators import FACTORS, Account, with_code, with_key
from .own_relay import FAKE, RelayFunction
from .pictures import code_lives, signed_bytes
from .settings_around_a_key import OPEN, Company

# isort: split
import httpx
from fido2.client import ClientError

KEY = "security key"
TWICE = (
    "Her password was right, and so was the code. Each arrived twice: from her at Tom's host, and "
    "from there at the provider. The session cookie that the provider sent back arrived once. On "
    "the next day the wiki says to Tom's browser: `{}` The code expired long ago."
)
EVERYBODY = "Everybody behaved correctly, and Tom has the session."
A_FORM = (
    "Four ways to sign in, and one function that passes forms on. It broke none of them. It did "
    "not even have to be quick: it was there when she was."
)
MAY_PASS = "What a person can pass on, a person in between can pass on, too."
HALF = (
    "One line. Somebody at an address that is not Ada's knew her password, and was asked for the "
    "key. Nothing follows: no session, and no failure either."
)
NO_ANSWER = "A right password, and then silence."
Fate = dict[str, str]


# --- the relay ----------------------------------------------------------------------------------


def tonight() -> Account:
    """Return Ada's account after she followed Tom's link, and typed her password and a code."""
    account = with_code()
    phishing.through_relay(account)
    return account


def on_the_wire(account: Account) -> None:
    """Show each message between Ada, Tom's host and the provider, and what he opens a day later."""
    host = FAKE.removeprefix("https://")
    wire(
        account.apps.lab,
        {"ada": account.apps.ada, "tom": account.apps.tom},
        watch={"password": "password", "answer": "code", "session": "session"},
        intruder=("tom", host),
        parties=("ada", host, "login.example"),
        title="Each form arrives twice",
        hint="Follow *code* from hand to hand. Then follow *session*.",
    )
    page = next_day(account, account.apps.lab.hosts[host].network)  # type: ignore[attr-defined]
    show_why(TWICE.format(page), EVERYBODY)


def next_day(account: Account, browser: httpx.Client) -> str:
    """Return what the wiki says to a browser on the next day."""
    account.apps.lab.clock.tick(23 * 3600)
    page = browser.get(WIKI + "/login", follow_redirects=True).text
    return page if page.startswith("Hello") else "a sign-in page"


def four_tries() -> list[bool]:
    """Show what comes of two kinds of prompt, each tried all evening and through the relay, and
    return for each whether Tom is in."""
    tries: dict[str, Callable[[Account], httpx.Client]] = {
        "all evening": phishing.push_fatigue,
        "through the relay": lambda account: phishing.through_relay(account).network,
    }
    rows, is_in = [], []
    for prompt, name in (("plain", "push"), ("with a number", "push, number")):
        for how, attack in tries.items():
            is_in.append(phishing.is_in(attack(FACTORS[name]())))
            rows.append({"prompt": prompt, "Tom tries": how, "Tom is": in_or_out(is_in[-1])})
    show_log(rows, "Two prompts, two ways", lit=("Tom is", "in"))
    return is_in


def in_or_out(is_in: bool) -> str:
    """Return it in a word."""
    return "in" if is_in else "out"


def fate(factor: str, relay: RelayFunction) -> tuple[Fate, Account]:
    """Return what a relay gets of whoever signs in this way, and her account afterwards."""
    account = FACTORS[factor]()
    try:
        host = phishing.through_own_relay(account, relay)
    except ClientError:  # her browser refused
        host = account.apps.lab.hosts[FAKE.removeprefix("https://")]  # type: ignore[assignment]
    kept = [host.kept.get(name, "") for name in ("password", "answer")]
    return {
        "Ada signs in with": factor,
        "your function kept": ", ".join(filter(None, kept)),
        "your browser has": ", ".join(host.network.cookies) or "nothing",
        "the wiki, a day later": next_day(account, host.network),
    }, account


GREETED = ("the wiki, a day later", "Hello, u-1815.")


def what_it_gets(relay: RelayFunction) -> None:
    """Show what a relay gets, by the way in which Ada signs in: all but the key."""
    rows = [fate(factor, relay)[0] for factor in FACTORS if factor != KEY]
    show_log(rows, "What your relay gets", lit=GREETED, why=A_FORM, moral=MAY_PASS)


def against_a_key(relay: RelayFunction) -> tuple[str, int]:
    """Show the same, with the key; and return who stopped the relay, and how often the key was
    touched since it was made."""
    rows = [fate(factor, relay)[0] for factor in FACTORS]
    show_log(rows, "What your relay gets", lit=GREETED)
    account = with_key()
    try:
        phishing.through_own_relay(account, relay)
        who = "nobody"
    except ClientError as refusal:
        who = "browser" if refusal.code == ClientError.ERR.BAD_REQUEST else "key"
    assert account.key
    return who, account.key.counter


# --- what is accepted in the place of a key ------------------------------------------------------

BEFORE: Company = OPEN
AFTER: Company = {**OPEN, "codes": "refused", "recovery": "second key"}


def three_ways(
    relay: RelayFunction,
    without_key: Callable[[str], str],
    trade_cookie: Callable[[httpx.Client, str], httpx.Response],
) -> list[list[str]]:
    """Show three ways past Ada's key, before and after the company closed two of them, and return
    which of them let Tom in each time."""

    def page(account: Account, _: Company) -> bool:
        return phishing.is_in(phishing.through_own_relay(account, relay, without_key).network)

    def help_desk(account: Account, company: Company) -> bool:
        return phishing.is_in(ways_round_a_key.recovery_phish(account, company))

    def cookie(account: Account, _: Company) -> bool:
        account.sign_in(NOTES)
        return trade_cookie(account.apps.tom, account.apps.session_cookie).is_success

    ways = {
        "page": ("your page, without the key", page),
        "help desk": ("a call to the help desk", help_desk),
        "cookie": ("her cookie, with your trade_cookie", cookie),
    }
    times = {"a key for everybody": BEFORE, "no codes, a strict help desk": AFTER}
    came = {
        (way, when): attack(ways_round_a_key.employ(KEY, company), company)
        for way, (_, attack) in ways.items()
        for when, company in times.items()
    }
    rows = [
        {"Tom tries": said} | {when: f"Tom is {in_or_out(came[way, when])}" for when in times}
        for way, (said, _) in ways.items()
    ]
    show_log(rows, "Three ways past the key", lit=("no codes, a strict help desk", "Tom is in"))
    return [[way for way in ways if came[way, when]] for when in times]


# --- the provider's side ------------------------------------------------------------------------


def what_was_logged(relay: RelayFunction) -> None:
    """Show what the provider logged of the evening on which Ada's browser refused."""
    _, account = fate(KEY, relay)
    columns = ("time", "event", "outcome", "user", "ip")
    lines = [line for line in account.apps.lab.audit if line["ip"] == phishing.TOMS]
    lines = [line for line in lines if line["event"].startswith(("factor", "session"))]
    rows = [
        {name: line[name] for name in columns} | {"time": line["time"][11:19]} for line in lines
    ]
    show_log(rows, "What the provider logged", lit=("ip", phishing.TOMS), why=HALF, moral=NO_ANSWER)


def two_days(relay: RelayFunction, unanswered: two_logs.Unanswered) -> list[str]:
    """Show whom a function finds in the logs of two companies, and return in whose it finds Tom's
    address."""
    rows, with_tom = [], []
    for company, name in ((two_logs.CODES, "codes from an app"), (two_logs.KEYS, "security keys")):
        pairs = sorted(unanswered(two_logs.day_at(company, relay)))
        rows += [{"company with": name, "asked": user, "from": ip} for user, ip in pairs]
        with_tom += [company] if phishing.TOMS in {ip for _, ip in pairs} else []
    show_log(rows, "Asked for a second factor, and no session", lit=("from", phishing.TOMS))
    return with_tom


# --- for practice -------------------------------------------------------------------------------


def is_in_with(rewrite: phishing.RewriteHosts) -> None:
    """Show whether Tom is in with a relay that passes headers on like this."""
    relay = phishing.through_relay(with_code(), headers=rewrite)
    is_in = phishing.is_in(relay.network)
    show_log([{"Tom is": in_or_out(is_in)}], "With these headers", lit=("Tom is", "in"))


def her_key_signs() -> str:
    """Return what the browser sends when Ada signs in with her key."""
    account = with_key()
    account.sign_in()
    return account.sent[1]


def sixteen_tries(check_answer: phishing.CheckAnswer) -> str:
    """Show who refuses the relay where some of the three parties do not look, and return why the
    server does where the browser alone does not."""
    outcomes = phishing.refusals(check_answer)
    pages = dict.fromkeys(page for _, page in outcomes)
    rows = [
        {"who looks away": off} | {f"relay, {page}": outcomes[off, page] for page in pages}
        for off in dict.fromkeys(off for off, _ in outcomes)
    ]
    show_log(rows, "Who refuses", lit=("relay, page as it is", "in"))
    return outcomes["browser", "page as it is"].split(": ")[-1]


def on_a_forgotten_host(is_ours: Callable[[str], bool]) -> str:
    """Show whether a relay below the provider's name gets in, by the library's rule and by one's
    own, and return who refused it by the library's."""
    rules: dict[str, authenticators.MakeKeys] = {
        "the library's default": phishing.LibraryRule,
        "yours": phishing.own_rule(is_ours),
    }
    rows = []
    for name, keys in rules.items():
        relay = phishing.through_relay(with_key(keys=keys), "https://status.login.example")
        rows.append({"rule": name, "Tom is": in_or_out(phishing.is_in(relay.network))})
    show_log(rows, "The relay is at status.login.example", lit=("Tom is", "in"))
    return "nobody" if rows[0]["Tom is"] == "in" else "server"


def at_two_links() -> list[str]:
    """Show what a real browser did at Tom's two links, and return at which it asked no key."""
    of, links = recorded("relay"), your_browser.at_the_links()
    show_log(
        your_browser.rows(),
        f"{of['browser']} with a virtual security key, on {of['recorded']}",
        lit=("signatures", 1),
    )
    return [name for name, link in links.items() if link["signatures"] == 0]


def touches_of(device_phish: Callable[..., httpx.Response]) -> int:
    """Show whether Tom reads as Ada after this phish, and return how often her key was touched."""
    account = ways_round_a_key.employ(KEY)
    assert account.key
    before = account.key.counter
    answer = device_phish(account.apps.tom, lambda link: ways_round_a_key.visit(account, link))
    token = answer.json().get("access_token")
    is_read = ways_round_a_key.reads_as_ada(account.apps.tom, token)
    show_log([{"Tom reads as": "Ada" if is_read else "nobody"}], "With the token that he got")
    return account.key.counter - before


def lives(poll: ways_round_a_key.Poll) -> tuple[bool, ...]:
    """Draw until when a device code gets Tom in, and return which of two thieves a life of a minute
    stops."""
    outcomes = ways_round_a_key.device_code_lives(poll)
    show(*code_lives(outcomes))
    return ways_round_a_key.stopped(outcomes, life=60)


def after_consent() -> list[bool]:
    """Show what Tom's calendar may do, and return after which remedy it still may."""
    wants = ways_round_a_key.consent_phish(ways_round_a_key.employ(KEY))["scope"]
    outcomes = ways_round_a_key.after_consent()
    rows = [
        {"remedy": one, "new tokens": "yes" if gets else "no"} for one, gets in outcomes.items()
    ]
    show_log(rows, f"Tom's calendar may: {wants}", lit=("new tokens", "yes"))
    return list(outcomes.values())


def past_a_key(company: Company, without_key: Callable[[str], str]) -> list[str]:
    """Show which of eight attacks get past Ada's key at such a company, and return them."""
    kit = ways_round_a_key.Kit(without_key)
    came = {
        one: ways_round_a_key.gets_in(one, KEY, kit, company) for one in ways_round_a_key.ATTACKS
    }
    rows = [{"attack": one, "Tom is": in_or_out(is_in)} for one, is_in in came.items()]
    show_log(rows, "Everybody has a key", lit=("Tom is", "in"))
    return [one for one, is_in in came.items() if is_in]


def a_copy_tries_twice() -> int:
    """Show how the server answers a copy of Ada's key, and return how it does the second time."""
    statuses = authenticators.copied_key_signs_in_twice()
    rows = [{"try": number, "status": status} for number, status in enumerate(statuses, 1)]
    show_log(rows, "The copy signs in")
    return statuses[1]


def two_statements() -> list[bool]:
    """Show what two keys say of their model, and return which of the two statements are valid."""
    said = [authenticators.attested(key) for key in authenticators.two_models()]
    show_log([{"key": number, "says": one} for number, one in enumerate(said, 1)], "Attestation")
    return [one.startswith("verified") for one in said]


welcome_back("13")
__all__ = [
    "FAKE", "LOGIN", "NOTES", "Relay", "SILENT_REQUEST", "VERIFIER", "WIKI",
    "a_copy_tries_twice", "after_consent", "against_a_key", "at_two_links", "check", "ending",
    "experiment", "four_tries", "hashlib", "her_key_signs", "hint", "is_in_with", "lives",
    "mine", "on_a_forgotten_host", "on_the_wire", "opened", "past_a_key", "query", "quiz", "re",
    "show", "signed_bytes", "sixteen_tries", "solution", "target", "three_ways", "tonight",
    "touches_of", "two_days", "two_statements", "what_it_gets", "what_was_logged",
]  # fmt: skip
