"""`accepts` and `refuses` assert every attack and every refusal: each can fail, and says why."""

import json

import httpx
import jwt
import pytest
from how_many import draws
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import table

from labutils import accepts, opened, refuses
from labutils.classroom.guard import Refused

MANY = settings(max_examples=draws(200), deadline=None, derandomize=True, database=None)


def response(
    status: int, body: object = None, *, text: str = "", method: str = "GET", **headers: str
) -> httpx.Response:
    """An answer of api.example/me, with a JSON body or a text."""
    content = {"text": text} if body is None else {"json": body}
    return httpx.Response(
        status,
        headers=headers,
        request=httpx.Request(method, "https://api.example/me?x=1"),
        **content,
    )


# --- accepts ------------------------------------------------------------------------------------


@table("status", [200, 201, 204, 302, 303, 399])
def test_a_response_below_400_is_accepted_with_its_status_method_and_address(status, capsys):
    accepts(response(status, method="POST"))
    assert capsys.readouterr().out == f"accepted: {status} POST api.example/me\n"


@table("status", [400, 401, 403, 404, 500, 599])
def test_a_response_that_refuses_is_not_accepted(status, capsys):
    with pytest.raises(Refused, match=f"^{status} no$") as raised:
        accepts(response(status, text="no"))
    assert raised.value.status == status
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "location", ["/", "https://wiki.example/cb?code=c&state=s", "/help#?error=x", "/?errors=1"]
)
def test_a_redirect_that_goes_on_is_accepted(location, capsys):
    accepts(response(303, location=location))
    assert capsys.readouterr().out == "accepted: 303 GET api.example/me\n"


def test_a_redirect_that_carries_an_error_back_to_the_client_is_not_accepted():
    answer = response(
        303,
        location="https://wiki.example/cb?error=access_denied&error_description=said+no&state=s",
    )
    with pytest.raises(Refused, match="^303 access_denied: said no$"):
        accepts(answer)


@table("nothing", [None, False, "", {}, [], 0, b"", ..., ValueError("bad signature")], ids=repr)
def test_where_nothing_came_through_nothing_is_accepted(nothing, capsys):
    with pytest.raises(AssertionError) as raised:
        accepts(nothing)
    assert str(raised.value) == f"nothing got through: what came back is {nothing!r}"
    assert capsys.readouterr().out == ""


@table(
    "result, said",
    [
        ({"sub": "ada", "exp": 1}, '{"sub": "ada", "exp": 1}'),
        ("ada", "ada"),
        (True, "true"),
        (1697619600, "1697619600"),
        (["a"], '["a"]'),
        (b"bytes", "\"b'bytes'\""),
        ("a" * 90, "a" * 90),
        ("a" * 91, "a" * 90 + "... (91 characters)"),
        ("\u202eada\n", "\\u202eada\\u000a"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_a_verifier_returned_is_shown_on_one_line(result, said, capsys):
    accepts(result)
    assert capsys.readouterr().out == f"accepted: {said}\n"


# --- opened -------------------------------------------------------------------------------------


def test_an_open_door_gives_the_response_itself():
    answer = response(200, {"sub": "ada"})
    assert opened(answer) is answer


@pytest.mark.parametrize("nothing", [None, 200, {"status": 200}, "200 OK"], ids=repr)
def test_what_is_no_response_is_neither_open_nor_refused(nothing):
    with pytest.raises(TypeError, match="takes an HTTP response, but this is: "):
        opened(nothing)


@table(
    "answer, reason",
    [
        (
            response(400, {"error": "invalid_grant", "error_description": "used before"}),
            "400 invalid_grant: used before",
        ),
        (
            response(403, {"rule": "permitted", "reason": "may not", "more": 1}),
            "403 permitted: may not",
        ),
        (response(401, {"error": None}), "401 None"),
        (response(401, {"error_description": "no token"}), "401 no token"),
        (response(400, {"detail": "none of ours"}), '400 {"detail":"none of ours"}'),
        (response(400, ["error"]), '400 ["error"]'),
        (response(400, 7), "400 7"),
        (
            response(401, text="half of it: {", **{"content-type": "application/json"}),
            "401 half of it: {",
        ),
        (response(401, method="HEAD", **{"content-type": "application/json"}), "401 "),
        (
            response(400, text='{"error": "here"}', **{"content-type": "application/problem+json"}),
            "400 here",
        ),
        (response(401, text="<h1>Sign in</h1>"), "401 (a page)"),
        (response(404, text="Not here."), "404 Not here."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refusal_says_its_reason_whatever_its_body_is(answer, reason):
    with pytest.raises(Refused) as raised:
        opened(answer)
    assert str(raised.value) == reason


BODIES = st.one_of(
    st.binary(),
    st.recursive(st.none() | st.integers() | st.text(), st.lists).map(
        lambda v: json.dumps(v).encode()
    ),
    st.dictionaries(
        st.sampled_from(["error", "reason", "x"]),
        st.none() | st.integers() | st.text() | st.lists(st.text()),
    ).map(lambda value: json.dumps(value).encode()),
)


@MANY
@given(
    status=st.integers(400, 599),
    body=BODIES,
    kind=st.sampled_from(["application/json", "text/html", "a/b; charset=nope"]),
)
def test_a_refusal_is_refused_whatever_it_carries(status, body, kind):
    answer = httpx.Response(status, headers={"content-type": kind}, content=body)
    with pytest.raises(Refused) as raised:
        opened(answer)
    assert raised.value.status == status


def test_a_body_of_endless_brackets_is_refused_all_the_same():
    with pytest.raises(Refused):
        opened(response(400, text="[" * 100_000))


@MANY
@given(location=st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0")))
def test_no_address_of_a_redirect_makes_a_door_crash(location):
    answer = httpx.Response(303, headers=[(b"location", location.encode("latin-1"))])
    try:
        assert opened(answer) is answer
    except Refused as refusal:
        # It may be taken as well, so pytest.raises does not fit.
        assert "error" in location and str(refusal).startswith("303 ")  # noqa: PT017


# --- refuses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expected",
    [(ValueError,), (403,), (ValueError, 403), (Exception,), (AssertionError,)],
    ids=repr,
)
def test_where_nothing_is_refused_the_door_is_open(expected, capsys):
    with (
        pytest.raises(AssertionError, match="nothing was refused: this door is open"),
        refuses(*expected),
    ):
        pass
    assert capsys.readouterr().out == ""


def test_a_refused_response_that_nobody_looked_at_is_no_refusal():
    with pytest.raises(AssertionError, match=r"is opened\(\.\.\.\) missing"), refuses(403):
        response(403)


@pytest.mark.parametrize(
    "expected",
    [
        (jwt.InvalidSignatureError,),
        (jwt.PyJWTError,),
        (Exception,),
        (403, jwt.PyJWTError),
        (KeyError, jwt.DecodeError),
    ],
    ids=repr,
)
def test_an_expected_class_or_its_subclass_is_said_with_its_name(expected, capsys):
    with refuses(*expected):
        raise jwt.InvalidSignatureError("the signature\u202e does not fit")
    assert (
        capsys.readouterr().out
        == "refused: InvalidSignatureError: the signature\\u202e does not fit\n"
    )


def test_a_long_reason_is_cut(capsys):
    with refuses(ValueError):
        raise ValueError("a" * 161)
    assert capsys.readouterr().out == f"refused: ValueError: {'a' * 160}... (161 characters)\n"


@pytest.mark.parametrize(
    "expected", [(401,), (400, 401), (ValueError, 401), (Refused,), (Exception,)], ids=repr
)
def test_an_expected_status_is_said_with_its_reason(expected, capsys):
    with refuses(*expected):
        opened(response(401, {"error": "invalid_token", "error_description": "it has expired"}))
    assert capsys.readouterr().out == "refused: 401 invalid_token: it has expired\n"


@pytest.mark.parametrize(
    "expected", [(403,), (400, 403), (ValueError,), (ValueError, 403)], ids=repr
)
def test_another_status_goes_on_its_way(expected, capsys):
    with pytest.raises(Refused, match="^401 no$"), refuses(*expected):
        opened(response(401, text="no"))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "expected", [(ValueError,), (403,), (jwt.PyJWTError, 403), (KeyError, ValueError)], ids=repr
)
def test_an_exception_that_was_not_expected_goes_on_its_way(expected, capsys):
    with pytest.raises(ZeroDivisionError), refuses(*expected):
        1 / 0  # noqa: B018
    assert capsys.readouterr().out == ""


def test_a_superclass_of_what_is_expected_goes_on_its_way():
    with pytest.raises(jwt.DecodeError), refuses(jwt.InvalidSignatureError):
        raise jwt.DecodeError("not enough segments")


@pytest.mark.parametrize("expected", [(ValueError,), (403,), (Exception,)], ids=repr)
def test_a_check_that_fails_inside_is_no_refusal(expected, capsys):
    with pytest.raises(AssertionError, match="nothing got through"), refuses(*expected):
        accepts(None)
    assert capsys.readouterr().out == ""


def test_an_open_door_inside_is_no_refusal():
    with pytest.raises(AssertionError, match="this door is open"), refuses(Exception), refuses(403):
        pass


def test_an_assertion_is_a_refusal_where_it_is_named(capsys):
    with refuses(AssertionError):
        raise AssertionError("the challenge differs")
    assert capsys.readouterr().out == "refused: AssertionError: the challenge differs\n"


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_who_stops_the_kernel_is_never_refused(interruption):
    with pytest.raises(interruption), refuses(Exception, 403):
        raise interruption


@table(
    "expected",
    [(), (None,), ("403",), (ValueError("an error"),), (int,), (403, "403"), (KeyboardInterrupt,)],
    ids=repr,
)
def test_what_cannot_refuse_is_no_expectation_and_nothing_is_run(expected):
    with pytest.raises(TypeError, match="takes exception classes such as"), refuses(*expected):
        pytest.fail("the body was run")
