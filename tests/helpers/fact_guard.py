"""The fact guard: what a text says of the real events is held by the facts that it names.

Every problem is a sentence.
"""

import re
from dataclasses import dataclass
from functools import cache

import nbformat
from ledgers import ledger
from places import ROOT

from labutils.incident.ledger import CommonError, Derived, Fact
from labutils.sheets import build, read

# Names of products and formats, which by themselves say nothing about what happened.
PRODUCTS = (
    "Okta System Log",
    "Okta's System Log",
    "Okta events?(?: types?)?",
    "Cloudflare Access",
    "Cloudflare Gateway",
    "Cloudflare audit logs?",
    "Atlassian Data Center audit(?: logs?)?",
    "Atlassian Data Center",
    "Jira audit logs?",
    "Confluence audit logs?",
    "Bitbucket audit logs?",
    "AWS CloudTrail",
    "MITRE ATT&CK",
    "MITRE's ATT&CK",
)
PARTIES = (
    "Cloudflare",
    "Okta",
    "1Password",
    "BeyondTrust",
    "CrowdStrike",
    "Moveworks",
    "Smartsheet",
    "Atlassian",
    "Bitbucket",
    "Jira",
    "Confluence",
    "AWS",
    "Sliver",
    "MITRE",
    "Group-IB",
    "0ktapus",
    "ScriptRunner",
    "Code Red",
    "São Paulo",
    "Valence Security",
    "authentik",
    "SecurityWeek",
    "Stroz Friedberg",
    "idowall",
    "M247",
    "OVH",
    "Salesloft",
    "Zscaler",
    "Palo Alto Networks",
)
# What carries digits and is not a figure.
IDS = re.compile(
    r"""
    \b(?:RFCs?|STIX|OAuth|OpenID\ Connect(?:\ Core|\ Discovery)?|TLS|SAML|HTTP|HAR
       |Attack\ Flow|Navigator|Python)[ /-]?\d[\d.]*
    |\bSP\ \d+-\d+\w*|\bCVE-\d+-\d+|\bTA?\d{4}(?:\.\d{3})?\b|\bSHA-\d+|\bv\d[\d.]*
    |\b\d\d-q?\d\b|\b[a-z]+-\d\d\b
    |\b(?:[Ll]essons?|[Ee]xercises?|[Pp]arts?|[Ss]teps?|[Ff]igures?|[Ss]ections?|[Cc]ells?)
     \ \d[\d.-]*(?:(?:,|\ and|\ to|\ or)\ \d[\d.-]*)*""",
    re.VERBOSE,
)
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
ONES = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SMALL = {word: value for value, word in enumerate(ONES, 1)} | {
    word: 10 * value for value, word in enumerate(TENS, 2)
}
LARGE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
UNITS = {"d": "day", "h": "hour", "min": "minute", "s": "second"}

COMMENT = re.compile(r"<!--\s*fact:(.*?)-->", re.DOTALL)
LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)\)")
MONTH = "|".join(MONTHS)
DATE = re.compile(
    rf"""
    \b(?P<iso>\d{{4}}-\d\d(?:-\d\d)?)(?!\d)(?:T(?=\d))?
    |\b(?P<days>\d{{1,2}}(?:[snrt][tdh])?(?:(?:,|\ and|\ or|\ to|–|-)\ ?\d{{1,2}})*)
       \ (?P<month>{MONTH})\b(?:\ (?P<year>(?:19|20)\d\d))?
    |\b(?P<month2>{MONTH})\b(?:\ (?P<day2>\d{{1,2}})\b(?!\d*[:,]\d))?
       (?:,?\ (?P<year2>(?:19|20)\d\d)\b)?
    |(?<![\d.,])(?P<year3>(?:19|20)\d\d)\b(?![.,]?\d)""",
    re.VERBOSE,
)
TIME = re.compile(r"(?<!\d)(\d{1,2}:\d\d(?::\d\d)?)Z?(?!\d)")
WORDS = "|".join(sorted(SMALL, key=len, reverse=True))
NUMBER = re.compile(
    rf"""
    (?<![\w.])(?:(?P<digits>\d[\d,]*(?:\.\d+)?)(?![\w])|(?P<tens>\b(?:{WORDS})\b)(?:-(?P<ones>{WORDS})\b)?)?
    (?:[ -]?(?P<large>\b(?:hundred|thousand|million)s?\b))?
    (?:[ -](?P<unit>days?|hours?|minutes?|seconds|weeks?|months?|years?|d|h|min|s)\b)?""",
    re.VERBOSE | re.IGNORECASE,
)
ADDRESS = re.compile(r"\d+\.\d+\.\d+(?:\[\.\]|\.)\d+")
SAID = {
    "single": (
        re.compile(
            r"\b(?:one|a single|single|only one) (?:report|source|account|retelling|writer)\b|"
            r"\b(?:told|tells?|said|named|given|quoted|retold|from|by)\b[^.]*\balone\b",
            re.I,
        ),
        "told by one report",
    ),
    "quoted": (
        re.compile(
            r"according to|\bsa(?:ys?|id)\b|\bquote[sd]?\b|\bown words\b|\bwr(?:ites|ote)\b", re.I
        ),
        "somebody's own words, and whose",
    ),
    "disputed": (re.compile(r"disagree|disput|differ|at odds|contradict", re.I), "disputed"),
    "reported": (
        re.compile(
            r"\breported(?:ly)?\b(?! to (?!have\b|be\b))|according to|\b(?:is|are|was|were) said\b|"
            r"\breports (?:say|tell|have)\b|\b(?:one|two|a single|by) reports?\b|"
            r"\btold by\b[^.]*\balone\b",
            re.I,
        ),
        "reported",
    ),
}


@dataclass(frozen=True)
class Figures:
    """The dates (year, month, day), times, numbers and lengths of time in a text."""

    dates: frozenset = frozenset()
    times: frozenset = frozenset()
    numbers: frozenset = frozenset()
    spans: frozenset = frozenset()
    addresses: frozenset = frozenset()

    def __or__(self, other):
        return Figures(*(getattr(self, name) | getattr(other, name) for name in vars(self)))


@dataclass(frozen=True)
class Claim:
    """What the course must not say (data/forbidden-claims.yaml)."""

    name: str
    pattern: str
    why: str
    unless: str = ""

    def made_in(self, sentence):
        """True where the sentence makes the claim and nothing in it puts it right."""
        return bool(re.search(self.pattern, sentence, re.I)) and not (
            self.unless and re.search(self.unless, sentence, re.I)
        )


# authoring.md shows examples, and the answer key repeats false claims that lesson 08 asks about.
# hunting-rules.md names rules by their titles, and speaks of the model's intruder.
# The others name vendors for their logs, and say nothing of what happened.
# at-work.md is the sheet of settings: vendors and the pages where they describe their products.
ABOUT_LOGS = (
    "axon.md",
    "hunt.md",
    "rules-in-your-siem.md",
    "rules-on-spark.md",
    "telemetry.md",
    "your-exports.md",
)
NO_STATEMENTS = ("authoring.md", "answer-key.md", "hunting-rules.md", "at-work.md", *ABOUT_LOGS)
PAGES = [
    ROOT / "README.md",
    ROOT / "tools" / "site" / "index.md",
    *(path for path in sorted((ROOT / "docs").glob("*.md")) if path.name not in NO_STATEMENTS),
]


SETTINGS = [
    f"*{row['switch']}*".casefold()
    for rows in read("vendor-switches.yaml")["lessons"].values()
    for row in rows
]
CLAIMS = [build(Claim, row) for row in read("forbidden-claims.yaml")["claims"]]


# --- from a text to statements ------------------------------------------------------------------


def paragraphs(text):
    """Blocks between blank lines, without headings and code; a block that holds only comments and
    links belongs to the one before."""
    text = re.sub(r"(?ms)^```.*?^```\s*$", "", text)
    text = re.sub(r"(?m)^#{1,6} .*$", "\n", text)
    blocks = []
    for block in (block.strip() for block in re.split(r"\n\s*\n", text)):
        if (
            COMMENT.search(block)
            and blocks
            and not LINK.sub("", COMMENT.sub("", block)).strip(" \n.;,")
        ):
            blocks[-1] += "\n" + block
        elif block:
            blocks.append(block)
    return blocks


def statements(block):
    """The list items and table rows of a block, each by itself, or the block as a whole."""
    text = COMMENT.sub("", block)
    if not re.search(r"(?m)^\s*(?:[-*+]|\d+[.)]|\|)", text):
        return [text]
    return [
        part
        for part in re.split(r"(?m)^\s*(?:[-*+] |\d+[.)] |(?=\|))", text)
        if part.strip() and not re.fullmatch(r"[\s|:-]+", part)
    ]


def bare(text):
    """A text without comments, code, link targets, labels of links, names of products and ids; its
    case and words are kept."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"`[^`]*`", "", text)
    text = LINK.sub("", text)
    return (
        re.sub(r"<?https?://\S+", "", text)
        .replace("**", "")
        .replace("*", "")
        .replace("’", "'")
        .replace("\u00a0", " ")
    )


def ids_of(block):
    """The ids that the comments of a block name."""
    return [
        name.strip()
        for group in COMMENT.findall(block)
        for name in group.split(",")
        if name.strip()
    ]


# --- figures ------------------------------------------------------------------------------------


def _dates(part):
    """The dates that a match of DATE names, as (year, month, day); none for a lone May or March."""
    if part["iso"]:
        year, month, *day = map(int, part["iso"].split("-"))
        return [(year, month, day[0] if day else None)]
    if part["days"]:
        year, month = part["year"] and int(part["year"]), MONTHS.index(part["month"]) + 1
        return [(year, month, int(day)) for day in re.findall(r"\d+", part["days"])]
    if not part["month2"]:
        return [(int(part["year3"]), None, None)]
    if part["month2"] in ("May", "March") and not (part["day2"] or part["year2"]):
        return []
    year, day = (part[name] and int(part[name]) for name in ("year2", "day2"))
    return [(year, MONTHS.index(part["month2"]) + 1, day)]


def figures(text):
    """Every date, time, number and length of time in a text.

    `one` is not a figure, and neither are ids and versions.
    """
    dates, times, numbers, spans = set(), set(), set(), set()
    addresses = frozenset(found.replace("[.]", ".") for found in ADDRESS.findall(text))
    rest = IDS.sub(" ", ADDRESS.sub(" ", text))

    def date(match):
        found = _dates(match.groupdict())
        dates.update(found)
        return " " if found else match.group()

    def time(match):
        times.add(
            match.group(1).zfill(5) if match.group(1).count(":") == 1 else match.group(1).zfill(8)
        )
        return " "

    rest = TIME.sub(time, DATE.sub(date, rest))
    for match in NUMBER.finditer(rest):
        value, large = _value(match), (match["large"] or "").lower().rstrip("s")
        if value is None and not large:
            continue
        value = large if value is None else value * LARGE.get(large, 1)
        unit = (match["unit"] or "").lower()
        if unit:
            spans.add((value, UNITS.get(unit, unit.rstrip("s"))))
        else:
            numbers.add(value)
    return Figures(
        frozenset(dates), frozenset(times), frozenset(numbers), frozenset(spans), addresses
    )


def _value(match):
    if match["digits"]:
        number = float(match["digits"].replace(",", ""))
        return int(number) if number.is_integer() else number
    if match["tens"]:
        return SMALL[match["tens"].lower()] + SMALL.get((match["ones"] or "").lower(), 0)
    return None


def held_by(thing):
    """The figures that a fact, a derived entry or a common error holds.

    A date without a year is of the fact's year, or of 2023.
    """
    counted = {}
    if isinstance(thing, Derived):
        found, year = figures(f"{thing.span}; {thing.value}"), 2023
    elif isinstance(thing, CommonError):
        found, year = figures(f"{thing.correct} {thing.claim}"), 2023
        counted = {
            f"{unit}s_{number}": number
            for number in found.numbers
            for unit in ("day", "hour", "minute")
        }
    else:
        times = [
            time[:16] if thing.time_precision == "minute" else time
            for time in (thing.time, thing.time_end)
            if time
        ]
        found = figures(
            "; ".join(
                [thing.statement, thing.note, thing.control.detail if thing.control else "", *times]
            )
        )
        year, counted = int((thing.time or "2023")[:4]), thing.figures
    spans = {
        (value, unit)
        for key, value in counted.items()
        for unit in ("day", "hour", "minute")
        if f"{unit}s" in key.split("_")
    }
    dates = frozenset((when or year, month, day) for when, month, day in found.dates)
    return Figures(
        dates,
        found.times,
        found.numbers | set(counted.values()),
        found.spans | spans,
        found.addresses,
    )


def not_held(said, held):
    """What is said and not held, in words.

    A date is held by every date that it describes; a number of one kind holds no other.
    """
    dates = [
        date
        for date in said.dates
        if not any(
            all(part is None or part == there for part, there in zip(date, known, strict=True))
            for known in held.dates
        )
    ]
    times = [
        time
        for time in said.times
        if not any(known == time or known.startswith(time + ":") for known in held.times)
    ]
    spans = [
        (number, unit)
        for number, unit in said.spans
        if (number, unit) not in held.spans and number != 1
    ]
    numbers = [number for number in said.numbers if number not in held.numbers and number != 1]
    shown = [
        " ".join(str(part) for part in (day, month and MONTHS[month - 1], year) if part)
        for year, month, day in dates
    ]
    return (
        sorted(shown)
        + sorted(times)
        + sorted(_worded(number) for number in numbers)
        + sorted(f"{_worded(number)} {unit}s" for number, unit in spans)
        + sorted(said.addresses - held.addresses)
    )


def _worded(number):
    return number if isinstance(number, str) else f"{number:,}"


# --- the rules ----------------------------------------------------------------------------------


def names_parties(text):
    """The real parties that a text speaks of; the name of a product or format by itself is none,
    unless a year of the story is near. Where a text names a setting of data/vendor-switches.yaml,
    its vendors are the makers of products."""
    about_settings = any(setting in text.casefold() for setting in SETTINGS)
    text = bare(text)
    products = re.compile("|".join((*PRODUCTS, *(PARTIES if about_settings else ()))))
    parties = re.compile(
        r"(?<!\w)(?:" + "|".join(map(re.escape, PARTIES)) + r")(?![\w.]*\.(?:example|test)\b)(?!\w)"
    )
    found = parties.findall(products.sub("", text))
    dated = re.search(rf"\b202[2-5]\b|\b\d{{1,2}} (?:{MONTH})\b", IDS.sub("", text))
    if dated and not found:
        found = products.findall(text) or re.findall(r"\b(?:[Ii]ntruder|[Aa]ttacker)s?\b", text)
    return sorted(set(found))


def problems_of(block):
    """What is wrong with the facts of a block."""
    known, names, quoted = ledger(), ids_of(block), _shortened(block)
    if not names:
        if found := names_parties(re.sub(r"(?m)^\|.*\|\n\|[\s|:-]+\|$", "", block)):
            return [f"names {', '.join(found)} and no fact: {quoted}"]
        return []
    everything = {**known.errors, **known.derived, **known.facts}
    said = [f"the ledger has no {name}: {quoted}" for name in names if name not in everything]
    things = [everything[name] for name in names if name in everything]
    facts = [thing for thing in things if isinstance(thing, Fact)]
    said += _unlinked(block, facts)
    text = bare(block)
    for fact in facts:
        if fact.confidence in SAID and not SAID[fact.confidence][0].search(text):
            said.append(
                f"{fact.id} is {fact.confidence}, and the text does not call it "
                f"{SAID[fact.confidence][1]}: {quoted}"
            )
    held = Figures()
    for thing in things:
        held |= held_by(thing)
    labels = " ".join(
        DATE.sub(" ", label) for label, target in LINK.findall(block) if "://" in target
    )
    for statement in [*statements(block), labels]:
        if found := not_held(figures(bare(statement)), held):
            said.append(f"{', '.join(found)}: not held by {', '.join(names)}: {quoted}")
    return said


def _unlinked(block, facts):
    """The facts of a block that no link carries: one to a source that was read, where any was."""
    links, quoted = {target for _, target in LINK.findall(block)}, _shortened(block)
    if not facts:
        return [f"no link to a source of the facts it names: {quoted}"]
    rests_on = {fact.id: fact.read or fact.sources for fact in facts}
    return [
        f"{name} rests on {', '.join(source.id for source in sources)}, and no link leads there: "
        f"{quoted}"
        for name, sources in rests_on.items()
        if not links & {source.url for source in sources}
    ]


def problems(text):
    """What is wrong with the facts of a text in Markdown, and the claims in it that must not be
    made."""
    return [
        problem
        for block in paragraphs(text)
        for problem in (*problems_of(block), *_claims_of(block))
    ]


def claims_in(text):
    """The claims of a text that must not be made."""
    return [
        f"{claim.name}: {claim.why} {_shortened(sentence)}"
        for sentence in _sentences(text)
        for claim in CLAIMS
        if claim.made_in(sentence)
    ]


def _claims_of(block):
    about_errors = any(name in ledger().errors for name in ids_of(block))
    kept = [
        text
        for text in statements(block)
        if not (about_errors and re.match(r"\W*(?:\w+ )?claim\b", text.strip(), re.I))
    ]
    return [
        problem
        for text in kept
        for problem in claims_in(re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL))
    ]


def printed_problems(text):
    """The claims that must not be made, in what a cell printed.

    Lines marked as false claims and choices of a quiz may make them.
    """
    kept, claimed = [], False
    for line in text.splitlines():
        claimed = bool(line.strip()) and (claimed or re.match(r"\s*Claim(?: \d+)?:", line))
        kept.append(
            ""
            if claimed or "error-" in line or re.match(r"\s+[a-d]\) |\d\d-q\d\. ", line)
            else line
        )
    return [
        problem for block in re.split(r"\n\s*\n", "\n".join(kept)) for problem in claims_in(block)
    ]


@cache
def _found(find, text):
    """What a function finds in a text, which is looked through once."""
    return tuple(find(text))


def notebook_problems(notebook):
    """What is wrong with the facts of a lesson, each with the cell that says it."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            said = _found(problems, cell.source)
        else:
            texts = [
                output.get("text") or output.get("data", {}).get("text/plain", "")
                for output in cell.get("outputs", [])
            ]
            said = [problem for text in texts for problem in _found(printed_problems, text)]
        found += [f"{cell.id}: {problem}" for problem in said]
    return found


def file_problems(path):
    """What is wrong with the facts of a notebook or of a document."""
    if path.suffix == ".ipynb":
        return notebook_problems(nbformat.read(path, as_version=4))
    return problems(path.read_text(encoding="utf-8"))


def _sentences(text):
    text = (
        LINK.sub(lambda match: match[1], text)
        .replace("**", "")
        .replace("*", "")
        .replace("`", "")
        .replace("’", "'")
    )
    return re.split(r"(?<=[.?:!])[\"')]*\s+(?=[\"'(]*[A-Z0-9])", re.sub(r"\s+", " ", text))


def _shortened(text):
    text = re.sub(r"\s+", " ", COMMENT.sub("", text)).strip()
    return f"'{text[:90]}...'" if len(text) > 90 else f"'{text}'"
