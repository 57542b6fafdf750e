"""Draw a company and an intruder from a seed.

They give the words for the dollar signs of data/capstone/, and the sheets that come of them.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from string import Template
from typing import Any

from labutils.incident import agents, cases, names
from labutils.incident.background import sheet as background
from labutils.incident.background.dice import Dice
from labutils.incident.background.people import Person, people, trips
from labutils.incident.background.world import days_of_month
from labutils.incident.cases import Incident
from labutils.incident.telemetry import holder_base32
from labutils.lab import data_file, iso, seconds
from labutils.sheets import Row, read

DAY, HOUR = 86400, 3600  # seconds
CONNECTORS = ("calendar", "roadmap", "timesheet", "planner", "gantt", "milestone")
BUILDERS = ("forge", "runner", "assembly", "pipeline", "packer", "mill")
REPORTERS = ("ledger", "metrics", "digest", "insight", "tally", "bulletin")
ASSISTANTS = ("chatter", "frontdesk", "greeter", "answers", "reception", "concierge")
COMPANIES = (
    "larkfield",
    "moorgate",
    "tidewater",
    "ashdown",
    "brightwell",
    "stonebridge",
    "elmhurst",
)
SUPPLIERS = ("keystone-id", "harbour-id", "northgate-id", "meridian-id")
QUERIES = ("vpn", "rotation", "deploy", "bastion", "backup restore", "single sign-on", "runbook")
PROGRAMS = ("Wget/1.21.4", "python-requests/2.31.0", "Go-http-client/1.1", "aiohttp/3.8.6")
COPIED = 400  # of 1,000 intruders call their program as the assistant calls itself
LURES = ("Meeting Notes", "Mail Sorter")
TOKENS_LEAKED = 40  # days before the month's first day: an old leak
KEPT = 300  # of 1,000 tokens of the leak were forgotten, and used by nobody else
TOKENS_REPLACED = 30  # days before it: when the company replaced what it thought had leaked
# Who is taken in, by way: an administrator has secrets to read.
ROLES = {"recording": "administrators", "cookie": "engineering", "consent": "sales"}

# One of these is in place. Each stands in the way of some intruders and not of others.
CONTROLS = (
    "support_accounts_bound",
    "grants_key_bound",
    "repository_least_privilege",
    "egress_allowlist",
)

# By way in, what may get an intruder round a control: data/capstone/estate.md says what each is.
# One of a row is rare at a company, and all others are common: no controls are good everywhere.
HABITS = {
    "recording": ("at_supplier", "at_person", "recording_missed", "confirmed"),
    "leftover": ("at_program", "unnoticed", "new_token"),
    "integration": ("key_along", "new_token", "needed"),
    "cookie": ("at_person", "text_missed", "hurried"),
    "consent": ("at_program", "text_missed", "hurried"),
}
EVERYWHERE = ("at_program", "text_missed", "hurried")  # whatever the way in
RARE, COMMON = 5, (80, 95)  # of a hundred intruders

RESPONSES = ("20", "90", "360", "1200")  # minutes until an alarm is answered

# The hosts of a company's own network, by the word for their address.
HOSTS = (
    "support_ip",
    "planning_ip",
    "builds_ip",
    "reports_ip",
    "assistant_ip",
    "renewals_ip",
    "runner_ip",
    "monitor_ip",
    "provisioning_ip",
    "warehouse_ip",
    "marketing_ip",
    "deploy_ip",
    "backup_ip",
    "survey_ip",
    "badge_ip",
)

# How often an intruder does something in a row, from and to: as often as somebody harmless does;
# and how many seconds apart on average, from and to.
IN_A_ROW = {
    "probes": ((2, 4), (30, 110)),
    "queries": ((3, 8), (15, 60)),
    "sso": ((1, 3), (40, 400)),
    "searches": ((2, 5), (25, 90)),
    "queried": ((2, 5), (25, 90)),
    "lists": ((1, 3), (20, 60)),
    "mails": ((14, 56), (5, 12)),
    "tickets": ((14, 84), (20, 60)),
    "views": ((24, 56), (20, 70)),
    "pages": ((14, 70), (20, 60)),
    "describes": ((2, 5), (30, 120)),
    "archives": ((20, 84), (20, 80)),
    "all_pages": ((102, 210), (8, 20)),
    "all_tickets": ((102, 154), (12, 40)),
    "all_lists": ((2, 5), (12, 40)),
    "all_mails": ((62, 119), (4, 12)),
}
ROWS = {  # of queries and jobs of the customer system
    "case_rows": ("300", "2000"),
    "job_rows": ("12000", "31000", "64000"),
    "done_rows": ("26000", "88000", "182000"),
}
JITTER = (60, 140)  # percent: how often somebody harmless does something in a row, each time

Words = dict[str, str]


@dataclass(frozen=True, eq=False)
class DrawnCompany:
    """A company that was drawn from a seed.

    `words` stand for what data/capstone/company.yaml leaves open of it; `first`: the first day of
    its month, in seconds since 1970; `events`: of ordinary traffic; `control`: what is in place
    beside the usual ones; `elsewhere`: by way in, how many of a hundred incidents began so at
    companies of this kind; `habits`: by way in, and by what gets an intruder round a control
    (HABITS), how many of a hundred it got round one.
    """

    seed: str
    words: Words
    first: int
    events: int
    noise: str
    control: str
    elsewhere: dict[str, int]
    habits: dict[str, dict[str, int]]

    @property
    def integration(self) -> str:
        """The account of the assistant, as the inventory names it."""
        return f"{self.words['assistant']}.integration"

    def known_as(self, who: str) -> str:
        """Return what the inventory calls an account.

        The log of the customer system has numbers for accounts.
        """
        is_number = who == self.words["assistant_user"].lower()
        return self.integration if is_number else who

    @property
    def last(self) -> int:
        """The end of the last day of the month, in seconds since 1970."""
        return self.first + 30 * DAY


@cache
def company(seed: str) -> DrawnCompany:
    """Draw the company of a seed: its names, its month, and how busy everything is."""
    dice = Dice(f"{seed}/company")
    first = seconds("2024-01-08T00:00:00Z") + 7 * DAY * dice.below(90)
    middle = first + 15 * DAY
    words = {
        "planning": dice.pick(CONNECTORS),
        "builds": dice.pick(BUILDERS),
        "reports": dice.pick(REPORTERS),
        "assistant": dice.pick(ASSISTANTS),
        "company": dice.pick(COMPANIES),
        "supplier": dice.pick(SUPPLIERS),
        "names_seed": f"{seed}/names",
        "begins": iso(first - 60 * DAY),
        "middle": iso(middle)[:10],
        "long_ago": iso(first - 200 * DAY),
        "response_minutes": dice.pick(RESPONSES),
    }
    words["assistant_user"] = assistant_user(words["assistant"])
    words |= _network_words(Dice(f"{seed}/network"))
    events = dice.between(57_000, 63_000)
    control, elsewhere = dice.pick(CONTROLS), _elsewhere(dice)
    habits = _habits(Dice(f"{seed}/habits"))
    return DrawnCompany(seed, words, first, events, f"{seed}/noise", control, elsewhere, habits)


def _network_words(dice: Dice) -> Words:
    """The company's own network and offices, who is where in it, and where the vendors of its
    programs fail over."""
    own, office = (f"198.19.{number}" for number in _some(dice, range(100, 250), 2))
    hosts = _some(dice, range(10, 250), len(HOSTS))
    words = {"own_net": own, "office_net": office}
    words |= {name: f"{own}.{host}" for name, host in zip(HOSTS, hosts, strict=True)}
    words["standby"] = f"203.0.113.{dice.between(1, 57)}"
    words["planning_number"], words["builds_number"] = map(
        str, _some(dice, range(12_000, 15_000), 2)
    )
    return words


def _some(dice: Dice, items: range, number: int) -> list[int]:
    """So many of them, each once."""
    return sorted(items, key=lambda _: dice.below(1 << 30))[:number]


WAYS = ("recording", "leftover", "integration", "cookie", "consent")


def _elsewhere(dice: Dice) -> dict[str, int]:
    """Of a hundred incidents at such companies, how many began by each way in: half of them by
    one, a quarter by another."""
    order = sorted(WAYS, key=lambda _: dice.below(1 << 30))
    first, second = dice.between(46, 58), dice.between(20, 28)
    third = dice.between(8, 14)
    rest = 100 - first - second - third
    fourth = rest * dice.between(40, 70) // 100
    parts = (first, second, third, fourth, rest - fourth)
    return {way: parts[order.index(way)] for way in WAYS}


def _habits(dice: Dice) -> dict[str, dict[str, int]]:
    """By way in, how many of a hundred intruders get round a control by each of the habits."""
    found = {}
    for way, some in HABITS.items():
        rare = dice.pick(some)
        every = dict.fromkeys((*some, *EVERYWHERE))
        found[way] = {name: RARE if name == rare else dice.between(*COMMON) for name in every}
    return found


def sheets(one: DrawnCompany, words: Words) -> dict[str, Row]:
    """Return the estate, the case and the background of a company, with all words filled in."""
    sheet = _filled("capstone/company.yaml", one.words | words)
    sheet["case"]["historical"][one.control] = True
    _make_busy(sheet["background"], Dice(one.noise))
    return {name: sheet[name] for name in ("estate", "case", "background")}


def steps_sheet(one: DrawnCompany, words: Words) -> Row:
    """Return the steps that an intruder may take, with all words filled in."""
    return _filled("capstone/steps.yaml", one.words | words)


def _filled(name: str, words: Words) -> Row:
    return read(name, Template(data_file(name).read_text(encoding="utf-8")).substitute(words))


def _make_busy(sheet: Row, dice: Dice) -> None:
    """No two companies are equally busy anywhere: else the length of a log would tell where the
    intruder was."""
    sheet["people"] = sheet["people"] * dice.between(90, 110) // 100
    sheet["sign_ins"] = sheet["sign_ins"] * dice.between(90, 110) // 100
    for row in sheet["machines"]:
        row["share"] = max(1, row["share"] * dice.between(70, 130) // 100)
    for row in sheet["roles"]:
        for act in row["uses"]:
            row["uses"][act] = max(1, row["uses"][act] * dice.between(80, 120) // 100)
    for row in sheet["rare"]:
        row["rate"] = max(1, row["rate"] * dice.between(60, 140) // 100)
    sheet["twins"] = [one for row in sheet["twins"] for one in _each_time(row, dice)]


def _each_time(row: Row, dice: Dice) -> Iterator[Row]:
    """A twin as many rows, one for each time that it happens: never twice as often in a row."""
    for number in range(max(1, row["times"] + dice.between(-1, 2))):
        acts = [Row(act, file=act.file, line=act.line) for act in row["acts"]]
        for act in acts:
            if "repeat" in act:
                act["repeat"] = max(2, act["repeat"] * dice.between(*JITTER) // 100)
        again = {"id": f"{row['id']}{TIME}{number + 1}", "times": 1, "acts": acts}
        yield Row(row | again, file=row.file, line=row.line)


TIME = " no. "  # between what a twin is called and which time it is


def kind_of(twin: str) -> str:
    """Return the kind of a twin, without the number of its occurrence."""
    return twin.partition(TIME)[0]


# --- an intruder ---------------------------------------------------------------------------------


def intruder_words(one: DrawnCompany, seed: str, way: str) -> Words:
    """Return the words for an intruder of this seed who comes by this way.

    They say from where, with what, and whom the intruder chose.
    """
    dice = Dice(f"{seed}/intruder")
    sheet = background.load(without_intruder(one))
    words = _victim_words(one, sheet, seed, way)
    network = sheet.networks[dice.pick(sheet.proxies)]  # for programs
    others = {*sheet.proxies, *sheet.away} - {network.id}
    other = sheet.networks[dice.pick(sorted(others))]  # for the browser
    proxies = [zone for zone in ("scripts", "edge") if network.proxy]
    proxies += ["internet"] if other.proxy else []
    account = names.account(one.seed, 700 + dice.below(300))
    words |= {
        "intruder_ip": network.address(dice.below(network.size)),
        "browser_ip": other.address(dice.below(other.size)),
        "browser_asn": str(other.asn),
        "browser_country": other.country,
        "intruder_asn": str(network.asn),
        "intruder_country": network.country,
        "intruder_proxies": f"[{', '.join(proxies)}]",
        "intruder_browser": dice.pick(agents.common(seconds(sheet.middle))),
        "intruder_program": "assistant/4.2" if dice.of(COPIED) else dice.pick(PROGRAMS),
        "newcomer": account,
        "newcomer_full": names.full_name(account),
        "newcomer_number": str(10_000 + zlib.crc32(f"{seed}/{account}".encode()) % 90_000),
        "query": dice.pick(QUERIES),
        "lure": dice.pick(LURES),
    }
    kept = way != "leftover" and dice.of(KEPT)
    return words | words_in_a_row(seed) | _token_words(one, way, kept=kept)


def words_in_a_row(seed: str) -> Words:
    """Draw how often and how fast an intruder repeats each act that comes in a row."""
    dice = Dice(f"{seed}/in a row")
    words = {name: dice.pick(some) for name, some in ROWS.items()}
    for name, (times, apart) in IN_A_ROW.items():
        words |= {f"n_{name}": str(dice.between(*times)), f"s_{name}": str(dice.between(*apart))}
    return words


def _token_words(one: DrawnCompany, way: str, *, kept: bool = False) -> Words:
    """When the tokens were issued. A leak of long ago held them; all were replaced but one, where
    that is the way in, or where it was `kept` and nobody had copied it."""
    replaced = iso(one.first - TOKENS_REPLACED * DAY)
    left = way == "leftover"
    issued = one.words["long_ago"] if left or kept else replaced
    leaked = one.first - TOKENS_LEAKED * DAY
    return {
        "token_issued": issued,
        "token_exposed": iso(leaked),
        "token_noticed": iso(leaked if left else one.last),
        "grant_exposed": iso(one.first),
        "after_all": iso(one.last),
    }


def _victim_words(one: DrawnCompany, sheet: background.Background, seed: str, way: str) -> Words:
    person = victim(one, sheet, seed, way)
    dice = Dice(f"{seed}/victim/hour")
    issued = one.first + dice.between(3, 18) * DAY + dice.between(5, 17) * HOUR
    return {
        "victim": person.identity.id,
        "victim_ip": person.laptop.address,
        "victim_office": person.office.address,
        "victim_number": str(person.identity.number),
        "victim_agent": person.browser.at(issued),
        "victim_asn": str(person.home.asn),
        "victim_country": person.home.country,
        "victim_cities": f"[{', '.join(person.home.cities)}]",
        "session_issued": iso(issued),
        "session_expires": iso(issued + 40 * HOUR),
    }


def victim(one: DrawnCompany, sheet: background.Background, seed: str, way: str) -> Person:
    """Draw somebody who is not away that month, so that no trip explains another address."""
    everybody = people(sheet, one.seed)
    days = days_of_month(sheet)
    away = {trip.person.identity.id for trip in trips(sheet, everybody, days, one.seed)}
    role = ROLES.get(way, "engineering")
    some = [p for p in everybody if p.role.id == role and p.identity.id not in away]
    return Dice(f"{seed}/victim").pick(some[: max(1, len(some) // 2)])  # the more active


_NOBODY: Words = dict.fromkeys(
    [
        "victim_office",
        "victim_ip",
        "intruder_ip",
        "browser_ip",
        "victim_agent",
        "intruder_browser",
        "intruder_program",
        "newcomer",
        "newcomer_full",
        "query",
        "lure",
    ],
    "203.0.113.1",
) | {
    "victim": "nobody",
    "victim_number": "1",
    "newcomer_number": "2",
    "intruder_asn": "64500",
    "browser_asn": "64500",
    "browser_country": "US",
    "victim_asn": "64501",
    "intruder_country": "US",
    "victim_country": "US",
    "victim_cities": "[]",
    "intruder_proxies": "[]",
}


@cache
def without_intruder(one: DrawnCompany) -> Incident:
    """Return the company without an intruder: who works there, and from where."""
    moments = dict.fromkeys(("session_issued", "session_expires"), one.words["begins"])
    words = _NOBODY | moments | words_in_a_row("") | _token_words(one, "")
    drawn = sheets(one, words)
    drawn["facts"] = ledger_sheet(steps_sheet(one, words), {})
    drawn["campaign"] = Row({"start_with": [], "steps": []}, file="capstone/steps.yaml")
    return cases.read_case("capstone", drawn)


def ledger_sheet(steps: Row, chain: dict[str, Any]) -> Row:
    """Return the steps as a ledger of facts, those of the chain marked as steps."""

    def fact(row: Row) -> Row:
        silent = row["part"] == "silent"
        pairs = {
            "id": row["id"],
            "statement": f"Somebody {row['goal']}.",
            "actor": "intruder",
            "tactic": row["tactic"],
            "techniques": [row["technique"]],
            "outcome": "unknown" if silent else "succeeded",
            "confidence": "single",
            "sources": ["generator"],
            "step": row["id"] in chain,
        }
        return Row(pairs, file=row.file, line=row.line)

    source = {
        "publisher": "Anatomy of a Cloud Hack",
        "title": "An incident that was made up",
        "url": "https://lab.example/capstone",
        "kind": "primary",
    }
    sheet = {
        "about": "A made-up incident.",
        "attack": steps["attack"],
        "tactics": steps["tactics"],
        "sources": Row({"generator": Row(source, file=steps.file)}, file=steps.file),
        "facts": [fact(row) for row in steps["steps"]],
    }
    return Row(sheet, file=steps.file)


def assistant_user(assistant: str) -> str:
    """Return what the log of the customer system calls an assistant's account."""
    return "005EX" + holder_base32(f"{assistant}.integration")
