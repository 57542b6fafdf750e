"""Draw the pictures of the talk, from the ledger, the lab, and what the lessons have stored.

Each function is a picture by the name that a slide gives in data/talks. No time and no count of
the real events is typed here: they are the ledger's.
"""

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import nbformat

from labutils.incident import ledger
from labutils.incident.ledger_schema import Fact
from labutils.lab import data_file
from tools.lessons import paths as lessons
from tools.site.drawing import OF_A_LETTER, WIDTH, Drawing

DAY, MINUTE = 86_400.0, 60.0


def drawn(name: str) -> Drawing:
    """Return the picture of that name. Raises KeyError where there is none."""
    return PICTURES[name]()


# --- what is drawn ------------------------------------------------------------------------------


def when(fact: str) -> float:
    """Return the second at which something happened, or its day began."""
    time = str(ledger.fact(fact).time)
    moment = datetime.fromisoformat(time.replace("Z", "+00:00"))
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()


def clock(fact: str) -> str:
    """Return the time of day of a fact, in hours and minutes."""
    return f"{datetime.fromtimestamp(when(fact), UTC):%H:%M}"


def day(fact: str) -> str:
    """Return the day of a fact, as `2 Oct`."""
    return f"{datetime.fromtimestamp(when(fact), UTC):%-d %b}"


def day_in_full(fact: str) -> str:
    """Return the day of a fact, as `2 October`."""
    return f"{datetime.fromtimestamp(when(fact), UTC):%-d %B}"


def count(fact: str, of: str) -> int:
    """Return a figure of a fact."""
    return int(ledger.fact(fact).figures[of])


@cache
def stored(number: str, cell: str) -> str:
    """Return what a cell of a lesson printed when the lesson was run."""
    path = next(path for path in lessons() if path.name.startswith(number))
    cells = nbformat.read(path, as_version=4).cells
    outputs = next(each for each in cells if each.id == cell).outputs
    return "\n".join(
        output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs
    )


def cell_with(number: str, words: str) -> str:
    """Return the id of the code cell of a lesson whose source holds these words."""
    path = next(path for path in lessons() if path.name.startswith(number))
    cells = nbformat.read(path, as_version=4).cells
    return str(next(each.id for each in cells if each.cell_type == "code" and words in each.source))


# --- tokens -------------------------------------------------------------------------------------

BEGIN, END = "okta-support-window", "nov24-sliver-removed"


def in_the_eight_weeks() -> list[Fact]:
    """Return the acts of intruders with a day between the first misuse and the eviction."""
    return [one for one in ledger.steps() if one.time and when(BEGIN) <= when(one.id) <= when(END)]


def eight_weeks() -> Drawing:
    """Draw all acts of the story on one line, for the cover."""
    picture = Drawing(
        "The acts of the intruders, from the first misuse at Okta to the end of all access:"
        " filled where they succeeded, rings where they were refused.",
        height=270,
        dark=True,
    )
    left, right, y = 20.0, WIDTH - 60.0, 170.0

    def x(second: float) -> float:
        return left + (right - left) * (second - when(BEGIN)) / (when(END) - when(BEGIN))

    picture.line(left, y, right, y, "quiet", thick=3)
    by_day: dict[str, int] = {}
    for one in in_the_eight_weeks():
        height = by_day.get(day(one.id), 0)
        by_day[day(one.id)] = height + 1
        picture.mark(x(when(one.id)), y - 24 - 27 * height, one.outcome, 11)
    gap = (x(when("cf-oct18-detected")) + x(when("nov14-probing"))) / 2
    days = count("attack-gap", "days_oct18_to_nov14")
    picture.text(gap, y - 30, f"{days} days", "quiet", size=28, anchor="middle")
    picture.text(WIDTH, 0, "filled: got in · ring: refused", "quiet", anchor="end", size=24)
    for fact, words, anchor in (
        (BEGIN, "Okta's support desk", "start"),
        ("cf-oct18-detected", "Cloudflare's tenant", "middle"),
        ("nov14-probing", "", "end"),
        ("nov23-alert", "the alert", "end"),
    ):
        at = x(when(fact)) + (12 if fact == "nov23-alert" else 0)
        picture.text(at, y + 44, day(fact), "ink", size=28, anchor=anchor, bold=True)
        picture.text(at, y + 80, words, "quiet", size=26, anchor=anchor)
    return picture


def token() -> Drawing:
    """Draw a token of the lab in its three parts, and the door that two people come to."""
    picture = Drawing(
        "A token has a header, claims and a signature. Ada shows it and is let in; Tom shows a copy"
        " and is let in, too."
    )
    parts = [
        ("head", {"alg": "ES256", "kid": "es256-1"}, "header: how it was signed"),
        ("body", {"sub": "ada", "aud": "api.example"}, "claims: who, for what, until when"),
        ("sign", None, "signature: no letter can be changed"),
    ]
    for row, (colour, value, said) in enumerate(parts):
        raw = json.dumps(value, separators=(",", ":")).encode() if value else b"\x9c" * 26
        text = base64.urlsafe_b64encode(raw).decode().rstrip("=")
        y = 30.0 + 54 * row
        picture.text(0, y, text[:34] + ("." if row < 2 else "…"), colour, size=30, mono=True)
        picture.text(690, y, said, colour, size=28, bold=True)
    picture.line(0, 200, WIDTH, 200, "line", thick=2)
    picture.labelled(820, 240, 320, 170, ["api.example", "checks the token"], "plain", size=30)
    for y, who, act in ((278, "Ada", "shows her token"), (372, "Tom", "shows a copy")):
        thief = who == "Tom"
        picture.text(0, y, who, "intruder" if thief else "ink", size=34, bold=True)
        picture.text(90, y, act, "ink", size=30)
        colour = "intruder-fill" if thief else "quiet"
        picture.line(350, y, 800, y, colour, thick=5, arrow=True)
        picture.text(575, y - 22, "let in", "intruder" if thief else "quiet", anchor="middle")
    return picture


def eight_bars() -> Drawing:
    """Draw how long each thing that Tom holds works after Ada did what she can, by the lab."""
    from labutils.lessons.lesson_05.start import after

    lasts = after("log out at the wiki", "change password")
    names = list(dict.fromkeys(name for name, _ in lasts))
    acts = list(dict.fromkeys(act for _, act in lasts if act != "nothing"))
    shortest = {name: min(lasts[name, act] for act in acts) for name in names}
    picture = Drawing(
        "How long each of eight stolen things works after Ada logged out and changed her password: "
        + "; ".join(f"{name} {length(shortest[name])}" for name in names)
        + ".",
        height=392,
    )
    left, full, most = 340.0, 620.0, max(shortest.values())
    for row, name in enumerate(names):
        y = 24.0 + 49 * row
        picture.text(left - 20, y, name, anchor="end", size=27)
        minutes = shortest[name]
        if not minutes:
            picture.mark(left + 12, y, "denied", 14)
            picture.text(left + 40, y, "ended at once", "defender", bold=True)
            continue
        wide = max(10.0, full * minutes / most)
        picture.box(left, y - 17, wide, 34, "intruder-fill", "", round_=4)
        picture.text(left + wide + 16, y, length(minutes), "intruder", bold=minutes == most)
    return picture


def length(minutes: float) -> str:
    """Return minutes in words, in days where they are many."""
    if not minutes:
        return "ended"
    return f"{minutes / 1440:.0f} days and on" if minutes > 1440 else f"{minutes:.0f} minutes"


def copied_cookie() -> Drawing:
    """Draw how a copied cookie becomes a token that says what Ada proved."""
    picture = Drawing(
        "Ada signs in with a password and a code and gets a session cookie. Tom copies it, and the"
        " provider gives him a token that says password, code and multi-factor."
    )
    picture.labelled(0, 20, 330, 130, ["Ada signs in", "password + code"], "plain", size=30)
    picture.line(345, 85, 445, 85, arrow=True, thick=5)
    picture.labelled(460, 20, 300, 130, ["Her session", "a cookie"], "plain", size=30)
    picture.line(610, 165, 610, 255, "intruder-fill", arrow=True, thick=5)
    picture.text(632, 208, "a copy", "intruder", size=28, bold=True)
    picture.labelled(460, 270, 300, 130, ["Tom's browser", "types nothing"], "in", size=30)
    picture.line(775, 335, 845, 335, "intruder-fill", arrow=True, thick=5)
    picture.labelled(860, 250, 308, 170, ["His token says", "pwd, otp, mfa"], "in", size=32)
    return picture


# --- the incident -------------------------------------------------------------------------------


def supplier() -> Drawing:
    """Draw the customers whose files could be read, and those whose sessions were taken over."""
    customers = count("okta-support-window", "customers_with_files_accessed")
    hijacked = count("okta-sessions-hijacked", "customers_with_sessions_hijacked")
    picture = Drawing(
        f"{customers} customers had files in the support system that could be read. Sessions of"
        f" {hijacked} were taken over: 1Password, BeyondTrust, Cloudflare, and two not named."
    )
    picture.labelled(0, 110, 270, 200, ["Okta's", "support system"], "in", size=30)
    picture.line(280, 210, 332, 210, "intruder-fill", arrow=True, thick=5)
    columns, side, gap = 15, 32, 40
    for place in range(customers):
        x, y = 345 + gap * (place % columns), 45 + gap * (place // columns)
        taken = place % columns == columns - 1 and 1 <= place // columns <= hijacked
        fill, edge = ("intruder-fill", "") if taken else ("card", "quiet")
        picture.box(x, y, side, side, fill, edge, round_=4)
    picture.text(345, 10, f"{customers} customers with files", size=28, bold=True)
    names = ["1Password", "BeyondTrust", "Cloudflare", "not named", "not named"]
    for row, name in enumerate(names[:hijacked]):
        y = 45 + gap * (row + 1) + side / 2
        picture.text(962, y, name, "quiet" if row > 2 else "intruder", size=28, bold=row < 3)
    picture.text(WIDTH, 10, "sessions taken over", size=24, anchor="end")
    return picture


def har() -> Drawing:
    """Draw some entries of the recording that Ada sent, with the code of her sign-in in them."""
    recording = json.loads(data_file("support-case.har").read_text(encoding="utf-8"))
    entries = recording["log"]["entries"]
    code = next(
        found[1]
        for entry in entries
        if (found := re.search(r"[?&]code=([^&]+)", entry["request"]["url"]))
    )
    holding = [entry for entry in entries if code in json.dumps(entry)]
    places = json.dumps(recording).count(code)
    picture = Drawing(
        f"Of {len(entries)} entries of the lab's recording, {len(holding)} hold the same code,"
        f" {places} times in all."
    )
    for row, entry in enumerate(holding):
        y = 58.0 + 43 * row
        url = re.sub(r"^https?://[^/]+", "", entry["request"]["url"]).split("?")[0]
        text = f"{entry['request']['method']:<5}{url}"
        picture.box(0, y - 19, 560, 38, "card", "", round_=6)
        picture.text(16, y, text, size=25, mono=True)
        for copy in range(json.dumps(entry).count(code)):
            x = 590 + 290 * copy
            picture.box(x, y - 18, 270, 36, "intruder-soft", "intruder-fill", round_=18)
            picture.text(x + 135, y, f"code={code[:6]}…", "intruder", size=24, anchor="middle")
    picture.text(0, 14, "what the browser did", "quiet")
    picture.text(590, 14, "the code of her sign-in", "intruder", bold=True)
    return picture


def console_and_api() -> Drawing:
    """Draw one cookie at two doors."""
    picture = Drawing(
        "The same session cookie is refused at the admin console, where a policy applies, and"
        " accepted by the administration API, where it is used to make a user."
    )
    picture.labelled(0, 140, 280, 150, ["One cookie", "from one file"], "in", size=30)
    for y, kind, door, said in (
        (30, "refused", "Admin console", "a policy: refused"),
        (250, "in", "Admin API", "no such policy: accepted"),
    ):
        colour = "defender-fill" if kind == "refused" else "intruder-fill"
        picture.line(295, 215, 405, y + 75, colour, arrow=True, thick=5)
        picture.labelled(425, y, 390, 150, [door, said], kind, size=30)
    picture.line(830, 325, 900, 325, "intruder-fill", arrow=True, thick=5)
    picture.labelled(915, 250, 253, 150, ["A new user", "a key of", "their own"], "in", size=28)
    picture.text(840, 105, "first attempts blocked", "defender", size=30, bold=True)
    return picture


def two_events() -> Drawing:
    """Draw one file, two ways to it, and the two types of event."""
    picture = Drawing(
        "A file opened from inside a case writes one type of event, which was searched for. The"
        " same file taken from the Files tab writes another, which the intruder used."
    )
    picture.labelled(0, 140, 230, 150, ["One file", "in a case"], "plain", size=30)
    for y, way, event, said, kind in (
        (30, "opened in the case", "one type of event", "what Okta looked for", "refused"),
        (250, "from the Files tab", "another type", "used by the intruder", "in"),
    ):
        picture.line(245, 215, 320, y + 75, thick=5)
        picture.line(320, y + 75, 650, y + 75, thick=5, arrow=True)
        picture.text(340, y + 45, way, size=30, bold=True)
        picture.labelled(670, y, 498, 150, [event, said], kind, size=30)
        picture.text(340, y + 105, "in the log:", "quiet", size=26)
    return picture


def october() -> Drawing:
    """Draw when customers noticed, and when the supplier acted and told."""
    picture = Drawing(
        "On one line: the first misuse, what customers noticed above it, what Okta did below it."
    )
    first, last = "okta-support-window", "okta-public-notice"
    left, right, y = 30.0, WIDTH - 80.0, 215.0

    def x(fact: str) -> float:
        return left + (right - left) * (when(fact) - when(first)) / (when(last) - when(first))

    picture.line(0, y, WIDTH, y, thick=4)
    picture.text(0, 20, "Customers", "quiet", size=26, bold=True)
    picture.text(0, 412, "Okta", "quiet", size=26, bold=True)
    above = (
        ("1password-detects", "1Password", 70, "start"),
        ("beyondtrust-detects", "BeyondTrust", 140, "start"),
        ("cf-oct18-detected", "Cloudflare", 120, "end"),
    )
    below = (
        ("okta-containment", "service account off", 290, "end"),
        ("okta-notifies-customers", "customers told", 350, "end"),
        ("okta-public-notice", "public notice", 410, "end"),
    )
    for fact, said, height, anchor in above:
        picture.line(x(fact), y, x(fact), height + 8, "defender-fill", thick=3)
        picture.mark(x(fact), y, "defenders", 11)
        at = x(fact) + (12 if anchor == "start" else -12)
        picture.text(at, height, f"{day(fact)}: {said}", size=28, bold=True, anchor=anchor)
    for fact, said, height, anchor in below:
        picture.line(x(fact), y, x(fact), height, "quiet", thick=3)
        picture.mark(x(fact), y, "defenders", 11)
        picture.text(x(fact) - 14, height, f"{day(fact)}: {said}", size=28, anchor=anchor)
    picture.mark(x(first), y, "succeeded", 14)
    picture.text(0, y + 50, f"{day(first)}: first misuse", "intruder", size=28, bold=True)
    return picture


def four_of_thousands() -> Drawing:
    """Draw the four that were left among many. The many are not counted: no report gives more."""
    tokens = count("cf-rotation-missed", "service_tokens_not_rotated")
    accounts = count("cf-rotation-missed", "service_accounts_not_rotated")
    picture = Drawing(
        f"{tokens} service token and {accounts} service accounts, filled, among thousands of small"
        " marks. The marks stand for many and are not a count."
    )
    columns, rows, gap = 46, 24, 17
    left = {(9, 7), (21, 17), (33, 5), (39, 14)}
    for row in range(rows):
        for column in range(columns):
            if (column, row) in left:
                continue
            x, y = 6 + gap * column, 8 + gap * row
            colour = picture.colour("line")
            picture.parts.append(f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"/>')
    for column, row in left:
        picture.mark(6 + gap * column, 8 + gap * row, "succeeded", 14)
    for y, words in ((70, "1 service token"), (120, f"{accounts} service accounts")):
        picture.text(830, y, words.replace("1", str(tokens)), "intruder", size=36, bold=True)
    picture.text(830, 190, "left as they were", size=30)
    picture.text(830, 300, "Small marks: many,", "quiet", size=26)
    picture.text(830, 336, "not counted. The report", "quiet", size=26)
    picture.text(830, 372, "says thousands.", "quiet", size=26)
    return picture


def keys_and_doors() -> Drawing:
    """Draw the four credentials, the doors that they opened, and those that refused."""
    picture = Drawing(
        "The AWS account opened a segmented environment on"
        f" {day_in_full('nov14-aws-accessed')}. On {day_in_full('nov15-atlassian-access')} the"
        " Moveworks token passed the gateway, and the Smartsheet account opened the Atlassian"
        " suite. The Bitbucket account has access to code. Okta and the Dashboard refused."
    )
    keys = ["Moveworks token", "Smartsheet account", "Bitbucket account", "AWS account"]
    for row, key in enumerate(keys):
        picture.labelled(0, 10 + 105 * row, 300, 84, [key], "in", size=28)
    picture.labelled(410, 10, 190, 84, ["gateway"], "in", size=28)
    picture.line(310, 52, 396, 52, "intruder-fill", arrow=True, thick=5)
    picture.line(610, 52, 686, 90, "intruder-fill", arrow=True, thick=5)
    picture.line(310, 157, 686, 130, "intruder-fill", arrow=True, thick=5)
    picture.line(310, 262, 686, 170, "intruder-fill", arrow=True, thick=5)
    entered = f"entered {day('nov15-atlassian-access')}"
    viewed = f"code viewed {day('nov22-repos-viewed')}"
    picture.labelled(700, 40, 468, 165, ["Atlassian suite", entered, viewed], "in", size=30)
    picture.line(310, 367, 396, 367, "intruder-fill", arrow=True, thick=5)
    cloud = f"entered {day('nov14-aws-accessed')}"
    picture.labelled(410, 320, 270, 94, ["AWS, segmented", cloud], "in")
    for x, door, fact in (
        (715, "Okta", "nov14-okta-denied"),
        (950, "Dashboard", "nov14-dashboard-denied"),
    ):
        picture.labelled(x, 320, 218, 94, [door, f"refused {day(fact)}"], "refused")
    picture.text(942, 286, "with which key is not told", "quiet", anchor="middle")
    return picture


def nine_days() -> Drawing:
    """Draw the days from the first probe to the alert, in four lanes."""
    picture = Drawing(
        f"From {day_in_full('nov14-probing')} on, the intruder tries doors, reads, digs in, and"
        f" views code. There is a pause from {day_in_full('nov17-pause')}. The alert comes on"
        f" {day_in_full('nov23-alert')}.",
        height=436,
    )
    first = when("nov14-okta-denied")
    left, right = 175.0, WIDTH - 10.0
    span = 10.4 * DAY

    def x(second: float) -> float:
        return left + (right - left) * (second - first) / span

    lanes = {"doors": 46, "reading": 136, "digging in": 226, "code": 316}
    for name, y in lanes.items():
        picture.text(0, y, name, "quiet", size=27, bold=True)
        picture.line(left - 20, y, right, y, "line", thick=2)
    for number in range(0, 11, 2):
        at = x(first + DAY * number)
        label = f"{datetime.fromtimestamp(first + DAY * number, UTC):%-d %b}"
        picture.line(at, 20, at, 372, "line", thick=1)
        picture.text(at, 404, label, "quiet", size=26, anchor="middle")
    pause, end = x(when("nov17-pause")), x(when("nov20-21-tests"))
    picture.box(pause, 116, end - pause, 130, "card", "line")
    picture.text((pause + end) / 2, 181, "a pause", "quiet", size=28, anchor="middle")
    viewed = count("nov22-repos-viewed", "repositories_viewed")
    archived = count("nov22-repos-archived", "repositories_archived")
    for fact, lane, said, dx, dy in (
        ("nov14-okta-denied", "doors", "", 0, 0),
        ("nov14-dashboard-denied", "doors", "", 0, 0),
        ("nov14-aws-accessed", "doors", "probes: AWS opens, two refuse", 24, 0),
        ("nov15-atlassian-access", "reading", "gets in", -22, 0),
        ("nov16-wiki-search", "reading", "wiki, tickets", -10, -34),
        ("nov16-account-created", "digging in", "own account", -22, 0),
        ("nov20-21-tests", "reading", "tests", 22, 0),
        ("nov22-sliver", "digging in", "Sliver", -22, 0),
        ("nov22-repos-viewed", "code", f"{viewed} viewed, {archived} archived", -22, 0),
        ("nov23-admin-group", "digging in", "", 0, 0),
    ):
        whole_day = len(str(ledger.fact(fact).time)) == len("2023-11-22")
        shift = {"nov14-okta-denied": 0.14, "nov14-aws-accessed": 0.8}.get(fact, 0.47)
        at = x(when(fact) + (shift * DAY if whole_day else 0))
        picture.mark(at, lanes[lane], ledger.fact(fact).outcome, 13)
        anchor = "end" if dx == -22 else "start"
        picture.text(at + dx, lanes[lane] + dy, said, size=27, anchor=anchor)
    alert = x(when("nov23-alert"))
    picture.line(alert, 20, alert, 372, "defender-fill", thick=5)
    picture.text(alert - 14, 46, "the alert", "defender", size=28, bold=True, anchor="end")
    return picture


def logs_by_length() -> list[tuple[str, int, bool]]:
    """Return each log of lesson 10's month: its name, its lines, whether the token is in it."""
    rows = re.findall(r"(?m)^(\w+) +([\d,]+) +(yes|never)$", stored("10", "cold-open"))
    counted = [(name, int(lines.replace(",", "")), said == "yes") for name, lines, said in rows]
    return sorted(counted, key=lambda row: -row[1])


def twelve_logs() -> Drawing:
    """Draw the logs of lesson 10's month by length, and the one that knows the token."""
    logs = logs_by_length()
    [(named, lines, _)] = [row for row in logs if row[2]]
    picture = Drawing(
        f"{len(logs)} logs by their lines. Only {named}, with {lines:,} lines, names the token.",
        height=436,
    )
    longest = logs[0][1]
    for row, (name, lines, knows) in enumerate(logs):
        y = 18.0 + 36.4 * row
        picture.text(470, y, name, "ink" if knows else "quiet", size=24, mono=True, anchor="end")
        wide = max(4.0, 520 * lines / longest)
        fill, edge = ("intruder-fill", "") if knows else ("quiet", "")
        picture.box(490, y - 13, wide, 26, fill, edge, round_=3)
        colour = "intruder" if knows else "quiet"
        picture.text(505 + wide, y, f"{lines:,}", colour, size=24, bold=knows)
    return picture


def lines_of_the_token() -> list[dict[str, str]]:
    """Return four lines of the token at the lab's gateway: the last one of the program before the
    thief's first, that one, and the next two."""
    from labutils.lessons.lesson_10.start import a_month

    events = a_month().events("cloudflare_access_nonidentity").values()
    lines = [event for event in events if event["serviceTokenId"] == "moveworks-token"]
    first = next(at for at, one in enumerate(lines) if one["ipAddress"] == "203.0.113.66")
    return lines[first - 1 : first + 3]


def two_hands() -> Drawing:
    """Draw lines of the gateway's log, in which one token comes from two places."""
    lines = lines_of_the_token()
    picture = Drawing(
        "Four lines of the lab's gateway for one token, all let in. Three come from the program's"
        " own network, and one from elsewhere.",
        height=400,
    )
    columns = (("time", 10), ("token", 17), ("from", 14), ("to", 13))
    size = 31
    wide = size * OF_A_LETTER
    x = 16.0
    for name, letters in columns:
        picture.text(x, 20, name, "quiet", size=28)
        x += wide * (letters + 1)
    for row, line in enumerate(lines):
        y = 86.0 + 72 * row
        elsewhere = not line["ipAddress"].startswith("192.0.2.")
        fill, edge = ("intruder-soft", "intruder-fill") if elsewhere else ("card", "")
        picture.box(0, y - 31, WIDTH - 4, 62, fill, edge, thick=4)
        values = (line["datetime"][11:19], line["serviceTokenId"], line["ipAddress"], line["appId"])
        x = 16.0
        for value, (_, letters) in zip(values, columns, strict=True):
            colour = "intruder" if elsewhere and value == line["ipAddress"] else "ink"
            bold = elsewhere and value == line["ipAddress"]
            picture.text(x, y, value, colour, size=size, mono=True, bold=bold)
            x += wide * (letters + 1)
    picture.text(16, 380, "ours: 192.0.2.0 to 192.0.2.63", "quiet", size=28)
    return picture


def alerts_of_rules() -> list[tuple[int, int]]:
    """Return what the two rules of lesson 10 cost and find: alerts, and true ones among them."""
    table = stored("10", cell_with("10", "compare(month"))
    rows = re.findall(r"(?m)^(?:yours|tuned) +(\d+) +\d+ +(\d+) ", table)
    return [(int(alerts), int(true)) for alerts, true in rows]


def alerts() -> Drawing:
    """Draw the alerts of two rules as boxes, filled where it was the intruder."""
    (plain, plain_true), (tuned, tuned_true) = alerts_of_rules()
    picture = Drawing(
        f"The plain rule rings {plain} times, {plain_true} of them true. The tuned one rings"
        f" {tuned} times, {tuned_true} of them true."
    )
    sets = ((0, "plain rule", plain, plain_true), (664, "tuned rule", tuned, tuned_true))
    for x, name, alerts_, true in sets:
        picture.text(x, 24, f"{name}: {alerts_} alerts, {true} true", size=31, bold=True)
        for place in range(alerts_):
            at, y = x + 63 * (place % 8), 68 + 66 * (place // 8)
            fill, edge = ("intruder-fill", "intruder-fill") if place < true else ("paper", "quiet")
            picture.box(at, y, 52, 52, fill, edge, thick=3)
    picture.line(578, 60, 578, 400, "line", thick=2)
    return picture


EVENING = (
    ("nov23-admin-group", "made an administrator", 40),
    ("nov23-alert", "the alert", 110),
    ("nov23-soc-starts", "work begins", 180),
    ("nov23-smartsheet-off", "service account off", 250),
    ("nov23-user-off", "their account off", 40),
    ("nov23-incident-declared", "incident declared", 110),
    ("nov23-ips-blocked", "addresses blocked", 190),
)


def evening() -> Drawing:
    """Draw the evening of the alert, minute by minute, with a break before the last act."""
    said = "; ".join(f"{clock(fact)} {words}" for fact, words, _ in EVENING)
    picture = Drawing(f"23 November, UTC: {said}.")
    left, y = 30.0, 330.0
    start = when(EVENING[0][0])

    def x(fact: str) -> float:
        minutes = (when(fact) - start) / MINUTE
        return left + 7.6 * minutes if minutes < 120 else WIDTH - 24.0

    picture.line(0, y, left + 7.6 * 113, y, thick=4)
    picture.line(left + 7.6 * 117, y, WIDTH, y, thick=4)
    for at in (113, 117):
        picture.line(left + 7.6 * at - 6, y + 18, left + 7.6 * at + 6, y - 18, thick=4)
    for fact, words, height in EVENING:
        at, alert = x(fact), fact == "nov23-alert"
        intruder = fact == "nov23-admin-group"
        colour = "intruder-fill" if intruder else "defender-fill"
        picture.line(at, y, at, height - 14, colour, thick=3)
        picture.mark(at, y, "succeeded" if intruder else "defenders", 11)
        ink = "intruder" if intruder else "defender" if alert else "ink"
        if fact == EVENING[-1][0]:
            picture.text(at - 12, height, clock(fact), ink, size=28, bold=True, anchor="end")
            picture.text(at - 12, height + 38, words, ink, size=28, bold=True, anchor="end")
        else:
            picture.text(at + 12, height, f"{clock(fact)}  {words}", ink, size=28, bold=True)
    alarm, off = x("nov23-alert"), x("nov23-smartsheet-off")
    picture.line(alarm, 372, off, 372, "ink", thick=5)
    minutes = count("nov23-smartsheet-off", "minutes_after_alert")
    picture.text((alarm + off) / 2, 404, f"{minutes} minutes", size=28, anchor="middle", bold=True)
    return picture


FOOTHOLDS = (
    ("service account", "nov15-atlassian-access", "nov23-smartsheet-off"),
    ("account they made", "nov16-account-created", "nov23-user-off"),
    ("Sliver on the server", "nov22-sliver", "nov24-sliver-removed"),
)


def footholds() -> Drawing:
    """Draw from when to when the intruder had each foothold, and the alert."""
    ends = ", ".join(f"{name} until {day_in_full(off)} {clock(off)}" for name, _, off in FOOTHOLDS)
    picture = Drawing(f"What the intruder had: {ends}. The alert came at {clock('nov23-alert')}.")
    first = when("nov15-atlassian-access") - DAY / 3
    left, right = 300.0, WIDTH - 150.0

    def x(second: float) -> float:
        return left + (right - left) * (second - first) / (when(END) - first)

    for row, (name, begin, off) in enumerate(FOOTHOLDS):
        y = 80.0 + 105 * row
        picture.text(0, y, name, size=29, bold=True)
        begun, ended = x(when(begin)), x(when(off))
        picture.box(begun, y - 28, ended - begun, 56, "intruder-fill", "", round_=4)
        if ended - begun > 200:
            picture.text(begun + 16, y, f"from {day(begin)}", "paper", size=26, bold=True)
        else:
            said = f"from {day(begin)}"
            picture.text(begun - 14, y, said, "intruder", size=26, bold=True, anchor="end")
        picture.text(ended + 14, y, f"off {clock(off)}", "defender", size=28, bold=True)
    alert = x(when("nov23-alert"))
    picture.line(alert, 20, alert, 350, "ink", thick=5)
    said = f"the alert: {day('nov23-alert')}, {clock('nov23-alert')}"
    picture.text(alert + 8, 388, said, size=28, bold=True, anchor="end")
    picture.text(x(when(END)) + 14, 388, f"{day(END)}", "defender", size=28, bold=True)
    return picture


def archives() -> Drawing:
    """Draw how many repositories there were, were viewed, were archived; and what nobody knows."""
    total = count("nov22-repos-viewed", "repositories_total")
    viewed = count("nov22-repos-viewed", "repositories_viewed")
    archived = count("nov22-repos-archived", "repositories_archived")
    picture = Drawing(
        f"{total:,} repositories in all, {viewed} viewed, {archived} archived onto the server;"
        " whether they left it is not known."
    )
    steps = (
        (f"{total:,}", "repositories", "in all", "plain"),
        (str(viewed), "viewed", "", "in"),
        (str(archived), "archived", "onto the server", "in"),
        ("?", "left the server", "", "unknown"),
    )
    for place, (number, first, second, kind) in enumerate(steps):
        x, unknown = 300 * place, kind == "unknown"
        fill = {"plain": "card", "in": "intruder-soft", "unknown": "paper"}[kind]
        edge = {"plain": "line", "in": "intruder-fill", "unknown": "quiet"}[kind]
        picture.box(x, 60, 250, 290, fill, edge, thick=4, round_=12)
        if unknown:
            picture.parts[-1] = picture.parts[-1].replace("/>", ' stroke-dasharray="12 10"/>')
        ink = {"plain": "ink", "in": "intruder", "unknown": "quiet"}[kind]
        picture.text(x + 125, 165, number, ink, size=76, anchor="middle", bold=True)
        picture.text(x + 125, 250, first, size=29, anchor="middle")
        picture.text(x + 125, 290, second, size=29, anchor="middle")
        if place < 3:
            picture.line(x + 255, 205, x + 292, 205, thick=5, arrow=True)
    return picture


# --- what limited it ----------------------------------------------------------------------------

REACHED = (("Atlassian suite", "and its server"), ("AWS", "segmented"))
REFUSED = (
    ("Okta", "nov14-okta-denied"),
    ("Dashboard", "nov14-dashboard-denied"),
    ("console server", "nov22-sao-paulo-denied"),
    ("metrics", "other-systems-denied"),
    ("network configuration", "other-systems-denied"),
    ("build system", "other-systems-denied"),
    ("alerting", "other-systems-denied"),
    ("release management", "other-systems-denied"),
)


def bulkheads() -> Drawing:
    """Draw what the intruder reached and what refused them, as rooms of a ship."""
    picture = Drawing(
        "Reached: the Atlassian suite with its server, and a segmented AWS environment. Tried and"
        " refused: " + ", ".join(name for name, _ in REFUSED) + "."
    )
    picture.text(0, 18, "reached", "intruder", size=28, bold=True)
    for row, (name, more) in enumerate(REACHED):
        picture.labelled(0, 50 + 190 * row, 270, 172, [name, more], "in", size=28)
    picture.box(290, 50, 8, 362, "ink", "", round_=2)
    picture.text(320, 18, "tried, and refused", "defender", size=28, bold=True)
    for place, (name, fact) in enumerate(REFUSED):
        x, y = 320 + 214 * (place % 4), 50 + 190 * (place // 4)
        dated = [day(fact)] if ledger.fact(fact).time else []
        lines = [name, *dated] if dated else name.split(" ") if len(name) > 14 else [name]
        picture.labelled(x, y, 200, 172, lines, "refused", size=25)
    return picture


def open_doors() -> list[tuple[str, int]]:
    """Return how many services are open to the thief in each company of lesson 14's question."""
    table = stored("14", cell_with("14", 'experiment("14-p37")'))
    rows = re.findall(
        r"(?m)^(2023|no checks inside|no keys for people|both changes) +(\d+) open", table
    )
    return [(name, int(number)) for name, number in rows]


def doors_open() -> Drawing:
    """Draw how many doors are open to the thief, decision by decision."""
    said = {"2023": "both decisions", "both changes": "neither"}
    rows = sorted(open_doors(), key=lambda row: row[1])
    most = max(number for _, number in rows)
    picture = Drawing(
        "Open doors: "
        + ", ".join(f"{said.get(name, name)} {number}" for name, number in rows)
        + "."
    )
    for row, (name, number) in enumerate(rows):
        y = 55.0 + 105 * row
        picture.text(0, y, said.get(name, name), size=31, bold=True)
        for door in range(most):
            x = 390 + 52 * door
            if door < number:
                picture.box(x, y - 34, 40, 68, "intruder-fill", "intruder-fill", round_=4)
            else:
                picture.box(x, y - 34, 40, 68, "paper", "defender-fill", thick=3, round_=4)
        picture.text(WIDTH - 4, y, str(number), "intruder", size=44, bold=True, anchor="end")
    return picture


def relay() -> Drawing:
    """Draw a page in between, once with a code and once with a key."""
    picture = Drawing(
        "A false page asks for a code: the person types it, and the page passes it on. It asks for"
        " a key: the browser compares the addresses, and the key is not asked."
    )
    for y, what, kind in ((20, "a code", "in"), (240, "a key", "refused")):
        colour = "intruder-fill" if kind == "in" else "defender-fill"
        picture.text(0, y + 75, f"With {what}", size=31, bold=True)
        picture.labelled(190, y, 230, 150, ["a person", "taken in"], "plain", size=28)
        picture.labelled(545, y, 250, 150, ["false page", "in between"], "plain", size=28)
        if kind == "in":
            picture.line(430, y + 75, 532, y + 75, colour, arrow=True, thick=5)
            picture.text(481, y + 45, "types", "intruder", anchor="middle")
            picture.line(805, y + 75, 907, y + 75, colour, arrow=True, thick=5)
            picture.text(856, y + 45, "passes", "intruder", anchor="middle")
            picture.labelled(920, y, 248, 150, ["true site", "lets them in"], kind, size=28)
        else:
            picture.line(430, y + 75, 532, y + 75, thick=4, dashed=True)
            picture.mark(481, y + 75, "denied", 22)
            picture.text(820, y + 40, "The browser compares", "defender", size=29, bold=True)
            picture.text(820, y + 78, "the two addresses.", "defender", size=29, bold=True)
            picture.text(820, y + 116, "The key isn't asked.", "ink", size=29)
    return picture


def after_sign_in() -> Drawing:
    """Draw what a key reaches, and what it does not."""
    picture = Drawing(
        "A key guards the sign-in. The session, the tokens and the credentials of programs come"
        " afterwards or have no sign-in, and work for whoever holds them.",
        height=396,
    )
    picture.labelled(0, 98, 300, 200, ["The sign-in", "asks for the key"], "refused", size=31)
    picture.line(315, 198, 405, 198, arrow=True, thick=5)
    picture.text(357, 166, "issues", "quiet", anchor="middle")
    for row, (name, said) in enumerate(
        (
            ("a session", "October: already open"),
            ("access and refresh tokens", "work for the holder"),
            ("a program's credentials", "November: left valid"),
        )
    ):
        y = 4 + 132 * row
        picture.labelled(420, y, 748, 116, [name, said], "in", size=31)
    return picture


def which_one() -> Drawing:
    """Draw what a stolen password still meets, and what a stolen session does."""
    picture = Drawing(
        "A password still meets a second factor, a key and a check of the place. A session has"
        " passed them all, and opens the door."
    )
    for y, name, stops in ((30, "password", True), (250, "session", False)):
        picture.labelled(0, y, 230, 150, [f"her {name}"], "plain" if stops else "in", size=31)
        colour = "quiet" if stops else "intruder-fill"
        end = 260 if stops else 905
        picture.line(240, y + 75, end, y + 75, colour, thick=5, arrow=not stops)
        if stops:
            guards = (["one-time", "code?"], ["hardware", "key?"], ["strange", "place?"])
            for place, guard in enumerate(guards):
                picture.labelled(275 + 210 * place, y, 190, 150, guard, "refused", size=30)
        else:
            picture.text(570, y + 42, "has passed them all", "intruder", size=30, anchor="middle")
        picture.labelled(920, y, 248, 150, ["Ada's account"], "plain" if stops else "in", size=30)
    return picture


PICTURES: dict[str, Callable[[], Drawing]] = {
    each.__name__: each
    for each in (
        eight_weeks,
        token,
        eight_bars,
        copied_cookie,
        supplier,
        har,
        console_and_api,
        two_events,
        october,
        four_of_thousands,
        keys_and_doors,
        nine_days,
        twelve_logs,
        two_hands,
        alerts,
        evening,
        footholds,
        archives,
        bulkheads,
        doors_open,
        relay,
        after_sign_in,
        which_one,
    )
}
