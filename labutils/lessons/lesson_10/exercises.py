"""10 · Threat hunting with Sigma."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache, partial
from textwrap import dedent
from typing import Any

import yaml

from labutils.classroom import registry
from labutils.classroom.judging import PASSED, Case, Verdict, compare, written
from labutils.classroom.registry import (
    Exercise,
    code,
)
from labutils.incident.log_format import log_format
from labutils.lab import dice, iso
from labutils.text import counted

from .hunting import (
    ABROAD,
    ABROAD_DETECTION,
    HOME,
    IN_ORDER,
    LARGEST,
    MINE,
    NEWER,
    OFFICE,
    PRIVILEGED,
    THIEVES,
    Logs,
    a_month,
    alerts_in_tracker,
    by_rule,
    change_in_tracker,
    correlated,
    hits_among,
    in_session,
    in_worst_week,
    sigma,
)
from .other_siem import searches
from .own_hypothesis import hunts

OWN_RULE = code("""
    rule_file = '''
    title: Archive by a Service Account From Outside
    id: 5b8e0c56-2b0f-4e3a-9a5e-0c8b7d1f6a42
    status: experimental
    author: you
    logsource:
        product: bitbucket
        service: audit
    detection:
        archive:
            auditType.action: Repository archive downloaded
            author.name|startswith: svc-
        ours:
            source|cidr: 192.0.2.0/26
        condition: archive and not ours
    falsepositives:
        - A build that was moved to a hosting company
    level: medium
    '''
""")

SEARCH = code("""
    search = '''
    general_information.log_source.type_name = "Atlassian Jira audit"
    AND action.command = "User added to group"
    AND object.resource.name = "jira-administrators"
    '''
""")

ROAMING = code("""
    def roaming(events):
        last, found = {}, set()
        for event in events:
            session = event["authenticationContext"]["externalSessionId"]
            network = event["securityContext"]["asNumber"]
            agent = event["client"]["userAgent"]["rawUserAgent"]
            before = last.get(session, (network, agent))
            if session != "unknown" and before[0] != network and before[1] != agent:
                found.add(session)
            last[session] = (network, agent)
        return found
""")

wrong = partial(registry.wrong, "")
altered = partial(registry.altered, "")  # wrong answers, from right ones


def yaml_text(text: str) -> str:
    """An answer that is a text in YAML."""
    return f"answer = {code(text)!r}"


def altered_detection(old: str, new: str) -> str:
    """The detection of 10-1 with a piece of it changed."""
    assert old in ABROAD_DETECTION, old
    return yaml_text(ABROAD_DETECTION.replace(old, new))


def altered_tuning(old: str, new: str) -> str:
    """The detection of 10-7 with a piece of it changed."""
    assert old in TUNED, old
    return TUNED.replace(old, new).replace("tuned = ", "answer = ")


def altered_file(old: str, new: str) -> str:
    """The rule file of 10-9 with a piece of it changed."""
    assert old in OWN_RULE, old
    return OWN_RULE.replace(old, new).replace("rule_file = ", "answer = ")


def altered_search(old: str, new: str) -> str:
    """The search of 10-10 with a piece of it changed."""
    assert old in SEARCH, old
    return SEARCH.replace(old, new).replace("search = ", "answer = ")


def altered_text(old: str, new: str) -> str:
    """The correlation of 10-3 with a piece of it changed."""
    assert old in TWO_IN_ORDER, old
    return TWO_IN_ORDER.replace(old, new).replace("correlation = ", "answer = ")


# --- 10-1: a detection --------------------------------------------------------------------------

TOKEN_ABROAD = f"detection = '''{ABROAD_DETECTION}'''"
GATEWAY = "cloudflare_access_nonidentity"


def at_gateway(
    address: str, ok: int = 1, token: str = "moveworks-token", app: str = "tracker.example"
) -> dict[str, Any]:
    """A line of the gateway's log of service tokens."""
    return {
        "datetime": "2023-11-16T10:00:00Z",
        "isSuccessfulLogin": ok,
        "ipAddress": address,
        "identityProvider": "nonidentity",
        "serviceTokenId": token,
        "appId": app,
    }


def logins() -> list[tuple[dict[str, Any], bool, str, str]]:
    """Lines of the gateway, whether the rule is to hit them, the mistake, and what they are."""
    drawn = dice("lesson-10", "logins")
    host = int(next(drawn)[:2], 16)
    stranger, token = f"203.0.113.{host}", f"token-{next(drawn)[:4]}"
    return [
        (at_gateway("192.0.2.31"), False, "ours", "a token from 192.0.2.31, let in"),
        (at_gateway(stranger), True, "abroad", f"a token from {stranger}, let in"),
        (at_gateway("198.51.100.9"), True, "one address", "a token from 198.51.100.9, let in"),
        (at_gateway(stranger, 0), False, "refused", f"a token from {stranger}, refused"),
        (at_gateway("192.0.2.14", 0), False, "refused", "a token from 192.0.2.14, refused"),
        (at_gateway("192.0.2.77"), True, "text", "a token from 192.0.2.77, let in"),
        (at_gateway("192.0.2.63"), False, "text", "a token from 192.0.2.63, let in"),
        (at_gateway("192.0.20.1"), True, "text", "a token from 192.0.20.1, let in"),
        (at_gateway(stranger, token=token), True, "one token", f"{token} from {stranger}, let in"),
        *(
            (at_gateway(stranger, token=name), True, "one token", f"{name} from {stranger}, let in")
            for name in ("survey-token", "deploy-token", "backup-token")
        ),
        *(
            (at_gateway(stranger, app=app), True, "one application", f"{app} from {stranger}")
            for app in ("wiki.example", "code.example", "planning.example")
        ),
    ]


def read_yaml(text: str) -> tuple[Any, Verdict | None]:
    """What stands in a text, or what is wrong with it, by the line of the text itself."""
    if len(text) > LARGEST:
        got = f"an error: a rule file has at most {LARGEST // 1024**2} MiB"
        return None, Verdict("raised", got=got, mistake="no YAML")
    lines = dedent(text.strip("\n")).splitlines()
    try:
        return yaml.safe_load("\n".join(lines)), None
    except yaml.MarkedYAMLError as error:
        number = min(error.problem_mark.line + 1, len(lines)) if error.problem_mark else 1
        line = lines[number - 1].strip()
        got = f"an error in line {number} of your text, {line!r}: {error.problem}"
        return None, Verdict("raised", got=got, mistake="no YAML")
    except (yaml.YAMLError, RecursionError) as error:
        return None, Verdict("raised", got=f"an error: {error}", mistake="no YAML")


def repeated(text: str) -> str | None:
    """A key that stands twice in one mapping: YAML keeps only the last of them."""
    waiting = [yaml.compose(dedent(text.strip("\n")), yaml.SafeLoader)]
    for node in waiting:
        if isinstance(node, yaml.MappingNode):
            keys = [str(key.value) for key, _ in node.value]
            if twice := next((key for key in keys if keys.count(key) > 1), None):
                return twice
            waiting += [value for _, value in node.value]
    return None


def meant(word: str, known: Collection[str]) -> str:
    """A word that is not known, and the known one that is nearest."""
    near = get_close_matches(word.lower(), {one.lower(): one for one in known}, 1)
    if not near:
        return repr(word)
    return f"{word!r}, which is nearly {next(k for k in known if k.lower() == near[0])!r}"


def whole(document: Any, part: str) -> Any:
    """The part of a document that is asked for, where somebody gives the whole rule."""
    inside = document.get(part) if isinstance(document, dict) else None
    return inside if isinstance(inside, dict) else document


def rows_of(detection: Any) -> list[Any]:
    """The selections of a detection, those that are lists member by member."""
    parts = detection.items() if isinstance(detection, dict) else ()
    chosen = [part for name, part in parts if name != "condition"]
    return [row for part in chosen for row in (part if isinstance(part, list) else [part])]


def misplaced(detection: Any) -> tuple[str, str] | None:
    """What stands on another level of a detection than it should: the mistake, and what shows
    it."""
    parts = detection.items() if isinstance(detection, dict) else ()
    known = log_format(GATEWAY).base.keys()
    for name, part in parts:
        if str(name).partition("|")[0] in known and not isinstance(part, dict | list):
            return "no selection", f"{name}: {written(part)} at the left edge"
        if isinstance(part, dict) and "condition" in part:
            return "condition inside", f"a field called condition in the selection {name!r}"
    return None


def misspelt(detection: Any) -> tuple[str, str] | None:
    """What pySigma reads otherwise than its writer, or says nothing helpful of: the mistake, and
    what shows it."""
    condition = detection.get("condition") if isinstance(detection, dict) else None
    if found := re.search(r"\b(AND|OR|NOT)\b", str(condition)):
        return "capitals", f"a condition with {found[1]}"
    known = log_format(GATEWAY).base.keys()
    for row in rows_of(detection):
        if isinstance(row, str) and re.match(r"[\w|.]+:\S", row):
            return "space", f"the string {row!r}, not a field with a value"
        if isinstance(row, str) and row.partition(": ")[0].partition("|")[0] in known:
            return "no YAML", f"the string {written(row)}, not fields with values"
        for key, wanted in row.items() if isinstance(row, dict) else ():
            if str(wanted).startswith("not "):
                return "not", f"{wanted!r} as the value of {key}"
            if str(key).startswith("not "):
                return "not", f"{key!r} as the name of a field"
            if (name := str(key).partition("|")[0]) not in known:
                return "field", meant(name, known)
    return None


Login = tuple[dict[str, Any], bool, str, str]  # a line, whether it is to be hit, the mistake, words


def detects_among(answer: Any, lines: list[Login]) -> Verdict:
    """The verdict on a detection by the lines that it hits."""
    if not isinstance(answer, str):
        return Verdict("differs", got=written(answer), mistake="no text")
    document, wrong_yaml = read_yaml(answer)
    if wrong_yaml is not None:
        return wrong_yaml
    if (twice := repeated(answer)) is not None:
        return Verdict("differs", got=f"two lines for `{twice}`", mistake="twice")
    detection = whole(document, "detection")
    if (found := misplaced(detection) or misspelt(detection)) is not None:
        return Verdict("differs", got=found[1], mistake=found[0])
    try:
        rule = sigma("answer", GATEWAY, "your rule", answer)
        hits = hits_among({GATEWAY: [line for line, *_ in lines]}, rule)
    except ValueError as error:
        return Verdict("raised", got=f"an error: {error}".rstrip("."), mistake="no rule")
    hit = {name for one in hits for name in one.event_ids}
    for number, (_, wanted, mistake, words) in enumerate(lines, 1):
        if (f"{GATEWAY}:{number}" in hit) != wanted:
            got, want = ("no hit", "a hit") if wanted else ("a hit", "no hit")
            if wanted and re.search(r"^\s*country\b", answer, re.MULTILINE):
                mistake = "country"
            return Verdict("differs", words, got, want, mistake=mistake)
    return PASSED


def detects(answer: Any) -> Verdict:
    """The judge of 10-1: the rule over lines of the gateway."""
    judged = detects_among(answer, logins())
    if judged.mistake == "refused" and is_turned_round(whole(read_yaml(answer)[0], "detection")):
        return replace(judged, mistake="turned round")
    if judged.mistake in ("ours", "refused") and re.search(r"\bor not\b", answer):
        return replace(judged, mistake="or")
    if judged.mistake == "ours" and "|cidr" in answer and not re.search(r"\bnot\b", answer):
        return replace(judged, mistake="kept")
    if judged is PASSED and (found := INDICATORS.search(str(read_yaml(answer)[0]))):
        return Verdict("differs", got=f"a rule with {found[0]!r}", mistake="indicator")
    if judged is PASSED and re.search(r"isSuccessfulLogin:\s*true", answer, re.IGNORECASE):
        return replace(PASSED, note=TRUE_FOR_ONE)
    return judged


def is_turned_round(detection: Any) -> bool:
    """Whether a condition takes back a selection that asks for more than one thing."""
    found = re.match(r"not (\w+)$", str(detection.get("condition")).strip())
    selection = detection.get(found[1]) if found else None
    return isinstance(selection, dict) and len(selection) > 1


# The stolen token, and addresses of strangers: an indicator beside a rule that needs none.
ONE_ADDRESS = re.compile(r"\b(?:203\.0\.113|198\.51\.100)\.\d+\b(?!/)")
INDICATORS = re.compile(r"moveworks[\w-]*|\b(?:203\.0\.113|198\.51\.100)\.\d+")
TRUE_FOR_ONE = (
    "A note for your SIEM: this log writes 1 for success. The engine here accepts `true` for 1, "
    "but others do not."
)

# --- 10-7: the same detection, tuned ------------------------------------------------------------

TUNED = code("""
    tuned = \'\'\'
    login:
        isSuccessfulLogin: 1
    ours:
        ipAddress|cidr: 192.0.2.0/26
    known:
        serviceTokenId: [planning-token, build-token, survey-token, backup-token]
        ipAddress|cidr: 203.0.113.0/25
    condition: login and not ours and not known
    \'\'\'
""")
WEEKLY = 7  # alerts that the rule may have in its worst week
STEPS = 9  # that the rule of 10-1 sees
PROBES_LEFT_OUT = "    isSuccessfulLogin: 1\n    appId|contains: [tracker, wiki, code]"
TOKENS = ("planning", "build", "survey", "backup", "deploy", "badge")


def tuned_logins() -> list[Login]:
    """Lines of the gateway that a tuned rule must treat as the first one did."""
    drawn = dice("lesson-10", "tuned")
    host = 2 + int(next(drawn)[:2], 16) % 50
    unknown = f"t{next(drawn)[:4]}"
    rented, stranger = f"203.0.113.{host}", f"198.51.100.{host}"

    def let_in(name: str, address: str, mistake: str) -> Login:
        token = f"{name}-token" if "token" not in name else name
        return at_gateway(address, 1, token), True, mistake, f"{token} from {address}, let in"

    return [
        (at_gateway("192.0.2.31"), False, "ours", "a token from 192.0.2.31, let in"),
        (at_gateway(stranger, 0), False, "refused", f"a token from {stranger}, refused"),
        *(let_in(name, rented, "network alone") for name in ("deploy", "badge", unknown)),
        let_in("break-glass", f"198.19.18.{host}", "emergency"),
        let_in("break-glass", rented, "emergency"),
        let_in("moveworks", rented, "leaked"),
        let_in("moveworks", stranger, "leaked"),
        *(let_in(name, stranger, "token alone") for name in TOKENS),
        *(let_in(name, f"203.0.113.{128 + host}", "wider") for name in TOKENS),
        *(let_in(name, "192.0.2.77", "wider") for name in TOKENS),
        *(let_in(f"{name}-token-2", rented, "whole name") for name in TOKENS[:4]),
        *(let_in(f"my-{name}-token", rented, "whole name") for name in TOKENS[:4]),
    ]


def one_address(answer: str) -> str | None:
    """The single address of a stranger that a detection asks for, and does not leave out."""
    detection = whole(read_yaml(answer)[0], "detection")
    condition = str(detection.get("condition"))
    for name, selection in detection.items():
        found = ONE_ADDRESS.search(str(selection))
        if found and not re.search(rf"\bnot\s+{re.escape(str(name))}\b", condition):
            return found[0]
    return None


def in_no_line(answer: str) -> str | None:
    """A value that a detection asks for and that no line of the month has in that field: it is
    misspelt, or made up. Fields with a modifier other than contains are left out."""
    lines = a_month().events(GATEWAY).values()
    for name, selection in whole(read_yaml(answer)[0], "detection").items():
        if name == "condition" or not isinstance(selection, dict):
            continue
        for key, wanted in selection.items():
            field, _, modifier = str(key).partition("|")
            there = {str(line[field]).lower() for line in lines if field in line}
            for value in wanted if isinstance(wanted, list) else [wanted]:
                text = str(value).lower()
                found = any(text in one for one in there) if modifier else text in there
                is_pattern = "*" in text or "?" in text
                if modifier in ("", "contains") and not found and not is_pattern:
                    return f"{field}: {value}"
    return None


def tunes(answer: Any) -> Verdict:
    """The judge of 10-7: what the rule still hits, what it costs in the month, and what it sees."""
    judged = tuning(answer)
    if judged.kind == "differs" and judged.mistake in CHOICES and (strange := in_no_line(answer)):
        return Verdict("differs", got=f"`{strange}`", mistake="value")
    return judged


# What a misspelt value looks like to the judge, as if it were a choice.
CHOICES = ("budget", "lost", "network alone", "token alone", "wider", "whole name", "emergency")


def tuning(answer: Any) -> Verdict:
    """The same, without a look at the values."""
    judged = detects_among(answer, tuned_logins())
    if judged is not PASSED:
        named = one_address(answer) if judged.mistake == "network alone" else None
        if named is None:
            return judged
        return Verdict("differs", got=f"a rule that asks for {named}", mistake="indicator")
    logs = a_month()
    score = logs.score(logs.hunt(sigma("answer", GATEWAY, "your rule", answer)))
    if score.recall.hits < STEPS:
        got, want = counted(score.recall.hits, "step"), f"{STEPS} steps"
        return Verdict("differs", "the lesson's month", got, want, mistake="lost")
    if (alerts := in_worst_week(score)) > WEEKLY:
        got, want = f"{alerts} alerts", f"at most {WEEKLY}"
        return Verdict("differs", "the rule's worst week", got, want, mistake="budget")
    return PASSED


# --- 10-2: a session that roams -----------------------------------------------------------------


LIKE_OTHERS = "Mozilla/5.0"  # how nearly all user agents begin


def sessions() -> Iterable[Case]:
    """Logs of an identity provider, and the sessions that roam in them."""
    ada, tom = (f"102{next(draw)[:6]}" for draw in [dice("lesson-10", "sessions")] * 2)

    def log(*places: tuple[int, str], session: str = ada) -> list[dict[str, Any]]:
        return [in_session(session, network, agent) for network, agent in places]

    stays = log((OFFICE, MINE), (OFFICE, MINE))
    for words, events, want, mistake in (
        ("only one event", log((ABROAD, THIEVES)), set(), "first"),
        ("a session that stays where it is", stays, set(), "stays"),
        (
            "another address in the same network",
            [in_session(ada, OFFICE, MINE, f"192.0.2.{n}") for n in (1, 2)],
            set(),
            "address",
        ),
        ("from the office to home", log((OFFICE, MINE), (HOME, MINE)), set(), "network"),
        ("a new version of the browser", log((OFFICE, MINE), (OFFICE, NEWER)), set(), "agent"),
        ("a thief", log((OFFICE, MINE), (ABROAD, THIEVES)), {ada}, "thief"),
        ("a thief, then the owner", log((ABROAD, THIEVES), (OFFICE, MINE)), {ada}, "thief"),
        (
            "two people",
            log((OFFICE, MINE)) + log((ABROAD, THIEVES), session=tom),
            set(),
            "people",
        ),
        (
            "a thief, with somebody else's events in between",
            log((OFFICE, MINE))
            + log((HOME, NEWER), session=tom)
            + log((ABROAD, THIEVES))
            + log((HOME, NEWER), session=tom),
            {ada},
            "people",
        ),
        (
            "two thieves",
            log((OFFICE, MINE), (ABROAD, THIEVES))
            + log((HOME, NEWER), (ABROAD, THIEVES), session=tom),
            {ada, tom},
            "both",
        ),
        (
            "a new version of the browser, and later the trip home",
            log((OFFICE, MINE), (OFFICE, NEWER), (HOME, NEWER)),
            set(),
            "whole",
        ),
        (
            "the trip home, a new version, and the thief",
            log((OFFICE, MINE), (HOME, MINE), (HOME, NEWER), (ABROAD, THIEVES)),
            {ada},
            "thief",
        ),
        (
            "two browsers whose names begin alike",
            log((OFFICE, f"{LIKE_OTHERS} (X11; Linux)"), (ABROAD, f"{LIKE_OTHERS} (Windows)")),
            {ada},
            "whole text",
        ),
        (
            "a browser with a longer name, and a network with a longer number",
            log((OFFICE, MINE), (10 * OFFICE, f"{MINE} mobile")),
            {ada},
            "whole text",
        ),
        (
            "sign-ins that failed: they belong to no session",
            [in_session("unknown", *place) for place in ((OFFICE, MINE), (ABROAD, THIEVES))],
            set(),
            "unknown",
        ),
    ):
        yield Case((events,), want, mistake, words)


def no_set(case: Case, result: Any) -> str | None:
    """The mistake of those who give the right sessions, and not as a set."""
    several = isinstance(result, list | tuple) and all(isinstance(one, str) for one in result)
    return "set" if several and set(result) == case.want else None


# --- 10-3: a correlation ------------------------------------------------------------------------

TWO_IN_ORDER = f"correlation = '''{IN_ORDER}'''"


CORRELATION_KEYS = ("type", "rules", "aliases", "group-by", "timespan", "condition", "generate")


def base_rules() -> tuple[str, str]:
    """The two rules that are correlated."""
    return (
        sigma("token_abroad", GATEWAY, "Service token from elsewhere", ABROAD_DETECTION),
        sigma("privileged_change", "jira", "Privileged change", PRIVILEGED, "low"),
    )


def in_tracker(address: str, at: int, action: str = "User created") -> dict[str, Any]:
    """A line of the tracker's audit log; `at` in seconds since 1970."""
    return {
        "auditType": {"action": action, "actionI18nKey": "jira.auditing.user.created"},
        "author": {"name": "svc", "type": "ApplicationUser"},
        "source": address,
        "timestamp": {"epochSecond": at, "nano": 0},
    }


def stories() -> list[tuple[str, str, int | None, int | None, bool, str]]:
    """What a stranger did: address, words, when at the gateway and when in the tracker (minutes),
    whether that is to be found, and the mistake."""
    host = 20 + int(next(dice("lesson-10", "stories"))[:2], 16) % 100
    return [
        (f"203.0.113.{host}", "the gateway, then a change 5 minutes later", 0, 5, True, "found"),
        ("198.51.100.7", "the gateway, then a change 14 minutes later", 60, 74, True, "window"),
        (
            "198.51.100.11",
            "only a change, 5 minutes after another stranger came by",
            None,
            305,
            False,
            "address",
        ),
        ("198.51.100.10", "only the gateway", 300, None, False, "alone"),
        ("198.51.100.8", "a change, then the gateway 5 minutes later", 125, 120, False, "order"),
        ("198.51.100.9", "the gateway, then a change 40 minutes later", 180, 220, False, "window"),
        ("198.51.100.13", "the gateway, then a change 16 minutes later", 500, 516, False, "window"),
        ("198.51.100.12", "only a change, 2 hours later", None, 420, False, "alone"),
    ]


def misshapen(correlation: dict[str, Any]) -> tuple[str, str] | None:
    """What in a correlation has another form than it should: the mistake, and what shows it."""
    timespan, aliases = str(correlation.get("timespan", "15m")), correlation.get("aliases", {})
    if timespan.endswith("M"):
        return "months", written(timespan)
    if not re.fullmatch(r"\d+[smhdw]", timespan):
        return "timespan", f"timespan: {timespan}"
    if not isinstance(aliases, dict) or not all(isinstance(one, dict) for one in aliases.values()):
        return "aliases", f"aliases: {written(aliases)}"
    stuck = [name for one in aliases.values() for name in one if ":" in str(name)]
    if stuck:
        return "aliases", f"{written(stuck[0])} without a space after its colon"
    names = correlation.get("rules")
    known = ("token_abroad", "privileged_change")
    strangers = [name for name in names if name not in known] if isinstance(names, list) else []
    return ("name", written(strangers[0])) if strangers else None


def correlates(answer: Any) -> Verdict:
    """The judge of 10-3: the correlation over two logs in which eight strangers come by."""
    if not isinstance(answer, str):
        return Verdict("differs", got=written(answer), mistake="no text")
    correlation, wrong_yaml = read_yaml(answer)
    if wrong_yaml is not None:
        return wrong_yaml
    correlation = whole(correlation, "correlation")
    if isinstance(correlation, dict):
        if unknown := [key for key in correlation if key not in CORRELATION_KEYS]:
            return Verdict("differs", got=meant(str(unknown[0]), CORRELATION_KEYS), mistake="key")
        if (found := misshapen(correlation)) is not None:
            return Verdict("differs", got=found[1], mistake=found[0])
    start, told = 1_700_000_000, stories()
    gateway = [
        {**at_gateway(address), "datetime": iso(start + 60 * passed)}
        for address, _, passed, _, _, _ in told
        if passed is not None
    ]
    tracker = [
        in_tracker(address, start + 60 * changed)
        for address, _, _, changed, _, _ in told
        if changed is not None
    ]
    logs = {GATEWAY: gateway, "jira": tracker}
    try:
        rules = (*base_rules(), correlated("answer", "your correlation", answer))
        hits = by_rule(hits_among(logs, *rules))
    except ValueError as error:
        return Verdict("raised", got=f"an error: {error}".rstrip("."), mistake="no rule")
    named = {name for hit in hits.get("answer", ()) for name in hit.event_ids}
    hit = {line["ipAddress"] for n, line in enumerate(gateway, 1) if f"{GATEWAY}:{n}" in named}
    hit |= {line["source"] for n, line in enumerate(tracker, 1) if f"jira:{n}" in named}
    for address, words, _, _, wanted, mistake in told:
        if (address in hit) != wanted:
            got, want = ("no hit", "a hit") if wanted else ("a hit", "no hit")
            return Verdict("differs", f"{address}: {words}", got, want, mistake=mistake)
    if "token_abroad" not in hits:
        got, want = "no alert", "an alert for each login"
        return Verdict("differs", "token_abroad on its own", got, want, mistake="generate")
    return PASSED


# --- 10-8: alerts that are closed by hand ---------------------------------------------------------

CLOSED = code("""
    closed = {"jira:129": "CHG-4006", "jira:576": "on call", "jira:634": "CHG-4060"}
""")
FEW = 3  # alerts to close


@cache
def alerts_of_the_correlation() -> frozenset[str]:
    """The ids of the changes that 10-3 finds in the month of the lesson."""
    logs, text = a_month(), IN_ORDER
    hits = by_rule(logs.hunt(*base_rules(), correlated("in_order", "In order", text)))
    return frozenset(alert["id"] for alert in alerts_in_tracker(logs, hits["in_order"]))


def closes(answer: Any) -> Verdict:
    """The judge of 10-8: each alert against the row that is to explain it."""
    if not isinstance(answer, dict) or not all(
        isinstance(text, str) for pair in answer.items() for text in pair
    ):
        return Verdict("differs", got=written(answer), mistake="form")
    logs, known = a_month(), alerts_of_the_correlation()
    tracker = logs.named(known)
    for name, reason in answer.items():
        event = tracker.get(name)
        if event is None:
            return Verdict("differs", got=written(name), mistake="no alert")
        alert = change_in_tracker(name, event)
        if (mistake := unexplained(logs, alert, reason)) is not None:
            words = f"{name}, by {alert['who']} at {alert['time']}"
            return Verdict("differs", words, written(reason), mistake=mistake)
    if len(answer) < FEW:
        return Verdict("differs", got=counted(len(answer), "alert"), mistake="few")
    if len({reason == "on call" for reason in answer.values()}) == 1:
        return Verdict("differs", got=", ".join(answer.values()), mistake="one table")
    return PASSED


def unexplained(logs: Logs, alert: Mapping[str, str], reason: str) -> str | None:
    """Why a row does not explain an alert, as the name of a mistake; None where it does."""
    who, time = alert["who"], alert["time"]
    duties = [row for row in logs.table("roster") if row["account"] == who]
    if reason == "on call":
        on_call = any(row["on_call_from"] <= time <= row["on_call_to"] for row in duties)
        return None if on_call else "off call"
    if reason in ("trip", "travel"):
        return "trip"
    tickets = {row["id"]: row for row in logs.table("changes")}
    ticket = tickets.get(reason)
    if ticket is None:
        return "no ticket"
    if ticket["by"] != who:
        return "author"
    if ticket["system"] != "tracker":
        return "system"
    return None if ticket["from"] <= time <= ticket["to"] else "time"


# --- 10-4: what the log does not say ------------------------------------------------------------

EXPLAINED = code("""
    def explained(alert, changes, roster):
        who, time = alert["who"], alert["time"]
        for ticket in changes:
            if ticket["by"] == who and ticket["system"] == "tracker":
                if ticket["from"] <= time <= ticket["to"]:
                    return ticket["id"]
        for person in roster:
            if person["account"] == who:
                if person["on_call_from"] <= time <= person["on_call_to"]:
                    return "on call"
        return None
""")


def alerts() -> Iterable[Case]:
    """Alerts, with the tables of a company."""
    number = 4000 + int(next(dice("lesson-10", "alerts"))[:3], 16)
    ticket = {
        "id": f"CHG-{number}",
        "system": "tracker",
        "from": "2023-11-15T14:00:00Z",
        "to": "2023-11-15T17:00:00Z",
        "by": "i.ramos",
    }
    elsewhere = {**ticket, "id": "CHG-1", "system": "wiki", "by": "n.abara"}
    earlier = {
        **ticket,
        "id": "CHG-2",
        "from": "2023-11-14T14:00:00Z",
        "to": "2023-11-14T17:00:00Z",
    }
    hours = {"role": "administrators", "country": "US", "from_hour": "14", "to_hour": "23"}
    never = {"on_call_from": "", "on_call_to": ""}
    week = {"on_call_from": "2023-11-13T00:00:00Z", "on_call_to": "2023-11-16T00:00:00Z"}
    other_systems = {"a.test": "tracker-test", "b.old": "old tracker", "c.cap": "Tracker"}
    nearly_there = [
        {**ticket, "by": who, "system": system} for who, system in other_systems.items()
    ]
    changes = [elsewhere, *nearly_there, ticket, earlier]
    roster = [
        {"account": "b.idle", **hours, **never},
        {"account": "n.abara", **hours, **never},
        {"account": "t.night", **hours, **week},
        {"account": "i.ramos", **hours, **never},
    ]
    for who, time, want, mistake, words in (
        ("b.idle", "2023-11-14T03:00:00.000Z", None, "never", "the author is never on call"),
        (
            "i.ramos",
            "2023-11-15T15:14:38.641Z",
            ticket["id"],
            "ticket",
            "during the author's ticket",
        ),
        ("s.stranger", "2023-11-15T15:14:38.641Z", None, "author", "during somebody else's ticket"),
        ("i.ramos", "2023-11-15T18:00:00.000Z", None, "time", "an hour after the ticket ended"),
        ("i.ramos", "2023-11-15T13:00:00.000Z", None, "time", "an hour before the ticket began"),
        ("n.abara", "2023-11-15T15:00:00.000Z", None, "system", "a ticket for another system"),
        ("i.ramos", "2023-11-15T17:00:30Z", None, "moment", "30 seconds after the ticket ended"),
        ("i.ramos", "2023-11-15T13:59:30Z", None, "moment", "30 seconds before it began"),
        (
            "i.ramos-admin",
            "2023-11-15T15:00:00Z",
            None,
            "whole",
            "a ticket that belongs to i.ramos",
        ),
        ("i.ram", "2023-11-15T15:00:00Z", None, "whole", "a ticket that belongs to i.ramos"),
        ("I.Ramos", "2023-11-15T15:00:00Z", None, "whole", "a ticket that belongs to i.ramos"),
        *(
            (who, "2023-11-15T15:00:00Z", None, "whole", f"a ticket for the {system!r} system")
            for who, system in other_systems.items()
        ),
        ("t.night2", "2023-11-14T03:00:00Z", None, "whole", "t.night is on call"),
        ("t.night", "2023-11-14T03:00:00.000Z", "on call", "on call", "the author is on call"),
        ("t.night", "2023-11-17T03:00:00.000Z", None, "off call", "the author was on call before"),
        ("t.night", "2023-11-12T03:00:00.000Z", None, "off call", "the author is on call later"),
        ("t.night", "2023-11-16T00:00:30Z", None, "moment", "30 seconds after the week on call"),
        ("t.night", "2023-11-16T03:00:00Z", None, "moment", "3 hours after the week on call"),
        ("t.night", "2023-11-12T23:59:30Z", None, "moment", "30 seconds before the week on call"),
        ("i.ramos", "2023-11-14T15:00:00.000Z", "CHG-2", "ticket", "during an earlier ticket"),
        ("i.ramos", "2023-11-14T14:00:00Z", "CHG-2", "edges", "when the ticket begins"),
        ("i.ramos", "2023-11-14T17:00:00Z", "CHG-2", "edges", "when the ticket ends"),
        ("t.night", "2023-11-13T00:00:00Z", "on call", "edges", "when the week on call begins"),
        ("t.night", "2023-11-16T00:00:00Z", "on call", "edges", "when the week on call ends"),
    ):
        alert = {"who": who, "time": time, "address": "198.18.4.9", "action": "User created"}
        yield Case((alert, changes, roster), want, mistake, words)
    at_night = {"who": "t.night", "time": "2023-11-14T03:00:00.000Z"}
    own = {**ticket, "by": "t.night", "from": "2023-11-14T01:00:00Z", "to": "2023-11-14T05:00:00Z"}
    yield Case((at_night, [], roster), "on call", "on call", "on call, and no ticket at all")
    words = "on call, and the second ticket is the author's"
    yield Case((at_night, [elsewhere, own], roster), own["id"], "ticket", words)


# --- the exercises ------------------------------------------------------------------------------

# What stands on the wrong level of a detection, in 10-1 and in 10-7.
PLACES = {
    "no selection": (
        "A field belongs in a selection. Give the selection a name with a colon, and put "
        "its fields below it, indented.",
        yaml_text(
            """
            isSuccessfulLogin: 1
            ours:
                ipAddress|cidr: 192.0.2.0/26
            condition: isSuccessfulLogin and not ours
            """
        ),
    ),
    "condition inside": (
        "`condition` is not a field of the log. It belongs at the left edge, like the names of "
        "the selections.",
        yaml_text(
            """
            login:
                isSuccessfulLogin: 1
                condition: login
            """
        ),
    ),
    "twice": (
        "YAML keeps only the last of two lines for one field. Write one line with a list: "
        "`field: [one, other]`.",
        yaml_text(
            """
            login:
                isSuccessfulLogin: 1
            ours:
                ipAddress|cidr: 192.0.2.0/26
                ipAddress|cidr: 203.0.113.0/25
            condition: login and not ours
            """
        ),
    ),
    "country": (
        "A thief may be in any country, the company's own included. Do not ask for one.",
        yaml_text(
            """
            login:
                isSuccessfulLogin: 1
                country: US
            ours:
                ipAddress|cidr: 192.0.2.0/26
            condition: login and not ours
            """
        ),
    ),
}


EXERCISES = (
    Exercise(
        "10-1",
        "value",
        detects,
        "Your rule describes a behaviour, and names neither the thief's address nor the stolen "
        "token.",
        {
            "no text": (
                "A detection is a string of YAML: put it between triple quotes.",
                "answer = {'condition': 'login'}",
            ),
            "no rule": (
                "pySigma cannot read it. Each name ends in a colon, lines that belong together "
                "have the same indentation, and `condition` uses the names above it.",
                yaml_text(
                    """
                    login:
                        isSuccessfulLogin: 1
                    condition: logins
                    """
                ),
            ),
            "no YAML": (
                "This is not valid YAML. Each name ends in a colon and a space, lines that belong "
                "together have the same indentation, and each bracket is closed.",
                yaml_text(
                    """
                    login:
                        isSuccessfulLogin: 1
                      ours:
                        ipAddress|cidr: 192.0.2.0/26
                    condition: login and not ours
                    """
                ),
            ),
            "capitals": (
                "In a condition, write `and`, `or` and `not` in lower case. Case is ignored only "
                "in values.",
                altered_detection("login and not ours", "login AND NOT ours"),
            ),
            "space": (
                "YAML needs a space after the colon. Without it the line is one string, which the "
                "engine looks for anywhere in the event.",
                altered_detection("isSuccessfulLogin: 1", "isSuccessfulLogin:1"),
            ),
            "not": (
                "`not` belongs in the condition, before the name of a selection. In a field or a "
                "value it is part of the string.",
                yaml_text(
                    """
                    login:
                        isSuccessfulLogin: 1
                        ipAddress: not 192.0.2.0/26
                    condition: login
                    """
                ),
            ),
            "field": (
                "No line of this log has a field with that name, so the selection is never true, "
                "and no engine complains. Copy the name from the line that is printed above.",
                yaml_text(
                    """
                    login:
                        isSuccesfulLogin: 1
                    ours:
                        ipAddress|cidr: 192.0.2.0/26
                    condition: login and not ours
                    """
                ),
            ),
            **PLACES,
            "kept": (
                "Your rule matches the company's own network, and leaves out everything else. Put "
                "`not` before that selection in the condition.",
                altered_detection("login and not ours", "login and ours"),
            ),
            "or": (
                "With `or`, one half is enough: every successful login counts, and every login "
                "from outside. Use `and not`.",
                altered_detection("login and not ours", "login or not ours"),
            ),
            "turned round": (
                "`not` reverses the whole selection: with `not (let in and ours)` a refused "
                "login counts as well. Make two selections, and put `not` before one of them.",
                yaml_text(
                    """
                    ours:
                        isSuccessfulLogin: 1
                        ipAddress|cidr: 192.0.2.0/26
                    condition: not ours
                    """
                ),
            ),
            "ours": (
                "That is one of the company's own services doing its usual work. Leave such lines "
                "out: add a second selection with `|cidr`, after `and not`. Without `|cidr` the "
                "string 192.0.2.0/26 does not match any address.",
                yaml_text(
                    """
                    login:
                        isSuccessfulLogin: 1
                    condition: login
                    """
                ),
            ),
            "abroad": (
                "The token comes from outside the company's network, and the gateway lets it in. "
                "That is what you are hunting for, whatever the address.",
                yaml_text(
                    """
                    login:
                        isSuccessfulLogin: 1
                        ipAddress: 203.0.113.66
                    condition: login
                    """
                ),
            ),
            "one address": (
                "Every other outside address is suspicious too. A rule that names one address is "
                "an indicator: the intruder can change the address in a minute.",
                yaml_text(
                    """
                    login:
                        isSuccessfulLogin: 1
                        ipAddress|startswith: 203.0.113.
                    condition: login
                    """
                ),
            ),
            "refused": (
                "The gateway refused this one. Match only successful logins.",
                yaml_text(
                    """
                    ours:
                        ipAddress|cidr: 192.0.2.0/26
                    condition: not ours
                    """
                ),
            ),
            "text": (
                "192.0.2.0/26 means the addresses 192.0.2.0 to 192.0.2.63, and no others. `|cidr` "
                "with /26 says exactly that. The beginning of the string, or a different number "
                "after the slash, says something else.",
                yaml_text(
                    """
                    login:
                        isSuccessfulLogin: 1
                    ours:
                        ipAddress|startswith: 192.0.2
                    condition: login and not ours
                    """
                ),
            ),
            "one application": (
                "The stolen token opens other applications as well. Do not name one.",
                altered_detection(
                    "isSuccessfulLogin: 1", "isSuccessfulLogin: 1\n    appId: tracker.example"
                ),
            ),
            "indicator": (
                "The rule finds what it should, and would do so even without that. A stolen token "
                "or an intruder's address is an indicator, and can change in a minute. Leave it "
                "out.",
                altered_detection(
                    "condition: login and not ours",
                    "known:\n    serviceTokenId: moveworks-token\n"
                    "condition: login and not ours or login and known and not ours",
                ),
            ),
            "one token": (
                "Any token may be stolen. Do not name one, and do not leave one out.",
                yaml_text(
                    """
                    login:
                        isSuccessfulLogin: 1
                        serviceTokenId: moveworks-token
                    ours:
                        ipAddress|cidr: 192.0.2.0/26
                    condition: login and not ours
                    """
                ),
            ),
        },
        (
            "You need two selections. One matches the logins that were let in, the other the lines "
            "from our own network.",
            "`isSuccessfulLogin: 1` in the first, `ipAddress|cidr: 192.0.2.0/26` in the second.",
            "condition: login and not ours",
        ),
        TOKEN_ABROAD,
    ),
    Exercise(
        "10-2",
        "function",
        compare(sessions, why=no_set),
        "Network and browser change at the same time, between two events of one session. On its "
        "own, neither change is rare.",
        {
            "stays": (
                "Nothing changes in this session.",
                wrong(
                    """
                    def answer(events):
                        seen = [e["authenticationContext"]["externalSessionId"] for e in events]
                        return {session for session in seen if seen.count(session) > 1}
                    """
                ),
            ),
            "address": (
                "Addresses within a network change all the time. Compare `asNumber`.",
                altered(
                    ROAMING,
                    ('event["securityContext"]["asNumber"]', 'event["client"]["ipAddress"]'),
                    ("before[0] != network and before[1] != agent", "before[0] != network"),
                ),
            ),
            "network": (
                "People go home with a session open. A change of network is not enough.",
                altered(
                    ROAMING,
                    ("before[0] != network and before[1] != agent", "before[0] != network"),
                ),
            ),
            "agent": (
                "Browsers update themselves while a session is open. A change of user agent is "
                "not enough.",
                altered(
                    ROAMING,
                    ("before[0] != network and before[1] != agent", "before[1] != agent"),
                ),
            ),
            "thief": (
                "Network and browser change here from one event to the next: that is what you "
                "are looking for.",
                wrong("answer = lambda events: set()"),
            ),
            "whole text": (
                "Two networks or two user agents are different, even if they begin the same way. "
                "Nearly all user agents begin with Mozilla/5.0. Compare the whole strings.",
                altered(ROAMING, ('["rawUserAgent"]', '["rawUserAgent"].split()[0]')),
            ),
            "set": (
                "These are the right sessions. Return them as a set: begin with set(), then add "
                "them.",
                altered(ROAMING, ("return found", "return list(found)")),
            ),
            "unknown": (
                "A failed sign-in has no session. The log writes 'unknown' there for "
                "everybody: leave these events out.",
                altered(ROAMING, ('session != "unknown" and ', "")),
            ),
            "first": (
                "There is no earlier event to compare the first event of a session with.",
                altered(
                    ROAMING, ("last.get(session, (network, agent))", 'last.get(session, ("", ""))')
                ),
            ),
            "people": (
                "Two people may work at the same time, each in their own session. Remember "
                "the last event of each session.",
                altered(
                    ROAMING,
                    ("last.get(session, (", 'last.get("last", ('),
                    ("last[session]", 'last["last"]'),
                ),
            ),
            "both": (
                "There are two such sessions here. Return both.",
                altered(ROAMING, ("found.add(session)", "found = {session}")),
            ),
            "whole": (
                "The browser changes first, the network later. Compare each event only with the "
                "one before it in the session.",
                wrong(
                    """
                    def answer(events):
                        places = {}
                        for event in events:
                            session = event["authenticationContext"]["externalSessionId"]
                            network = event["securityContext"]["asNumber"]
                            agent = event["client"]["userAgent"]["rawUserAgent"]
                            places.setdefault(session, set()).add((network, agent))
                        return {
                            session
                            for session, seen in places.items()
                            if len({n for n, _ in seen}) > 1 and len({a for _, a in seen}) > 1
                        }
                    """
                ),
            ),
        },
        (
            "Keep a dictionary that maps each session to the network and agent of its last event.",
            "For each event: if its session is in the dictionary, and network *and* agent differ "
            "from the stored pair, add the session to the set. Then store the new pair.",
            "One more condition leaves out failed sign-ins. With `before = "
            "last.get(session, (network, agent))`, the first event is compared with itself.",
        ),
        ROAMING,
    ),
    Exercise(
        "10-7",
        "value",
        tunes,
        "No score shows the price: the rule does not see a thief who rents a computer from that "
        "company and holds one of the tokens that you left out. Put that in your notes.",
        {
            "no text": (
                "A detection is a string of YAML: put it between triple quotes.",
                "answer = ['planning-token']",
            ),
            "no rule": (
                "pySigma cannot read it. `condition` uses the names of the selections above it.",
                altered_tuning("not known", "not unknown"),
            ),
            "no YAML": (
                "This is not valid YAML. Each name ends in a colon and a space, lines that belong "
                "together have the same indentation, and each bracket is closed.",
                altered_tuning("backup-token]", "backup-token"),
            ),
            "capitals": (
                "In a condition, write `and`, `or` and `not` in lower case.",
                altered_tuning("and not known", "AND NOT known"),
            ),
            "space": (
                "YAML needs a space after the colon.",
                altered_tuning("isSuccessfulLogin: 1", "isSuccessfulLogin:1"),
            ),
            "not": (
                "`not` belongs in the condition, before the name of a selection.",
                altered_tuning(
                    "[planning-token, build-token, survey-token, backup-token]",
                    "not moveworks-token",
                ),
            ),
            "field": (
                "No line of this log has a field with that name, so the selection is never true.",
                altered_tuning("serviceTokenId", "serviceToken"),
            ),
            "value": (
                "No line of the month has this value in this field, so it is misspelt or made up. "
                "Copy values from the lines.",
                altered_tuning("planning-token", "planing-token"),
            ),
            "indicator": (
                "A single address is an indicator: it identifies this thief, but the next one has "
                "a different address. Leave out what the owners explain, and do not name a "
                "stranger.",
                altered_tuning("    isSuccessfulLogin: 1", "    ipAddress: 203.0.113.66"),
            ),
            **PLACES,
            "ours": (
                "The company's own services should not raise an alert: leave out what 10-1 left "
                "out.",
                altered_tuning("not ours and ", ""),
            ),
            "refused": (
                "The gateway refused this one. Keep the selection for successful logins.",
                altered_tuning("login and not ours", "not ours"),
            ),
            "emergency": (
                "The emergency token is rarely used, and somebody should look at each use. It "
                "is worth its alerts.",
                altered_tuning("[planning-token", "[break-glass-token, planning-token"),
            ),
            "leaked": (
                "This token is the one that leaked. Do not leave out any of its lines: the thief "
                "may be on its owner's network too.",
                altered_tuning("[planning-token", "[moveworks-token, planning-token"),
            ),
            "token alone": (
                "Any token may be stolen. Leave one out only where its owner uses it: a line for "
                "the token and a line for the network, in one selection.",
                altered_tuning("    ipAddress|cidr: 203.0.113.0/25\n", ""),
            ),
            "wider": (
                "The owners name 203.0.113.0/25, which ends at 203.0.113.127. Your rule leaves out "
                "more than that, or more than 192.0.2.0/26.",
                altered_tuning("203.0.113.0/25", "203.0.113.0/24"),
            ),
            "whole name": (
                "That is a different token with nearly the same name. Give complete names.",
                altered_tuning("serviceTokenId:", "serviceTokenId|contains:"),
            ),
            "network alone": (
                "This token's owner has nothing there, and anybody can rent a computer from that "
                "company. Leave a token out only if it comes *from its owner's network*: name the "
                "tokens and the network in one selection, and keep everything else.",
                altered_tuning(
                    "    serviceTokenId: [planning-token, build-token, survey-token, "
                    "backup-token]\n",
                    "",
                ),
            ),
            "lost": (
                "Your rule no longer sees one of the intruder's steps. Probing is a step as well: "
                "do not leave out any application.",
                altered_tuning("    isSuccessfulLogin: 1", PROBES_LEFT_OUT),
            ),
            "budget": (
                "That is still more than your share. Which of the tokens that did not leak raise "
                "alerts that their owners explain? And is the network the one that the owners "
                "named, 203.0.113.0/25?",
                altered_tuning(", survey-token, backup-token", ""),
            ),
        },
        (
            "Begin with your detection from 10-1. Add a selection of two lines, and exclude it in "
            "the condition: `and not known`.",
            "One line lists the tokens. The other gives the network, with `|cidr`. The table has "
            "both.",
            "If you leave out only planning-token and build-token, eight alerts remain in the "
            "worst week. Look at the row below.",
        ),
        TUNED,
    ),
    Exercise(
        "10-3",
        "value",
        correlates,
        "Two ordinary lines from two vendors, in order, from one address: neither log shows that "
        "on its own.",
        {
            "no text": (
                "A correlation is a string of YAML: put it between triple quotes.",
                "answer = ['token_abroad', 'privileged_change']",
            ),
            "no rule": (
                "pySigma cannot read it. It needs `type`, `rules`, `group-by` and `timespan`, and "
                "the rules are token_abroad and privileged_change.",
                yaml_text(
                    """
                    type: temporal_ordered
                    rules:
                        - token_abroad
                    """
                ),
            ),
            "no YAML": (
                "This is not valid YAML. Each name ends in a colon and a space, and each bracket "
                "is closed.",
                yaml_text(
                    """
                    type: temporal_ordered
                    rules: [token_abroad, privileged_change
                    """
                ),
            ),
            "key": (
                "A correlation has no such key, and an engine silently ignores it. Give "
                "only what belongs under `correlation:`. The example above shows the keys.",
                altered_text("group-by", "group_by"),
            ),
            "timespan": (
                "A timespan is a number and one letter, without a space: 30s, 10m, 2h.",
                altered_text("15m", "15 minutes"),
            ),
            "aliases": (
                "An alias has two levels: its own name, and below that each rule with its field, "
                "`{alias: {first: its field, second: its field}}`. Put a space after each colon.",
                altered_text(
                    "{address: {token_abroad: ipAddress, privileged_change: source}}",
                    "{token_abroad: ipAddress, privileged_change: source}",
                ),
            ),
            "name": (
                "Two rules are loaded here, token_abroad and privileged_change. The tuned one has "
                "a different name, and is not loaded.",
                altered_text("rules: [token_abroad", "rules: [tuned"),
            ),
            "months": (
                "A capital M means months, and a small m means minutes.",
                altered_text("15m", "15M"),
            ),
            "found": (
                "Both happened, in order, from one address. Check three things: the order in "
                "`rules`, each rule's own field in `aliases`, and the alias in `group-by`.",
                altered_text("token_abroad: ipAddress", "token_abroad: appId"),
            ),
            "window": (
                "The time between the two matters: at most 15 minutes.",
                altered_text("15m", "1h"),
            ),
            "order": (
                "The change came first, so it was not made through this login. `temporal` accepts "
                "any order, `temporal_ordered` only the order in `rules`.",
                altered_text("temporal_ordered", "temporal"),
            ),
            "address": (
                "These are two strangers at two addresses, and nothing connects them. Group by the "
                "address: `group-by`, with a hyphen.",
                altered_text("group-by: [address]\n", ""),
            ),
            "generate": (
                "The correlation is right. But without `generate: true` the rules that it refers "
                "to are silent, and you still want the first rule's alerts.",
                altered_text("generate: true\n", ""),
            ),
            "alone": (
                "One of the two is missing here. A correlation needs both.",
                yaml_text(
                    """
                    type: event_count
                    rules:
                        - token_abroad
                    group-by:
                        - ipAddress
                    timespan: 15m
                    condition:
                        gte: 1
                    """
                ),
            ),
        },
        (
            "The example above has the parts. Begin with `type: temporal_ordered`.",
            "`rules` is a list with the two names, in order. `timespan: 15m`, `generate: true`.",
            "`aliases: {address: {token_abroad: ipAddress, privileged_change: source}}`, then "
            "`group-by: [address]`.",
        ),
        TWO_IN_ORDER,
    ),
    Exercise(
        "10-8",
        "value",
        closes,
        "Each change has a row that somebody wrote before anybody asked. That closes an alert; "
        "looking normal does not. The row does not prove who was at the keyboard: a thief can act "
        "while somebody's ticket is valid, and in the target one does.",
        {
            "form": (
                "Give a dictionary that maps an alert's id, such as 'jira:1', to the id of a "
                "ticket or to 'on call'.",
                "answer = ['jira:129']",
            ),
            "no alert": (
                "This id does not belong to any of the 16 changes. Copy the ids from the list.",
                "answer = {'jira:1': 'CHG-4006'}",
            ),
            "no ticket": (
                "There is no ticket with this id. A reason is the id of a ticket, or 'on call'.",
                "answer = {'jira:129': 'svc-smartsheet'}",
            ),
            "author": (
                "The ticket is somebody else's. Look at the rows about the change's author.",
                "answer = {'jira:576': 'CHG-4006'}",
            ),
            "system": (
                "The ticket is for a different system, but the change was made in the tracker.",
                "answer = {'jira:129': 'CHG-4036'}",
            ),
            "time": (
                "The ticket begins after the change, or ends before it.",
                "answer = {'jira:129': 'CHG-4060'}",
            ),
            "off call": (
                "The author is not on call at that time.",
                "answer = {'jira:1852': 'on call'}",
            ),
            "trip": (
                "A trip explains why the address is unfamiliar. Unlike on-call duty, it does not "
                "say that the person was meant to be working. This alert stays open until somebody "
                "has asked.",
                "answer = {'jira:4955': 'trip'}",
            ),
            "few": (
                "These are right. Close three.",
                "answer = {'jira:129': 'CHG-4006', 'jira:576': 'on call'}",
            ),
            "one table": (
                "These are right. Close at least one with a ticket, and one with the roster.",
                "answer = {'jira:129': 'CHG-4006', 'jira:634': 'CHG-4060', "
                "'jira:1203': 'CHG-4093'}",
            ),
        },
        (
            "Take an alert from the list: hunting.rows_about(logs, alerts[0]) prints what is on "
            "record.",
            "A service account has tickets. A person who works at two in the morning may be on "
            "call.",
            "svc-smartsheet, 8 November 11:43: which of its tickets for the tracker covers that "
            "time? w.sorensen, 10 November: see the roster.",
        ),
        CLOSED,
    ),
    Exercise(
        "10-4",
        "function",
        compare(alerts),
        "No line in the log says that. A SIEM can do the same if somebody loads these tables into "
        "it, as a lookup or a watchlist.",
        {
            "ticket": (
                "The author of the change has a ticket for the tracker, and it covers the time of "
                "the change. Return the ticket's id.",
                altered(EXPLAINED, ('return ticket["id"]', "return None")),
            ),
            "author": (
                "The ticket belongs to somebody else.",
                altered(EXPLAINED, ('ticket["by"] == who and ', "")),
            ),
            "time": (
                "The ticket begins after the change, or ends before it. You can compare these "
                "strings as they are: they are all in UTC and in the same format.",
                altered(EXPLAINED, ('if ticket["from"] <= time <= ticket["to"]', "if True")),
            ),
            "edges": (
                "The start and the end of the period are included: compare with <=.",
                altered(EXPLAINED, ('ticket["from"] <= time', 'ticket["from"] < time')),
            ),
            "system": (
                "The ticket is for a different system.",
                altered(EXPLAINED, (' and ticket["system"] == "tracker"', "")),
            ),
            "whole": (
                "An account or a system with nearly the same name is a different one. Compare the "
                "whole strings with ==.",
                altered(EXPLAINED, ('ticket["by"] == who', 'who.startswith(ticket["by"])')),
            ),
            "moment": (
                "That time is outside the period, by seconds or by hours. Compare the complete "
                "times, not only their first characters.",
                altered(
                    EXPLAINED,
                    (
                        'ticket["from"] <= time <= ticket["to"]',
                        'ticket["from"][:16] <= time[:16] <= ticket["to"][:16]',
                    ),
                ),
            ),
            "on call": (
                "The author is on call at that time, so a change at night is expected.",
                altered(EXPLAINED, ('return "on call"', "return None")),
            ),
            "off call": (
                "The author is on call in a different week.",
                altered(
                    EXPLAINED,
                    (
                        'person["on_call_from"] <= time <= person["on_call_to"]',
                        'person["on_call_from"]',
                    ),
                ),
            ),
            "never": (
                "For somebody who is never on call, both columns are empty strings.",
                altered(EXPLAINED, ('<= time <= person["on_call_to"]', "<= time")),
            ),
        },
        (
            "Write two loops, one over `changes` and one over `roster`. Return from inside the "
            "loops; after them, return None.",
            "A ticket explains the alert if `by` is the author, `system` is tracker, and the time "
            "is between `from` and `to`. Compare the strings.",
            "The roster explains it if `account` is the author, and the time is between "
            "`on_call_from` and `on_call_to`.",
        ),
        EXPLAINED,
    ),
    Exercise(
        "10-9",
        "value",
        hunts,
        "It leads to a step that your first rule does not see, costs a team at most ten alerts a "
        "week, and finds a different thief as well.",
        {
            "no text": (
                "A rule file is a string of YAML: put it between triple quotes.",
                "answer = {'title': 'My rule'}",
            ),
            "no YAML": (
                "This is not valid YAML. Each name ends in a colon and a space, and lines that "
                "belong together have the same indentation.",
                altered_file("condition: archive", "condition archive"),
            ),
            "head": (
                "A rule that other people will run has a title, an id, falsepositives and a level, "
                "as well as logsource and detection.",
                altered_file("level: medium\n", ""),
            ),
            "id": (
                "The id is a UUID, a new one for each rule: `import uuid; print(uuid.uuid4())`.",
                altered_file("5b8e0c56-2b0f-4e3a-9a5e-0c8b7d1f6a42", "my-rule"),
            ),
            "falsepositives": (
                "Say what else could cause an alert, in a few words, as a list. The person who "
                "reads the alert begins there.",
                altered_file("A build that was moved to a hosting company", "unknown"),
            ),
            "level": (
                "A rule with this level alerts nobody. Give it medium or high.",
                altered_file("level: medium", "level: low"),
            ),
            "no rule": (
                "This cannot be used as a rule. Write the log source as in the list, and use the "
                "names of the selections in `condition`.",
                altered_file("condition: archive", "condition: archives"),
            ),
            "silent": (
                "It does not match any line in the month. Print a line of the log, and copy names "
                "and values from it.",
                altered_file("archive downloaded", "archived"),
            ),
            "false": (
                "None of its alerts leads to the intruder. Which of the intruder's lines do you "
                "have in mind?",
                altered_file("startswith: svc-", "startswith: a"),
            ),
            "known": (
                "It leads only to steps that your rule from 10-1 already sees. Choose a log from "
                "the list.",
                altered_file(
                    "auditType.action: Repository archive downloaded",
                    "auditType.action|contains: viewed",
                ).replace("bitbucket", "confluence"),
            ),
            "budget": (
                "It finds a new step, but nobody can read that many alerts. What do harmless "
                "lines have that the intruder's do not?",
                altered_file("        author.name|startswith: svc-\n", "").replace(
                    " and not ours", ""
                ),
            ),
            "blunt": (
                "It finds a new step, but nearly all its alerts are harmless. Say more about what "
                "only the intruder does: hunting.values(...) shows what harmless lines have.",
                altered_file(" and not ours", ""),
            ),
            "indicator": (
                "It finds this thief but not the next one. Match what a thief has to do, not a "
                "name, an address, a program or a day that will be different next time.",
                altered_file("author.name|startswith: svc-", "author.name: svc-bitbucket"),
            ),
        },
        (
            "Choose one log from the list, and look at one of its lines: hunting.outline(next(iter("
            "logs.events('bitbucket').values()))).",
            "Write the statement first: who does what that the rightful user would never do? For "
            "example: a program archives source code; many applications refuse one person; a key "
            "is used from a new network.",
            "Print how many alerts your rule raises before you check it: hunting.summary('mine', "
            "logs.score(logs.hunt(rule_file))).",
        ),
        OWN_RULE,
    ),
    Exercise(
        "10-10",
        "value",
        searches,
        "It selects the lines that the Sigma rule matches, in the course's model of the language. "
        "It has never been run in Axon itself.",
        {
            "no text": (
                "A search is a string: put it between triple quotes.",
                "answer = ['User added to group']",
            ),
            "no search": (
                "This is not valid in the search language. Each condition is a field of the "
                "schema, an operator and a term, with AND or OR between two conditions.",
                altered_search("action.command", "auditType.action"),
            ),
            "log": (
                "Another product's log uses the same words. Say which log: "
                'general_information.log_source.type_name = "Atlassian Jira audit".',
                altered_search(
                    'general_information.log_source.type_name = "Atlassian Jira audit"\nAND ',
                    "",
                ),
            ),
            "action": (
                "This is a different administrative action. Say which one you want in "
                "action.command.",
                altered_search('AND action.command = "User added to group"\n', ""),
            ),
            "group": (
                "This is a different group. Say which one you want in object.resource.name.",
                altered_search('\nAND object.resource.name = "jira-administrators"', ""),
            ),
            "part": (
                "CONTAINS matches part of a name. Another group's name has that part too.",
                altered_search("object.resource.name =", "object.resource.name CONTAINS"),
            ),
            "one person": (
                "The next intruder comes with another account, from another address.",
                altered_search(
                    'AND object.resource.name = "jira-administrators"',
                    'AND object.resource.name = "jira-administrators"\n'
                    'AND origin.account.name = "a.admin"',
                ),
            ),
            "missed": (
                "This one is what you are looking for. A term in quotation marks must match the "
                "whole value. An account and a group both appear in object.resource.name.",
                altered_search("User added to group", "added to group"),
            ),
            "month": (
                "The search is right for the made-up lines, but not for the month: in that month "
                "other people do the same, or do it at other times.",
                altered_search(
                    'AND object.resource.name = "jira-administrators"',
                    'AND object.resource.name = "jira-administrators"\n'
                    "AND origin.account.name != svc-smartsheet",
                ),
            ),
        },
        (
            "You need three conditions, joined by AND: which log, which action, which group.",
            "The text above says what Axon calls each field. Write the term as it appears in the "
            "log.",
            'The first is general_information.log_source.type_name = "Atlassian Jira audit".',
        ),
        SEARCH,
    ),
)
