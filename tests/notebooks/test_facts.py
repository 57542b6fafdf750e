"""What the course says of the real events is held by the ledger; and the guard that sees to it can
fail."""

import copy
import re

import fact_guard as guard
import nbformat
import pytest
from fact_guard import ABOUT_LOGS, PAGES
from hypothesis import given
from hypothesis import strategies as st
from places import NOTEBOOKS, ROOT
from rails import demand, demand_none
from tables import table

from labutils.incident.ledger import common_errors, facts

CLOUDFLARE = (
    "[Cloudflare, the incident](https://blog.cloudflare.com/thanksgiving-2023-security-incident/)"
)
POLISH = CLOUDFLARE.replace("com/thanks", "com/pl-pl/thanks")
OKTA = "[Okta, root cause](https://sec.okta.com/articles/2023/11/unauthorized-access-oktas-support-case-management-system-root-cause/)"


def about(text, ids, link=CLOUDFLARE):
    return guard.problems(f"{text} {link} <!-- fact: {ids} -->")


def test_what_a_lesson_says_of_the_real_events_is_held_by_the_facts_it_names(path):
    demand_none(f"{path.name}, {problem}" for problem in guard.file_problems(path))


@pytest.mark.lessons_alone
def test_every_lesson_names_a_fact(name, prose):
    demand(
        guard.COMMENT.search("\n".join(prose)),
        f"{name} says nothing of the real events. Below the heading 'What really happened' write a "
        "paragraph that ends in its source link and in <!-- fact: id -->, an id of facts.yaml.",
    )


@table("path", PAGES, ids=lambda path: path.name)
def test_what_the_pages_say_of_the_real_events_is_held_by_the_facts_they_name(path):
    demand_none(f"{path.name}, {problem}" for problem in guard.file_problems(path))


@pytest.mark.parametrize("page", ABOUT_LOGS)
def test_a_page_about_logs_tells_nothing_of_the_real_events(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    told = re.findall(r"\b(?:intruders?|attackers?|October|breach\w*|was stolen)\b", text)
    assert not told, f"{page} tells of the real events: {told}. Take it out of ABOUT_LOGS."


def test_each_fact_has_a_link_of_its_own():
    """A source of one fact is none of another, and what nobody read is none at all."""
    both = "BeyondTrust says that a policy blocked the first attempts."
    (problem,) = about(both, "beyondtrust-console-denied, nov14-probing")
    assert problem.startswith("beyondtrust-console-denied rests on ak1, and no link leads there")
    report = "[authentik](https://goauthentik.io/blog/2023-10-23-another-okta-breach)"
    assert not about(both, "beyondtrust-console-denied, nov14-probing", f"{CLOUDFLARE}, {report}")
    unread = "[BeyondTrust](https://www.beyondtrust.com/blog/entry/okta-support-unit-breach)"
    assert about(both, "beyondtrust-console-denied", unread)


# --- the guard can fail, on a copy of a lesson --------------------------------------------------


@pytest.fixture
def lesson():
    """A copy of lesson 08, or of 03 where there is no 08."""
    return copy.deepcopy(
        nbformat.read(
            next(path for number in ("08", "03") for path in NOTEBOOKS.glob(f"{number}-*.ipynb")),
            as_version=4,
        )
    )


def cells_with(lesson, pattern):
    found = [
        cell
        for cell in lesson.cells
        if cell.cell_type == "markdown" and re.search(pattern, cell.source)
    ]
    assert found
    return found


def new_problems(lesson, cell, text):
    before, cell.source = guard.notebook_problems(lesson), text
    return [problem for problem in guard.notebook_problems(lesson) if problem not in before]


def plain_numbers(block):
    text = guard.bare(block)
    for pattern in (guard.ADDRESS, guard.IDS, guard.DATE, guard.TIME):
        text = pattern.sub(" ", text)
    return [
        number for number in re.findall(r"(?<![\w.,])\d[\d,]*\b(?!\.\d)", text) if number != "1"
    ]


def test_a_figure_that_is_off_by_one_is_noticed(lesson):
    tried = 0
    for cell in cells_with(lesson, guard.COMMENT):
        original = cell.source
        for block in guard.paragraphs(original):
            for text in plain_numbers(block) if guard.ids_of(block) else []:
                off = f"{int(text.replace(',', '')) + 1:,}"
                found = new_problems(
                    lesson,
                    cell,
                    original.replace(block, re.sub(rf"(?<![\d,:]){text}(?![\d,:])", off, block)),
                )
                assert any(off in problem for problem in found), (text, block)
                cell.source, tried = original, tried + 1
    assert tried


def test_a_fact_id_that_is_gone_is_noticed(lesson):
    noticed = tried = 0
    for cell in cells_with(lesson, guard.COMMENT):
        original = cell.source
        for block in guard.paragraphs(original):
            for name in guard.ids_of(block):
                rest = ", ".join(other for other in guard.ids_of(block) if other != name)
                without = guard.COMMENT.sub(f"<!-- fact: {rest} -->" if rest else "", block)
                noticed += bool(new_problems(lesson, cell, original.replace(block, without)))
                tried, cell.source = tried + 1, original
    assert noticed > tried / 2


def test_exfiltrated_as_a_fact_is_noticed(lesson):
    cell = cells_with(lesson, guard.COMMENT)[0]
    claim = (
        f"The 76 repositories were exfiltrated. {CLOUDFLARE} <!-- fact: nov22-repos-archived -->"
    )
    found = new_problems(lesson, cell, f"{cell.source}\n\n{claim}")
    assert len(found) == 1 and found[0].startswith(
        f"{cell.id}: exfiltrated: Cloudflare could not confirm it either way"
    )


# --- who is named -------------------------------------------------------------------------------


@table(
    "text",
    [
        "An intruder read tickets at Cloudflare.",
        "1Password noticed it.",
        "- Ada signs in.\n- BeyondTrust noticed a cookie.",
        "| who | what |\n|---|---|\n| Okta | disabled the account |",
        "The Okta System Log of 2023 showed it.",
        "On 18 October the intruder rode a session.",
        "In October 2023 Okta had *Universal Logout*.",
        "Okta has *A Setting That No Sheet Names*.",
        "Okta's support was entered through Cloudflare Access.",
    ],
)
def test_a_paragraph_about_the_real_parties_names_a_fact(text):
    assert "and no fact" in guard.problems(text)[0]


@table(
    "text",
    [
        "# What happened at Cloudflare\n\nAda signs in.",
        "Events come in the format of the Okta System Log, and of AWS CloudTrail.",
        "Read [Cloudflare, the incident](https://blog.example/).",
        "`okta.example` is the provider; `cloudflare` is a word of code.",
        "```\nCloudflare\n```",
        "The tokens here are of 2023, and the thief is Tom.",
        "The intruder holds two tokens.",
        "Techniques have ids in MITRE ATT&CK.",
        "To throw somebody out: Okta *Universal Logout*, Cloudflare *Service Token Duration*.",
    ],
)
def test_the_name_of_a_product_a_heading_and_a_link_need_no_fact(text):
    assert guard.problems(text) == []


# --- what is held -------------------------------------------------------------------------------


@table(
    ("text", "ids"),
    [
        (
            "36 of 2,059,357 tickets were read, which is 0.0017 %.",
            "jira-tickets-accessed, jira-share",
        ),
        ("At 16:00 on 23 November 2023 an alert went out.", "nov23-alert"),
        ("On 22 November 2023, at 14:18:22 (and not only at 14:18), Sliver came.", "nov22-sliver"),
        ("In November 2023, on 2023-11-22, a day of 2023.", "nov22-sliver"),
        (
            "From 28 September to 17 October files of 134 customers could be reached: a "
            "three-week window.",
            "okta-support-window",
        ),
        ("On 20 and 21 November the access was tested.", "nov20-21-tests"),
        ("One service token and three service accounts out of thousands.", "cf-rotation-missed"),
        ("It lasted 9 d 6 h 37 min 11 s, or nine days.", "first-probe-to-alert, nov23-alert"),
        ("More than five thousand credentials, or 5,000, were rotated.", "code-red-credentials"),
        (
            "For 14 days the log misled (RFC 9700, section 2.1; T1539, TA0001; "
            "SP 800-53; v19.1; lesson 08; 05-2; `37`).",
            "okta-log-gap",
        ),
        ("1. First.\n2. It was **36** tickets.", "jira-tickets-accessed"),
        ("The post came on 1 February 2024.", "post-published"),
        ("4,893 systems were triaged.", "error-29, code-red-triage"),
        ("The address was 198.244.174[.]214.", "ioc-198-244-174-214"),
        ("35 minutes after the alert, the account was off.", "nov23-smartsheet-off"),
    ],
)
def test_a_figure_that_a_named_fact_holds_may_be_said(text, ids):
    links = " ".join(
        f"[a source]({fact.sources[-1].url})" for fact in facts() if fact.id in ids.split(", ")
    )
    assert about(text, ids, links) == []


@table(
    ("text", "ids", "missing"),
    [
        ("37 tickets were read.", "jira-tickets-accessed", "37"),
        ("36 of 2,059,358 tickets.", "jira-tickets-accessed", "2,059,358"),
        ("36 hours passed.", "jira-tickets-accessed", "36 hours"),
        ("The alert came at 16:01.", "nov23-alert", "16:01"),
        ("The alert came at 16:00:00.", "nov23-alert", "16:00:00"),
        ("The alert came on 24 November.", "nov23-alert", "24 November"),
        ("The alert came on 23 November 2022.", "nov23-alert", "23 November 2022"),
        ("The alert came in October.", "nov23-alert", "October"),
        ("The alert came on 2023-11-24.", "nov23-alert", "24 November 2023"),
        ("The post came on 1 February 2023.", "post-published", "1 February 2023"),
        ("Five service tokens were left.", "cf-rotation-missed", "5"),
        ("Hundreds of credentials.", "cf-rotation-missed", "hundred"),
        ("It lasted ten days.", "first-probe-to-alert, nov23-alert", "10 days"),
        ("Twenty-seven days.", "nov23-alert", "27 days"),
        ("- An alert.\n- 12 people.", "nov23-alert", "12"),
        (
            "The address was 198.244.174[.]215.",
            "ioc-198-244-174-214, nov23-alert",
            "198.244.174.215",
        ),
        ("An alert [of 134 customers](https://blog.example/).", "nov23-alert", "134"),
    ],
)
def test_a_figure_that_no_named_fact_holds_is_noticed(text, ids, missing):
    assert any(
        f"{missing}: not held by {ids}" in problem or f"{missing}, " in problem
        for problem in about(text, ids)
    ), about(text, ids)


@given(st.integers(2, 10_000_000))
def test_no_number_but_its_own_is_held_by_a_fact(number):
    assert bool(
        guard.not_held(
            guard.figures(f"{number:,} tickets"),
            guard.held_by(guard.ledger().facts["jira-tickets-accessed"]),
        )
    ) == (number not in (36, 2059357))


@given(st.text())
def test_any_text_is_read_without_a_traceback(text):
    assert isinstance(guard.problems(text), list) and isinstance(guard.printed_problems(text), list)


def test_every_fact_holds_what_its_own_statement_says():
    assert [
        fact.id
        for fact in facts()
        if guard.not_held(guard.figures(fact.statement), guard.held_by(fact))
    ] == []


# --- ids, links, and how sure it is -------------------------------------------------------------


def test_a_fact_that_is_not_in_the_ledger_is_noticed():
    assert about("An alert.", "nov23-alert, nov23-alarm")[0].startswith(
        "the ledger has no nov23-alarm"
    )


@pytest.mark.parametrize(
    ("ids", "link"),
    [("nov23-alert", ""), ("nov23-alert", OKTA), ("first-probe-to-alert", CLOUDFLARE)],
)
def test_a_paragraph_without_a_link_to_a_source_of_its_facts_is_noticed(ids, link):
    problem = about("An alert.", ids, link)[0]
    assert "no link to a source of the facts it names" in problem or "no link leads" in problem


def test_the_link_and_the_comment_may_follow_a_table_or_a_list():
    assert (
        guard.problems(
            f"- An alert at Cloudflare.\n- At 16:00.\n\n{CLOUDFLARE} <!-- fact: nov23-alert -->"
        )
        == []
    )


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("By one report, Okta named Cloudflare last.", "okta-names-cloudflare-fifth"),
        ("Okta named Cloudflare last, told by a single report.", "okta-names-cloudflare-fifth"),
        ("Okta is reported to have ended the sessions.", "okta-containment"),
        ("According to reports, Okta ended the sessions.", "okta-containment"),
        ("The totals disagree: 14,099 or 194,100 pages.", "wiki-pages-total"),
    ],
)
def test_what_is_less_sure_is_called_so(text, ids):
    assert about(text, ids, f"{OKTA} {CLOUDFLARE} {POLISH}") == []


@pytest.mark.parametrize(
    ("text", "ids", "sentence"),
    [
        (
            "Okta named Cloudflare last.",
            "okta-names-cloudflare-fifth",
            "is single, and the text does not call it told by one report",
        ),
        (
            "Okta, which ran a report, ended the sessions.",
            "okta-containment",
            "is reported, and the text does not call it reported",
        ),
        (
            "One of 194,100 pages.",
            "wiki-pages-total",
            "is disputed, and the text does not call it disputed",
        ),
    ],
)
def test_what_is_less_sure_and_not_called_so_is_noticed(text, ids, sentence):
    assert sentence in about(text, ids, f"{OKTA} {CLOUDFLARE} {POLISH}")[0]


# --- claims that must not be made ---------------------------------------------------------------

# For each claim one sentence that makes it, and a true one that is near.
NEAR = {
    "attribution-named": (
        "Russian hackers did it.",
        "The Romanian host of an address says nothing about who it was.",
    ),
    "attribution-certain": (
        "The intruder was a nation state.",
        "Cloudflare believes that the intruder was a nation state.",
    ),
    "same-people": (
        "Those who robbed Okta and those of November are the same people.",
        "No source shows that those who robbed Okta and those of November are the same people.",
    ),
    "exfiltrated": (
        "The 76 repositories were exfiltrated.",
        "Whether the 76 repositories were exfiltrated, Cloudflare could not confirm.",
    ),
    "refusal-control": (
        "Hard keys stopped the attempt on the dashboard.",
        "In this model, hard keys stopped the attempt on the dashboard.",
    ),
    "script": (
        "The script downloaded a second stage.",
        "ScriptRunner for Jira was used to install Sliver.",
    ),
    "implant-options": (
        "Sliver was beaconing every ten minutes over HTTPS.",
        "Sliver is a framework that can talk over HTTPS.",
    ),
    "last-activity": (
        "The last activity at 10:44 was the implant calling home.",
        "The last known activity was at 10:44, and came late.",
    ),
    "hard-keys-2023": (
        "Hard keys stopped the attack.",
        "Hard keys stopped the phish of July 2022, not this attack.",
    ),
    "console-over-ssh": (
        "They tried the São Paulo console server over SSH.",
        "They tried to reach a console server in São Paulo.",
    ),
    "merged-5000": (
        "Of 5,000 credentials all but four were rotated.",
        "More than 5,000 were rotated in Code Red.",
    ),
    "reimaged-4893": (
        "4,893 machines were reimaged.",
        "4,893 systems were triaged, and every machine was reimaged.",
    ),
    "unit-of-134": ("It touched 134 support cases.", "It touched files of 134 customers."),
    "five-sessions": (
        "Five sessions were hijacked.",
        "The sessions of five customers were hijacked.",
    ),
    "mapping-2023": (
        "Cloudflare's own mapping names T1539.",
        "Cloudflare published no mapping; it is ours.",
    ),
    "vpn-of-an-employee": (
        "They came through the VPN of an employee.",
        "They asked the wiki about the VPN.",
    ),
    "detected-early": ("BeyondTrust saw it on 28 September.", "BeyondTrust saw it on 2 October."),
    "okta-employee-phished": (
        "An Okta employee was phished.",
        "Okta does not say that an employee was phished.",
    ),
    "google-account-certain": (
        "The Google account was compromised.",
        "The Google account was most likely the way.",
    ),
    "support-by-cookie": (
        "The support system was entered with a stolen cookie.",
        "Cookies were taken from the support system.",
    ),
    "okta-on-18-october": (
        "Okta was broken into on 18 October.",
        "Cloudflare detected it on 18 October.",
    ),
    "day-of-entry": (
        "Atlassian was entered on 14 November.",
        "Atlassian was entered on 15 November.",
    ),
    "four-days": ("They had four days before detection.", "They had nine days before detection."),
    "moved-laterally": (
        "The intruder moved laterally from the server.",
        "The intruder tried to move on from the server.",
    ),
    "aws-alarm": (
        "The probe of AWS set off the alarm.",
        "The change in a group set off the alarm.",
    ),
    "vulnerability": (
        "A vulnerability was exploited in Jira.",
        "No vulnerability was exploited in Jira.",
    ),
    "tokens-ended-at-once": (
        "The stolen tokens were disabled at once.",
        "The stolen tokens were not rotated.",
    ),
    "all-customers": (
        "All Okta customers lost data.",
        "All users of the support system were listed, with two exceptions.",
    ),
    "head-count": ("18,400 users were listed.", "The update gives no number of users."),
    "quotation": ('They wrote: "This was our mistake."', "They said that the fault was theirs."),
    "employee-passwords": (
        "Employee passwords were accessed.",
        "In the phish of 2022 employee passwords were stolen.",
    ),
    "nobody-forged-in-2023": (
        "In 2023 nobody forged anything.",
        "In this breach nobody forged anything.",
    ),
}
MORE = [
    ("exfiltrated", "The repositories were not exfiltrated."),
    ("exfiltrated", "The intruder exfiltrated 76 repositories."),
    ("exfiltrated", "The repositories and documents were stolen."),
    ("exfiltrated", "The 76 left the server."),
    ("refusal-control", "The Okta sign-in was blocked by network segmentation."),
    ("unit-of-134", "It was 134 stolen tokens."),
    ("refusal-control", "Firewall rules blocked the attempt at the console server."),
    ("merged-5000", "Four of 5,000 were missed."),
    ("attribution-named", "It was Midnight Blizzard."),
    ("attribution-named", "In 2024 it turned out that Midnight Blizzard had robbed Okta in 2023."),
    (
        "attribution-named",
        "Lazarus, which hit Microsoft in 2024, was behind the Cloudflare breach.",
    ),
    ("five-sessions", "They hijacked five sessions."),
]
TRUE = [
    "With the stolen credential the intruder viewed 120 repositories.",
    "The tactic is called Exfiltration.",
    "Of the 120, 76 were packed and downloaded to the Atlassian server.",
    "Cloudflare treated the 76 repositories as exfiltrated.",
    "134 customers had files accessed.",
    "Four of thousands were left.",
    "Hard keys are bound to an origin.",
    "The authorization code was stolen on the way.",
    # What is forbidden about 2023 may be said of other events, where a source says it.
    "In January 2024 Midnight Blizzard used a legacy OAuth app to read Microsoft's mail.",
    "Scattered Lapsus$ Hunters claimed the Gainsight theft.",
    "Callers of UNC3944 talked staff of Salesforce's customers into a device code in 2025.",
]


def names_of(problems):
    return {problem.split(":")[0] for problem in problems}


def test_every_claim_has_an_example():
    assert list(NEAR) == [claim.name for claim in guard.CLAIMS]


@table("claim", NEAR)
def test_a_claim_is_noticed_and_the_true_sentence_beside_it_is_not(claim):
    false, true = NEAR[claim]
    assert claim in names_of(guard.claims_in(false)) and guard.claims_in(true) == []
    assert claim in names_of(guard.printed_problems(false)) and claim in names_of(
        guard.problems(false)
    )


@table(("claim", "sentence"), MORE)
def test_other_ways_to_say_it_are_noticed_too(claim, sentence):
    assert claim in names_of(guard.claims_in(sentence))


@table("sentence", [*TRUE, *(fact.statement for fact in facts())])
def test_true_sentences_and_the_ledger_make_no_such_claim(sentence):
    assert guard.claims_in(sentence) == []


def test_most_of_the_common_errors_of_the_ledger_are_noticed():
    missed = [error.id for error in common_errors() if not guard.claims_in(error.claim)]
    assert len(missed) <= len(common_errors()) / 4, missed


@pytest.mark.parametrize(
    "text",
    [
        "Claim: the repositories were not exfiltrated,\nand 4,893 systems were reimaged.",
        "Claim 7: Five sessions were hijacked.",
        "error-20 The repositories were not exfiltrated.",
        "02-q1. Were five sessions hijacked?\n  a) Five sessions were hijacked",
    ],
)
def test_printed_lines_that_are_marked_as_false_may_make_a_claim(text):
    assert (
        guard.printed_problems(text) == []
        and guard.printed_problems(f"{text}\n\nThe repositories were stolen.") != []
    )


def test_prose_may_quote_a_claim_when_it_is_called_one_and_the_error_is_named():
    text = f"**Claim.** 4,893 systems were reimaged. {CLOUDFLARE} <!-- fact: %s -->"
    assert (
        guard.problems(text % "code-red-triage, error-29") == []
        and guard.problems(text % "code-red-triage") != []
    )
