"""What lesson 08 puts on: readings, the log of the support desk, the article, the cards."""

import re

import pytest
from tables import table

from labutils.incident import ledger
from labutils.lab import seconds
from labutils.lessons.lesson_08 import news_article, retelling
from labutils.lessons.lesson_08.news_article import Article
from labutils.lessons.lesson_08.readings import (
    KINDS,
    as_table,
    bounds,
    contradictions,
    kind,
    order,
    readings,
)
from labutils.lessons.lesson_08.support_log import INTRUDER, as_text, own_acts, support_log

# --- readings -----------------------------------------------------------------------------------


def test_a_translation_is_told_from_an_original_and_from_a_retelling():
    assert [kind(ledger.source(name)) for name in ("thx-en", "thx-pl", "sw")] == [
        "original",
        "translation",
        "retelling",
    ]


def test_a_source_that_is_only_cited_is_no_reading():
    (one,) = readings(ledger.fact("okta-containment"))
    assert (one["kind"], one["read"]) == ("original", False)
    assert all(one["read"] for one in readings(ledger.fact("nov15-atlassian-access")))


def test_the_figures_of_the_contradictions_are_those_of_the_ledger():
    said = {
        question[0]: [one["says"] for one in rows] for question, rows in contradictions().items()
    }
    total = ledger.fact("wiki-pages-total").figures
    assert said["A"][0] == f"{total['wiki_pages_total_polish_localisation']:,}"
    assert said["A"][2] == f"{total['wiki_pages_total']:,}"
    note = ledger.fact("sms-phish-2022-start").note
    assert all(text[:5] in note for text in said["D"])
    assert "134 counts CUSTOMERS" in ledger.fact("okta-support-window").note
    assert "SecurityWeek says network segmentation" in ledger.fact("nov14-okta-denied").note


def test_each_reading_is_a_line_of_the_table():
    rows = contradictions()
    members = [one for readings in rows.values() for one in readings]
    assert len(as_table(rows).splitlines()) == len(rows) + len(members)
    assert {one["kind"] for one in members} == set(KINDS)


# --- the log of the support desk ----------------------------------------------------------------


def test_the_first_search_is_blind_to_the_intruder_and_the_second_is_not():
    by_intruder = [line for line in support_log() if line["address"] == INTRUDER]
    types = {line["type"] for line in by_intruder}
    assert "case_file_view" not in types and "files_tab_download" in types
    assert {line["user"] for line in by_intruder} == {"svc-support"}


def test_both_types_are_ordinary_work_so_that_a_type_alone_convicts_nobody():
    ordinary = [line for line in support_log() if line["address"] != INTRUDER]
    assert {"case_file_view", "files_tab_download"} <= {line["type"] for line in ordinary}


def test_the_log_is_in_the_order_of_time_and_the_same_each_time():
    times = [line["time"] for line in support_log()]
    assert times == sorted(times) and support_log() == support_log()
    assert times[0][:10] == "2023-09-28" and times[-1][:10] == "2023-10-17"


def test_each_own_act_is_logged_under_a_type_of_its_own_and_the_intruders_two_are_among_them():
    acts = [line for (line,) in own_acts("ada").values()]
    types = [line["type"] for line in acts]
    assert len(set(types)) == len(types) == 3
    theirs = {line["type"] for line in support_log() if line["address"] == INTRUDER}
    assert theirs - {"login"} == set(types) - {"case_file_view"}
    for line in acts:
        assert line["user"] == "ada" and line.get("file", "") in as_text(line)


# --- the article --------------------------------------------------------------------------------


def test_each_fact_that_corrects_a_claim_is_in_the_ledger():
    names = set().union(*news_article.REFUTED.values(), *news_article.OPEN.values())
    assert {ledger.fact(name).id for name in names} == names
    assert not set(news_article.REFUTED) & set(news_article.OPEN)


def test_the_claims_say_what_the_ledger_lists_as_common_errors_or_as_open():
    """A number, a day or a place of each claim stands in a fact that corrects it."""
    shown = {
        2: "password",
        4: "4,893",
        6: "5,000",
        7: "none succeeded",
        8: "could not confirm",
        10: "nation state",
        12: "believes",
    }
    for number, words in shown.items():
        names = news_article.REFUTED.get(number) or news_article.OPEN[number]
        assert any(words in ledger.fact(name).statement for name in names), number
    note = ledger.fact("okta-service-account-credential").note
    assert "MOST LIKELY" in note and "not established" in note


def test_the_claims_that_hold_follow_from_the_ledger():
    tickets = ledger.fact("jira-tickets-accessed").figures
    assert tickets["jira_tickets_total"] / tickets["jira_tickets_accessed"] > 50_000
    off, alert = (seconds(ledger.fact(name).time) for name in ("nov23-user-off", "nov23-alert"))
    assert 80 < (off - alert) / 60 < 90
    assert "first to report" in ledger.fact("1password-tells-okta").statement


def refuted(scene, number, fact):
    """What the editor says when a claim is called wrong."""
    scene.refute(number, fact)
    return scene.said[-1]


def left_open(scene, number, fact):
    """What the editor says when a claim is called one that nobody can know."""
    scene.leave_open(number, fact)
    return scene.said[-1]


@pytest.mark.parametrize("number", [1, 5, 9])
def test_a_claim_that_holds_is_not_corrected(number):
    scene = Article()
    assert "does not say that claim" in refuted(scene, number, "cf-oct18-detected")
    assert "does not say that claim" in left_open(scene, number, "attack-gap")
    assert scene._corrected == set()


def test_what_nobody_can_know_is_not_refuted_by_its_own_fact():
    scene = Article()
    said = refuted(scene, 8, "repos-exfiltration-unconfirmed")
    assert "leaves claim 8 open; it does not refute it" in said and scene._failed == 1
    assert "claim 8 cannot be known" in left_open(scene, 8, "repos-exfiltration-unconfirmed")


def test_what_is_wrong_is_not_left_open_by_the_fact_that_refutes_it():
    scene = Article()
    said = left_open(scene, 2, "okta-service-account-credential")
    assert "says that claim 2 is wrong; it does not leave it open" in said and scene._failed == 1


def test_one_fact_refutes_how_they_got_in_and_leaves_open_whose_account_was_hacked():
    fact = "okta-service-account-credential"
    assert "claim 2 is wrong" in refuted(Article(), 2, fact)
    assert "claim 3 cannot be known" in left_open(Article(), 3, fact)
    assert "Corrected" not in refuted(Article(), 3, fact)


@pytest.mark.parametrize("fact", ["attack-gap", "attribution"])
def test_two_facts_leave_open_who_came_in_november(fact):
    assert "claim 10 cannot be known" in left_open(Article(), 10, fact)


def test_each_correction_is_answered_at_once_also_where_many_stand_in_one_cell(capsys):
    scene = Article()
    for number in range(1, 6):
        scene.refute(number, "attack-gap")
    lines = capsys.readouterr().out.splitlines()
    assert lines == scene.said and len(lines) == 5
    assert [line[:22] for line in lines[2:]] == [
        "The editor: attack-gap",
        *["The editor has stopped"] * 2,
    ]


def test_three_corrections_may_fail_and_at_the_fourth_the_editor_stops():
    scene = Article()
    for _ in range(news_article.PATIENCE):
        scene.refute(1, "attack-gap")
    assert "may still fail: 0" in scene.said[-1]
    assert "Corrected" in refuted(scene, 2, "okta-service-account-credential")
    assert "has stopped" in refuted(scene, 1, "attack-gap")
    assert "has stopped" in refuted(scene, 4, "code-red-triage")
    assert "has stopped" in scene.publish()


def test_a_claim_that_is_not_there_costs_nothing():
    scene = Article()
    assert refuted(scene, 13, "attack-gap").startswith("There is no claim 13")
    assert scene._failed == 0


@table("fact", ["134", "", None, ["okta-service-account-credential"], 7, {}])
def test_what_is_no_fact_gets_the_ledgers_sentence_and_costs_nothing(fact):
    scene = Article()
    assert refuted(scene, 2, fact).startswith("The ledger has no fact")
    assert scene._failed == 0


@pytest.mark.parametrize("number", ["2", None, [2], 0, 2.5])
def test_what_is_no_number_of_a_claim_costs_nothing(number):
    scene = Article()
    assert "There is no claim" in refuted(scene, number, "okta-service-account-credential")
    assert scene._failed == 0


def test_a_fact_itself_does_as_well_as_its_id():
    scene = Article()
    assert refuted(scene, 2, ledger.fact("okta-service-account-credential")).endswith("Corrected.")


def test_the_article_is_shown_as_claims(capsys):
    Article().show()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12 and all(re.match(r"Claim \d+: ", line) for line in lines)


# --- the cards ----------------------------------------------------------------------------------


def test_two_scenes_of_one_day_without_an_hour_may_stand_either_way():
    assert retelling.first_wrong_pair("bfdigjhcae") is None
    assert retelling.first_wrong_pair("bfdighjcae") is None


def test_an_order_that_the_times_rule_out_is_shown_by_its_first_pair():
    assert retelling.first_wrong_pair("bfdigjhcea") == ("e", "a")
    assert retelling.first_wrong_pair("fbdigjhcae") == ("f", "b")


def test_what_is_unknown_on_the_cards_is_open_in_the_ledger():
    unknown = {
        ledger.fact(name).outcome
        for _, word, name in retelling.JUDGED.values()
        if word == "unknown"
    }
    assert unknown == {"unknown", "denied"}
    assert "not named" in ledger.fact("nov22-sao-paulo-denied").control.name


def test_defenders_alone_were_active_in_the_gap():
    assert retelling.active_in_the_gap() == [False, True]


def test_the_search_that_the_lesson_shows_finds_the_same_gap():
    shown = [fact for fact in ledger.facts() if "2023-10-19" <= str(fact.time) < "2023-11-14"]
    assert len(shown) > 3
    assert {fact.id for fact in shown} == {fact.id for fact in retelling.in_the_gap()}


def test_what_settles_an_order_is_a_pair_of_the_figure_that_its_times_leave_open():
    for pair in retelling.SETTLED_BY:
        assert pair <= {*retelling.ON_THE_TIMELINE}
        facts = map(ledger.fact, pair)
        spans = [bounds(str(fact.time), str(fact.time_precision)) for fact in facts]
        assert order(*spans) == "unknown"


def test_each_card_names_the_company_for_which_it_is_judged():
    texts = [text for text, _, _ in retelling.JUDGED.values()]
    assert all(re.match("For (Okta|Cloudflare|BeyondTrust): ", text) for text in texts)
