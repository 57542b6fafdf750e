"""Lesson 05's stage: every row is tried by Tom, and no guessable token passes as a rotated one."""

import pytest
from solutions import made, solution_of
from tables import table

from labutils.classroom import exercises
from labutils.classroom.course import lesson
from labutils.lessons.lesson_05.rotation import new_store, race, refresh_and_delete
from labutils.stage import what_dies_when as stage

REFRESH = solution_of("05-3")
OWN = made("05-1") | made("05-4") | made("05-3")
CODES = "import hashlib, itertools, random, secrets, time\ncount = itertools.count(10**20)\n"


def said(draw: str) -> tuple[str | None, str]:
    """The mistake, and the words, for a rotation whose new tokens are made so."""
    namespace: dict = {}
    exec(CODES + REFRESH.replace("draw()", draw), namespace)
    (exercise,) = [e for e in lesson("05").exercises if e.id == "05-3"]
    verdict, words = exercises.verdict(exercise, namespace["rotate"])
    return verdict.mistake if verdict.kind != "passed" else None, words


@table(
    "draw",
    [
        "f'r{len(store[\"used\"]) + 1}'",
        "token + 'x'",
        "token[::-1] + str(len(store['family']))",
        "hashlib.sha256(token.encode()).hexdigest()",
        "hashlib.sha256(str(next(count)).encode()).hexdigest()",
        "f'refresh-token-{next(count)}'",
        "f'refresh-{time.time_ns()}'",
        "hashlib.sha256(str(time.time_ns()).encode()).hexdigest()",
        "f'{random.getrandbits(128):032x}'",
        "draw()[:4] + str(len(store['used']))",
    ],
)
def test_a_token_that_tom_can_work_out_is_refused(draw):
    assert said(draw)[0] == "guessable"


def test_the_judge_shows_that_tom_got_the_same_token():
    words = said("hashlib.sha256(token.encode()).hexdigest()")[1]
    assert "Tom, who ran your code on his copy, got the same" in words


def test_a_used_token_that_was_deleted_gets_its_own_sentence():
    deleting = ('store["used"].add(token)', 'del store["family"][token]')
    for lookup in ('store["family"].get(token)', 'store["family"][token]'):
        namespace: dict = {}
        text = REFRESH.replace(*deleting).replace('store["family"].get(token)', lookup)
        exec(text, namespace)
        (exercise,) = [e for e in lesson("05").exercises if e.id == "05-3"]
        verdict, words = exercises.verdict(exercise, namespace["rotate"])
        assert verdict.mistake == "deleted" and "nobody notices that two parties hold" in words


@pytest.mark.parametrize("draw", ["draw()", "'rt-' + draw()", "draw() + draw()"])
def test_a_token_that_was_drawn_passes(draw):
    assert said(draw)[0] is None


def test_each_try_of_the_grid_is_made_by_toms_own_browser():
    seen = set()
    for row, attempt in stage.ROWS.items():
        apps = stage.asking_doors()
        thief = stage.CopiesHolder(apps, OWN["knock"], OWN["outlive"])
        before = len(apps.lab.wire)
        assert attempt(thief), row
        clients = {exchange.client for exchange in apps.lab.wire[before:]}
        assert "ada" not in clients and "tom" in clients, row
        seen |= clients
    assert seen <= {"tom", "api.example", "notes.example"}


def test_what_ends_what_and_when():
    lasts = stage.what_dies_when(OWN["knock"], OWN["outlive"])
    assert len(lasts) == len(stage.ROWS) * len(stage.ACTIONS) == 90
    secret = {action for action in stage.ACTIONS if lasts["client secret", action] < 1440}
    assert secret == {"replace the client secret"}
    assert lasts["machine token", "replace the client secret"] == 1440
    assert lasts["machine token", "drop the signing key"] == 4
    assert all(lasts[row, "change password"] == lasts[row, "nothing"] for row in stage.ROWS)


def test_the_grid_is_filled_where_a_learners_function_gives_nothing():
    for nothing in (lambda *_a: None, lambda *_a: {"access_token": 1}, lambda: None):
        lasts = stage.what_dies_when(lambda *_a: None, nothing)
        assert lasts["access token", "nothing"] == lasts["client secret", "nothing"] == 0


def test_both_orders_of_the_race(capsys):
    assert race(OWN["rotate"], "Tom Ada Tom Ada") == [True, False, False, False]
    assert race(OWN["rotate"], "Ada Tom Ada Tom") == [True, False, False, False]
    assert race(refresh_and_delete, "Tom Tom Ada Tom") == [True, True, False, True]
    assert capsys.readouterr().out.count("is refused") == 7
    assert new_store() == {"family": {}, "used": set(), "dead": set()}


# The mutation tool finds few changes in these short solutions: more of them, by hand.
FEW_MUTANTS = {
    "05-2": [
        ("grid[name, door] =", "grid[token, door] ="),
        ("grid[name, door] =", "grid[name] ="),
        (".is_success", ".is_error"),
        (".is_success", ".status_code < 403"),
        (".is_success", ".status_code"),
        (".is_success", ""),
        ("in doors:", "in doors[1:]:"),
        ("in doors:", "in doors[:1]:"),
        ("in doors:", "in ('sign-in', 'API', 'token endpoint'):"),
        ("knock_at(door, token)", "knock_at(door, name)"),
        ("        for door in doors:", "        grid = {}\n        for door in doors:"),
    ],
    "05-4": [
        ("client_credentials", "authorization_code"),
        ("auth=(client_id, secret)", "auth=(secret, client_id)"),
        ("auth=(client_id, secret)", "auth=('backup', secret)"),
        ("auth=(client_id, secret)", "auth=(client_id, 'the-backup-job-has-this')"),
        ("data=form", "params=form"),
        ("data=form", "json=form"),
        ("browser.post", "browser.get"),
        ("/token", "/authorize"),
    ],
    "05-6": [
        (">= minute", "== minute"),
        (">= minute", ">= minute + 1"),
        (">= minute", ">= 1"),
        ("for action in actions", "for action in list(actions)[:1]"),
        ("for action in actions", "for action in list(actions)[-1:]"),
        ("[row for row in rows if all(", "[row for row in rows if not all("),
        ("[row for row in rows if", "[row for row in list(rows)[1:] if"),
        ("dict.fromkeys(row for row, action in lasts)", "[row for row, action in lasts]"),
    ],
}
CHANGES = [(name, *change) for name, changes in FEW_MUTANTS.items() for change in changes]


@table(("identifier", "old", "new"), CHANGES)
def test_a_change_by_hand_of_a_short_solution_is_noticed(identifier, old, new):
    (exercise,) = [e for e in lesson("05").exercises if e.id == identifier]
    assert old in exercise.solution
    namespace: dict = {}
    exec(exercise.solution.replace(old, new, 1), namespace)
    name = exercise.solution.split("(")[0].removeprefix("def ")
    verdict, words = exercises.verdict(exercise, namespace[name])
    assert verdict.kind != "passed" and words.startswith("It ")


@table(
    ("turns", "mistake"),
    [
        ("Tom Ada", "last"),
        ("Tom Ada Tom", None),
        ("Tom Tom Ada Ada Tom", None),
        ("  Tom  Ada Tom ", None),
        ("Ada Tom", "ada"),
        ("Ada Tom Ada", "ada"),
        ("Tom", "both"),
        ("Ada Ada", "both"),
        ("", "form"),
        ("tom ada", "form"),
        ("Tom, Ada", "form"),
        ("Tom Ada " * 11, "form"),
        (["Tom", "Ada"], "form"),
        (7, "form"),
    ],
)
def test_whoever_uses_the_copy_first_stays_in(turns, mistake):
    (exercise,) = [e for e in lesson("05").exercises if e.id == "05-9"]
    verdict, _ = exercises.verdict(exercise, turns)
    assert verdict.mistake == mistake and (verdict.kind == "passed") is (mistake is None)


@pytest.mark.parametrize("header", ["Basic !", "Basic YQ", "Basic", "Bearer x", "Basic /w=="])
def test_a_malformed_header_in_05_4_is_told_so_and_no_error_of_the_judge(header):
    (exercise,) = [e for e in lesson("05").exercises if e.id == "05-4"]

    def outlive(browser, *_):
        form = {"grant_type": "client_credentials"}
        url = "https://login.example/token"
        answer = browser.post(url, data=form, headers={"authorization": header})
        return answer.json()["access_token"]

    assert exercises.verdict(exercise, outlive)[0].mistake == "raises"
