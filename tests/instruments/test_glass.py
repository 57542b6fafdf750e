"""A token under glass, without a browser: what is touched, and what is there afterwards."""

import functools
import html
import json
import re
import subprocess
import sys
import time
from xml.etree import ElementTree

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labutils.identity.tokens import b64, json_part, sign, unb64, verify_signature
from labutils.instruments.glass import Glass, glass
from labutils.instruments.token_text import HEADER, PAYLOAD
from labutils.stage.forgeries import CLAIMS, KEYS, SERVICE, forgeries, obedient, strict

TOKEN = sign(CLAIMS, SERVICE)
PICTURE = "image/svg+xml"
MAKE = """
from labutils.instruments.glass import Glass
from labutils.identity.tokens import sign
from labutils.stage.forgeries import CLAIMS, SERVICE, forgeries, strict
g = Glass(sign(CLAIMS, SERVICE), {"strict": strict}, more=forgeries(), key=SERVICE.jwk)
print(g.bundle(), g.live())
g.load("changed claims")
print(g.bundle(), g.live())
"""


def verify(token):
    header, payload, signature = token.split(".")
    if not signature:
        raise ValueError("nobody signed this")
    return json.loads(unb64(payload))


@pytest.fixture
def shown():
    verifiers = {"obedient": functools.partial(obedient, keys=KEYS), "strict": strict}
    return Glass(TOKEN, {**verifiers, "yours": verify}, more=forgeries())


def kinds(shown):
    return {name: verdict.kind for name, verdict in shown.verdicts.items()}


# --- the token and its claims -------------------------------------------------------------------


def test_typing_claims_writes_the_token(shown):
    claims = {**CLAIMS, "sub": "admin"}
    shown.payload(json.dumps(claims))
    assert shown.claims(PAYLOAD) == claims
    assert shown.token.split(".")[0::2] == TOKEN.split(".")[0::2]
    assert [(one.name, one.says) for one in shown.changes(PAYLOAD)] == [("sub", 'was "ada"')]


def test_typing_a_header_writes_the_token(shown):
    shown.header('{"alg": "none"}')
    assert shown.token == f"{json_part({'alg': 'none'})}.{TOKEN.partition('.')[2]}"


def test_claims_that_are_only_spaced_otherwise_are_the_same_token(shown):
    shown.payload(json.dumps(CLAIMS, indent=7))
    assert shown.token == TOKEN


def test_what_somebody_types_stays_as_it_is_typed(shown):
    text = '{ "sub":\n"admin" }'
    shown.payload(text)
    assert shown.text_of(PAYLOAD) == (text, "")
    shown.type(TOKEN)
    assert shown.text_of(PAYLOAD)[0].startswith('{"iss": ')


@given(st.text())
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_typed_in_place_of_the_token(text):
    shown = Glass(TOKEN, {"strict": strict, "yours": verify}, key=SERVICE.jwk)
    shown.type(text)
    ElementTree.fromstring(shown.bundle()[PICTURE])
    assert shown.drawing() and shown.words()
    assert shown.token == TOKEN or kinds(shown)["strict"] == "refused"


@given(
    st.text() | st.text().map(lambda text: '{"sub": "' + text), st.sampled_from(["head", "body"])
)
@settings(max_examples=60, deadline=None)
def test_half_a_json_leaves_the_token_alone_and_says_so(text, part):
    shown = Glass(TOKEN, {"strict": strict})
    shown.touched(part, text)
    try:
        whole = isinstance(json.loads(text), dict)
    except ValueError:
        whole = False
    if not whole:
        assert shown.token == TOKEN and "so the token stays as it is" in shown.live()
        assert shown.claims(PAYLOAD) == CLAIMS
    assert shown.drawing().encode() and shown.bundle()


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_claims_can_be_typed(claims):
    shown = Glass(TOKEN)
    shown.payload(json.dumps(claims))
    assert shown.claims(PAYLOAD) == claims
    ElementTree.fromstring(shown.bundle()[PICTURE])
    assert shown.drawing()


NASTY = "<script>alert(1)</script>\"><b onmouseover=x>&'`</textarea>"


@pytest.mark.parametrize("name", [NASTY, "\x00\x1b[0m", "\ud800", "</pre>"])
def test_nothing_of_a_token_is_markup(name):
    claims = {name: name, "exp": name, "iat": {name: name}}
    shown = Glass(TOKEN, {name: lambda _: name}, more={name: TOKEN}, title=name, hint=name)
    shown.payload(json.dumps(claims))
    shown.touched("caret", "200")
    drawn = shown.drawing() + shown.bundle()[PICTURE]
    assert "<script" not in drawn and "<b on" not in drawn and drawn.count("</textarea>") == 3
    ElementTree.fromstring(shown.bundle()[PICTURE])
    shown.type(f"{name}.{name}.{name}")
    assert "<script" not in shown.live() + shown.bundle()[PICTURE]


@pytest.mark.parametrize(
    "text", ["", ".", "a.b", "a.b.c.d", "é.\x00", "." * 50, b64(b"[1]") + ".."]
)
def test_odd_tokens_are_drawn(shown, text):
    shown.type(text)
    assert set(kinds(shown).values()) <= {"refused", "harm"}
    assert ("A signed token has three parts" in shown.live()) == (text.count(".") != 2)


def test_what_is_pasted_is_cleaned(shown):
    shown.type(f"  Bearer {TOKEN[:40]}\n {TOKEN[40:]}\t")
    assert shown.token == TOKEN and "data-replace" in shown.live()
    shown.touched("width", "500")
    shown.type(TOKEN + "x")
    assert "data-replace" not in shown.live()


def test_a_token_that_is_too_long_is_cut_with_a_sentence(shown):
    shown.type("a" * 70_000)
    assert len(shown.token) == 65_536
    assert "Only the first 65536 of 70000 characters are kept." in shown.live()
    shown.payload(json.dumps({"a": "b" * 70_000}))
    assert "A token of more than 65536 characters is not shown here." in shown.live()


def test_a_large_token_is_drawn_in_time(shown):
    large = token_of({f"claim {number}": "value" for number in range(1_900)})
    assert len(large) > 48_000
    shown.type(large)
    began = time.process_time()
    shown.type(large + "A")
    assert shown.live()
    assert time.process_time() - began < 0.3  # 0.04 on an idle machine


def token_of(claims):
    return f"{json_part({'alg': 'none'})}.{json_part(claims)}.c2ln"


# --- times --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        (
            {"exp": 1697620200, "iat": 1697619600},
            [
                "iat 2023-10-18, 09:00:00 UTC",
                "exp 2023-10-18, 09:10:00 UTC, 10 minutes after iat",
            ],
        ),
        (
            {"iat": 1697619600, "nbf": 1697619540},
            [
                "iat 2023-10-18, 09:00:00 UTC",
                "nbf 2023-10-18, 08:59:00 UTC, 1 minute before iat",
            ],
        ),
        ({"exp": 1697620200}, ["exp 2023-10-18, 09:10:00 UTC"]),
        ({"exp": "soon"}, ["exp no number of seconds that a calendar has"]),
        ({"exp": True}, ["exp no number of seconds that a calendar has"]),
        ({"exp": 10**30}, ["exp no number of seconds that a calendar has"]),
        (
            {"exp": 5, "iat": 5},
            ["iat 1970-01-01, 00:00:05 UTC", "exp 1970-01-01, 00:00:05 UTC, the moment of iat"],
        ),
        ({}, []),
    ],
)
def test_moments_are_said_in_words(claims, said):
    shown = Glass(token_of(claims))
    assert [f"{one.name} {one.says}" for one in shown.times()] == said
    assert all(html.escape(line.partition(" ")[2]) in shown.live() for line in said)


# --- verdicts -----------------------------------------------------------------------------------


def test_a_genuine_token_is_accepted_quietly(shown):
    assert set(kinds(shown).values()) == {"fine"}
    assert '<li class="fine"' in shown.live() and "harm" not in shown.live()


def test_a_forgery_that_gets_in_is_where_the_harm_is(shown):
    shown.load("alg none")
    assert kinds(shown) == {"obedient": "harm", "strict": "refused", "yours": "refused"}
    assert shown.verdicts["obedient"].word == "lets it in"
    assert "alg is 'none', and the key is for RS256 alone" in shown.verdicts["strict"].says


def test_the_learners_line_that_refused_is_lit(shown):
    shown.load("alg none")
    assert shown.asked == "yours"
    [line] = re.findall(r'<li class="here" data-show><code>(.+?)</code>', shown.live())
    assert html.unescape(line).strip() == 'raise ValueError("nobody signed this")'
    assert '  line 4: raise ValueError("nobody signed this")' in shown.words()


def test_the_code_of_another_can_be_asked_for_and_put_away(shown):
    shown.touched("ask", "strict")
    assert shown.asked == "strict" and "def strict" in shown.live()
    shown.touched("ask", "strict")
    assert shown.asked == "" and 'class="code"' not in shown.live()
    shown.touched("ask", "nobody")
    assert shown.asked == ""


@pytest.mark.parametrize(
    ("result", "kind", "says"),
    [
        ({"sub": "ada"}, "fine", ""),
        (True, "fine", ""),
        ("Ada, salary 9100", "fine", "It shows Ada, salary 9100"),
        (None, "refused", "It returned None."),
        (False, "refused", "It returned False."),
        ({}, "refused", "It returned {}."),
        (ValueError("no"), "refused", "It returned ValueError('no')."),
        (..., "unwritten", ""),
    ],
)
def test_what_a_verifier_returned_is_a_verdict(result, kind, says):
    verdict = Glass(TOKEN, {"yours": lambda _: result}).verdicts["yours"]
    assert (verdict.kind, verdict.says) == (kind, says)
    assert verdict.accepted == (kind == "fine")


def test_a_genuine_token_that_should_not_get_in_is_harm():
    expired = Glass(
        TOKEN,
        {"strict": strict},
        harm=lambda token, claims: claims["sub"] == "ada" and token == TOKEN,
    )
    assert kinds(expired) == {"strict": "harm"}


def test_harm_that_fails_or_says_no_is_none():
    assert kinds(Glass(TOKEN, {"strict": strict}, harm=lambda *_: False)) == {"strict": "fine"}
    assert kinds(Glass(TOKEN, {"strict": strict}, harm=lambda *_: 1 / 0)) == {"strict": "fine"}


def test_with_a_key_another_token_of_the_issuer_is_no_forgery():
    other = sign({**CLAIMS, "sub": "bob"}, SERVICE)
    accepts = {"strict": strict}
    assert kinds(Glass(TOKEN, accepts, now=other, key=SERVICE.jwk)) == {"strict": "fine"}
    assert kinds(Glass(TOKEN, accepts, now=other)) == {"strict": "harm"}


def test_a_verifier_that_does_not_end_is_told_in_a_sentence():
    def loops(token):
        while token:
            pass

    shown = Glass(TOKEN, {"yours": loops})
    assert shown.verdicts["yours"].says.startswith("It does not end.")
    assert '<li class="here"' in shown.live()


def test_a_verifier_is_called_once_for_each_token():
    seen = []
    shown = Glass(TOKEN, {"yours": lambda token: seen.append(token) or True})
    shown.live()
    shown.bundle()
    assert seen == [TOKEN]
    shown.type(TOKEN + "A")
    shown.live()
    assert seen == [TOKEN, TOKEN + "A"]


# --- the lamp -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [SERVICE.jwk, jwt.PyJWK(SERVICE.jwk), lambda token: verify_signature(token, SERVICE.jwk)],
    ids=["JWK", "PyJWK", "function"],
)
def test_a_lamp_says_whether_the_signature_fits(key):
    shown = Glass(TOKEN, key=key)
    assert shown.fits and "It fits: the issuer signed exactly this." in shown.live()
    assert 'class="mark fits"' in shown.live()
    shown.payload(json.dumps({**CLAIMS, "sub": "admin"}))
    assert not shown.fits and 'class="mark refused"' in shown.live()
    assert "It does not fit: the issuer did not sign this." in shown.words()


@pytest.mark.parametrize("key", [{}, {"kty": "RSA"}, lambda _: None, lambda _: 1 / 0])
def test_a_lamp_with_a_key_that_is_none_does_not_fit(key):
    assert not Glass(TOKEN, key=key).fits


# --- what it begins with ------------------------------------------------------------------------


def test_now_is_there_at_first_and_compared_with_the_original():
    shown = Glass(TOKEN, now=token_of({"sub": "admin"}))
    assert shown.original == TOKEN and shown.claims(PAYLOAD) == {"sub": "admin"}
    assert ("alg", 'was "RS256"') in [(one.name, one.says) for one in shown.changes(HEADER)]
    shown.load("the original")
    assert shown.token == TOKEN


def test_before_is_what_it_is_compared_with():
    shown = Glass(token_of({"sub": "admin"}), before=TOKEN)
    assert shown.is_changed and shown.claims(PAYLOAD) == {"sub": "admin"}
    assert 'class="changes"' in shown.live()


def test_many_changes_are_counted():
    shown = Glass(token_of({}), now=token_of({f"c{number}": 1 for number in range(9)}))
    assert [one.says for one in shown.changes(PAYLOAD)][-2:] == ["is new", "changed, too"]
    assert shown.changes(PAYLOAD)[-1].name == "4 more"


def test_other_tokens_are_buttons_and_the_original_is_one_once_it_is_gone(shown):
    assert 'data-value="alg none"' in shown.live()
    alone = Glass(TOKEN)
    assert 'data-do="load"' not in alone.live()
    alone.type(TOKEN + "A")
    assert 'data-value="the original"' in alone.live()


def test_an_unknown_token_is_a_sentence(shown):
    with pytest.raises(KeyError, match="there is no 'x'; there are the original, "):
        shown.load("x")
    shown.touched("load", "x")
    assert shown.token == TOKEN


# --- the caret ----------------------------------------------------------------------------------


def test_the_caret_says_what_four_characters_spell(shown):
    shown.touched("caret", "1")
    assert "<code>eyJh</code> is <code>{&quot;a</code>: 4 characters for 3 bytes" in shown.live()
    assert "<code>alg</code>: " in shown.live()  # and what that is for
    shown.touched("caret", str(len(TOKEN) - 2))
    assert "the signature: bytes, and no text" in shown.live()
    shown.touched("caret", str(len(TOKEN) + 99))
    assert "header</span>" in shown.live()


@pytest.mark.parametrize("at", ["", "-1", "x", "²", "9" * 50])
def test_a_caret_that_is_nowhere_says_nothing(shown, at):
    shown.touched("caret", at)
    assert "header</span>" in shown.live()


# --- what is stored -----------------------------------------------------------------------------


def test_the_words(shown):
    shown.load("alg none")
    assert shown.words() == (
        'header     alg  none  was "RS256"\n'
        "           kid  rs256-1\n"
        "           typ  JWT\n"
        "payload    iss  https://login.example\n"
        '           sub  admin  was "ada"\n'
        "           aud  wiki\n"
        "           iat  1697619600  2023-10-18, 09:00:00 UTC\n"
        "           exp  1697620200  2023-10-18, 09:10:00 UTC, 10 minutes after iat\n"
        "signature  0 bytes. There is none: nobody signed this.\n"
        "● obedient: lets it in\n"
        "○ strict: refused. InvalidAlgorithmError: alg is 'none', and the key is for RS256 alone\n"
        "○ yours: refused. nobody signed this\n"
        '  line 4: raise ValueError("nobody signed this")'
    )


def test_the_picture_has_the_whole_token_in_three_colours(shown):
    picture = shown.bundle()[PICTURE]
    texts = re.findall(r"lengthAdjust[^>]*>([^<]*)</text>", picture)
    assert "".join(texts) == TOKEN
    assert "var(" not in picture and 'width="760"' in picture


def test_it_is_the_same_bytes_in_each_process():
    def once(seed):
        return subprocess.check_output([sys.executable, "-c", MAKE], env={"PYTHONHASHSEED": seed})

    assert once("1") == once("2")


def test_it_is_shown_and_returned(capsys):
    assert isinstance(glass(TOKEN, {"strict": strict}), Glass)
    assert capsys.readouterr().out == ""  # no notebook runs here
