"""What *OAuth grants of an integration* starts from: its notebook imports all of this."""

from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network
from itertools import combinations
from typing import Any

from labutils import (  # first: where a package is broken, they say so in a sentence
    check,
    ending,
    experiment,
    hint,
    logs,
    mine,
    opened,
    quiz,
    show_log,
    show_request,
    solution,
    target,
    wire,
)
from labutils.classroom.endings import welcome_back
from labutils.identity.oauth import bearer
from labutils.stage.sigma_text import sigma

from . import month
from .both_incidents import both_rows, stops_both
from .connected_system import (
    ACTS,
    CRM,
    LOGIN,
    VENDOR,
    WIDE,
    Connected,
    connected,
    renewed,
    under_policy,
)
from .look_alike import DevicePhish, at_the_gate, calls_of, questions, week
from .month import counts, lists, when
from .two_defences import FOR_SALE, pair_rows, stopped

Record = dict[str, str]
Replay = Callable[[Any, Record], Any]
Clean = Callable[[Any, set[str], Callable[[str], str], str], Any]
MARCH, WEEK, WEEKS = "2025-03-11T09:00:00Z", 7 * 86_400, 21


# --- the grant ------------------------------------------------------------------------------------


def allow_in_march() -> Connected:
    """Show how Ada connects the chat agent in March, and return the company."""
    company = connected(when=MARCH)
    wire(
        company.lab,
        {"ada": company.ada},
        title="In March: Ada connects a chat agent, and clicks Allow",
        hint="Step through it. Her password goes to her own system, and nowhere else.",
    )
    return company


def five_months_later(company: Connected) -> Record:
    """Let the agent work until August, show what its vendor keeps by then, and return that."""
    for _ in range(WEEKS):
        company.lab.clock.tick(WEEK)
        company.chat.work()
    record = company.stolen()
    rows = [{"there is": name, "value": text} for name, text in record.items()]
    show_log(
        [
            *rows,
            {"there is": "good for", "value": WIDE.removesuffix(" offline_access")},
            {"there is": "good until", "value": "somebody revokes it"},
            {"there is": "good from where", "value": "(nobody said)"},
        ],
        "In August: Tom reads the vendor's token store",
        lit=("value", record["refresh_token"]),
        why="What Ada's click left behind is a *grant*. Each week the agent trades its "
        "refresh token "
        f"for a new access token: {WEEKS} times since March, and Ada never saw it. The secret that "
        "proves who asks is kept in the same record.",
        moral="It says what for. It doesn't say from where.",
    )
    return record


def spoils(answer: Any, clean: Clean) -> None:
    """Show what Tom reads, and what `clean(value, keep, replace, name)` leaves of it, if what
    people wrote is kept, and if it is not."""
    cases = answer.json().get("cases", [answer.text]) if answer.is_success else [answer.text]

    def left_of(case: str, keep: set[str]) -> str:
        left = clean({"text": case}, keep, lambda _text: "(a tag)", "")["text"]
        return "the same" if left == case else str(left)

    rows = [
        {
            "what Tom reads": case,
            "cleaned, text kept": left_of(case, {"text"}),
            "cleaned, not kept": left_of(case, set()),
        }
        for case in cases
    ]
    show_log(
        rows,
        f"{answer.status_code}, on a rented host",
        lit=("what Tom reads", next((one for one in cases if "token" in one), "")),
        why="Somebody pasted a token into a case, for the support team. It opens another system, "
        "and the next one. That's what thieves look for in cases. Your `clean` of lesson 07 goes "
        "by the names of fields, and all this is one field: either the token stays, or support "
        "has nothing left to read.",
        moral="Nobody signed in. Nothing was broken.",
    )


def after_each_act(replay: Replay) -> list[dict[str, object]]:
    """Show what Tom gets after each thing that the company does, and return the lines."""
    rows: list[dict[str, object]] = []
    for name, act in ACTS.items():
        company = connected()
        before = renewed(company.tom, company.stolen())["access_token"]
        act(company)
        row = {"what is done": name, "Tom gets": replay(company.tom, company.stolen()).status_code}
        again = company.tom.get(CRM + "/cases", headers=bearer(before))
        rows.append(row | {"with his last access token": again.status_code})
    show_log(rows, "Four things, each in a run of its own", lit=("Tom gets", 200))
    return rows


def after_a_limit(replay: Replay) -> list[dict[str, object]]:
    """Show what Tom gets after the grant is limited to the vendor's addresses, and return the
    lines. He has an access token; the limit comes a minute later."""
    company = connected()
    token = renewed(company.tom, company.stolen())["access_token"]
    company.lab.clock.tick(60)
    company.login.addresses = (VENDOR,)
    tries = (
        ("Tom", "reads the cases", company.tom.get(CRM + "/cases", headers=bearer(token))),
        ("Tom", "renews", replay(company.tom, company.stolen())),
        ("the agent", "renews, and works", company.chat.work()),
    )
    rows: list[dict[str, object]] = [
        {"who": who, "does": what, "answer": answer.status_code} for who, what, answer in tries
    ]
    show_log(rows, "A minute after the limit")
    return rows[:2]


def two_incidents() -> list[str]:
    """Show how many thieves of each incident a defence stops, and return what stops nine in ten of
    both."""
    show_log(both_rows(), "Of 1,000 thieves each: stopped in this model")
    return stops_both()


# --- the month ------------------------------------------------------------------------------------


def handed_over(logins: Iterable[month.Line]) -> str:
    """Return a Sigma rule whose hits are these logins: it has no memory, and your function has."""
    names = "\n".join(f"        - '{login['REQUEST_ID']}'" for login in logins)
    detection = f"found:\n    REQUEST_ID:\n{names}\ncondition: found\n"
    return sigma("new_address", month.SOURCE, "A login from a new address", detection)


def in_truth(logins: Iterable[month.Line]) -> None:
    """Show who was behind each of these logins. At work nobody tells."""
    rows = [
        month.login_row(one)
        | {"program": one["BROWSER_TYPE"], "then": month.habit(one)}
        | {"in truth": "Tom" if month.is_his(one) else "honest"}
        for one in logins
    ]
    show_log(
        rows,
        "Who it was",
        lit=("in truth", "Tom"),
        why="One of the others is the vendor's second machine; the rest are tools that ran "
        "elsewhere for a while. A program's name is whatever the program sends: from his first "
        "host Tom sent the agent's. Work is harder to fake. He listed the objects, did nothing, "
        "and on 11 August asked for cases from that same address, as this account had not done "
        "before. The export came almost four days later.",
        moral="A new address is a question. What was done there is the answer.",
    )


def first_read(account: str, entity: str) -> None:
    """Show an account's first query of one kind of object, and who it was."""
    line = month.first_query(account, entity)
    moment = line["TIMESTAMP_DERIVED"][:16].replace("T", " ")
    who = "Tom" if month.is_his(line) else "honest"
    row = {"time": moment, "account": account, "query": line["QUERY_IDENTIFIER"], "in truth": who}
    show_log([row], f"The first time that {account} reads {entity}", lit=("in truth", "Tom"))


# --- a call ---------------------------------------------------------------------------------------


def on_the_telephone(device_phish: DevicePhish) -> list[bool]:
    """Show what Tom has after his call at four companies, and return at which he reads the
    cases."""
    rows = calls_of(device_phish)
    then = "after the call, Tom"
    show_log(rows, "Four companies, one call each", lit=(then, "reads the cases"))
    return [row[then] == "reads the cases" for row in rows]


# --- practice -------------------------------------------------------------------------------------


def with_rotation(replay: Replay) -> list[bool]:
    """Show what happens where refresh tokens rotate, and return whether Tom, and then the agent,
    can still work. Tom comes first; the agent renews after him."""
    company = connected(rotates=True)
    newer = renewed(company.tom, company.stolen())
    agent = company.chat.work()
    tom = replay(company.tom, newer)
    tries = {"the agent, with the token that it has": agent, "Tom, with its successor": tom}
    show_log(
        [{"who": who, "answer": one.status_code, "why": _why(one)} for who, one in tries.items()],
        "The same token, twice",
    )
    return [tom.is_success, agent.is_success]


def with_a_key(replay: Replay) -> list[bool]:
    """Show what a thief gets where the client signs with a key: with the token store, and on the
    vendor's machine. Return whether each reads the cases."""
    company = connected(keyed=True)
    store = replay(company.tom, company.stolen())
    token = company.chat.renew().json()["access_token"]  # Tom lets the machine renew
    machine = company.tom.get(CRM + "/cases", headers=bearer(token))
    tries = {"the token store": store, "the machine": machine}
    show_log(
        [
            {"Tom has": what, "answer": one.status_code, "why": _why(one)}
            for what, one in tries.items()
        ],
        "A key in place of the secret",
    )
    return [store.is_success, machine.is_success]


def _why(answer: Any) -> str:
    return "" if answer.is_success else str(answer.json().get("error_description", ""))


def best_of(best_pair: Callable[..., Any]) -> list[str]:
    """Show four pairs, and return the pair that somebody's function chooses."""
    show_log(pair_rows(), "Of 1,000 thieves, by pairs")
    return sorted(best_pair(list(FOR_SALE), stopped))


welcome_back("16")
__all__ = [
    "CRM", "LOGIN", "VENDOR", "after_a_limit", "after_each_act", "allow_in_march",
    "at_the_gate", "bearer", "best_of", "check", "combinations", "counts", "ending",
    "experiment", "first_read", "five_months_later", "handed_over", "hint", "in_truth",
    "ip_address", "ip_network", "lists", "logs", "mine", "month", "on_the_telephone",
    "opened", "questions", "quiz", "show_log", "show_request", "solution", "spoils", "target",
    "two_incidents", "under_policy", "week", "when", "with_a_key", "with_rotation",
]  # fmt: skip
