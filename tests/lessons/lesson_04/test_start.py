"""What the lesson shows of a learner's code, and of the course's none."""

from solutions import made

from labutils.classroom.exercises import mine
from labutils.instruments.calling import is_the_learners, own_function
from labutils.lessons.lesson_04 import start
from labutils.lessons.lesson_04.id_tokens import bad_id_tokens


def own(token, keys, issuer, client_id, nonce, now):
    return made("04-4")["validate"](token, keys, issuer, client_id, nonce, now)


def test_the_code_of_the_learners_validation_is_shown_and_the_solution_is_not():
    assert own_function(start.page_of(own)) is own
    solution = mine("04-4")
    shown = start.page_of(solution)
    assert own_function(shown) is shown and not is_the_learners(shown)


def test_what_a_library_lets_in_is_counted_over_those_that_were_given_every_option(capsys):
    assert start.in_libraries(own) == "two audiences"
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split() == ["yours", *["refuses"] * 5] and len(lines) == 12


def test_a_careless_validation_is_said_to_let_in_what_it_lets_in(capsys):
    def no_audience(token, keys, issuer, _client_id, nonce, now):
        claims = made("02-3")["verify"](token, keys)
        if (
            claims["iss"] != issuer
            or claims.get("nonce") != nonce
            or not claims["iat"] <= now < claims["exp"]
        ):
            raise ValueError("no")
        return claims

    start.in_libraries(no_audience)
    yours = capsys.readouterr().out.splitlines()[2]
    assert yours.count("lets in") == 2
    assert {*start.FAULTS.values()} <= {case.words for case in bad_id_tokens()}
