"""A key signs for one site, a browser for one origin, and the server takes each signature once.
py_webauthn is the second opinion.
"""

import copy
import hashlib
import json
from collections.abc import Callable
from functools import partial
from html import escape

import httpx
import pytest
from fido2 import cbor
from fido2.attestation import AttestationType, PackedAttestation
from fido2.client import ClientError, DefaultClientDataCollector
from fido2.ctap import CtapError
from fido2.rpid import verify_rp_id
from fido2.utils import websafe_decode
from fido2.webauthn import AttestationObject, AuthenticatorData, CollectedClientData
from how_many import draws
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tables import table
from two_apps import LOGIN, WIKI
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers.exceptions import InvalidAuthenticationResponse, InvalidRegistrationResponse

from labutils.identity.factors import WrongAnswer
from labutils.identity.keys import b64, unb64
from labutils.identity.provider.state import User
from labutils.identity.security_key import GET_ASSERTION, MAKE_CREDENTIAL, SecurityKey, press
from labutils.identity.webauthn import SecurityKeys
from labutils.lab import dice

MANY = settings(
    max_examples=draws(100),
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
)
TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
ADA, TOM = User("ada", "", "u-1815", "Ada Lovelace"), User("tom", "", "u-0666", "Tom Thief")
DRAW = dice("keys", "test").__next__
INVALID = (InvalidRegistrationResponse, InvalidAuthenticationResponse)
ORIGIN, COUNTER = "Invalid origin in CollectedClientData.", "The counter did not go up"


def shown(texts: dict[str, str], url: str = LOGIN) -> httpx.Response:
    """A page that asks for a key, as it came from this address."""
    return httpx.Response(
        200,
        html=f'<form data-options="{escape(texts["options"])}">',
        request=httpx.Request("GET", url),
    )


def second_opinion(factor: SecurityKeys, state: dict, answer: str, **changes: object):
    """What py_webauthn makes of an answer. Raises one of INVALID."""
    expected = {
        "credential": answer,
        "expected_challenge": unb64(state["challenge"]),
        "expected_rp_id": factor.server.rp.id,
        "expected_origin": factor.server.rp.name,
        "require_user_verification": True,
        **changes,
    }
    if "attestationObject" in json.loads(answer)["response"]:
        return verify_registration_response(**expected)
    key = unb64(json.loads(answer)["rawId"])
    return verify_authentication_response(
        **expected,
        credential_public_key=cbor.encode(dict(factor.registered[key].public_key)),
        credential_current_sign_count=factor.counters[key],
    )


def register(factor: SecurityKeys, key: SecurityKey, user: User = ADA) -> str:
    """Add a key; py_webauthn agrees to all of it, and the flags say touched, verified and made.

    The answer.
    """
    texts, state = factor.offer(user, DRAW)
    answer = press(key, shown(texts, factor.server.rp.name))
    second = second_opinion(factor, state, answer)
    factor.add(state, answer)
    assert (
        cbor.encode(dict(factor.registered[second.credential_id].public_key))
        == second.credential_public_key
    )
    assert factor.counters[second.credential_id] == second.sign_count == key.counter
    assert AttestationObject(part(answer, "attestationObject")).auth_data.flags == 0x45
    return answer


def asked(factor: SecurityKeys, key: SecurityKey) -> tuple[dict, str]:
    """The answer of a key in an honest browser, and what the server remembers until it comes."""
    texts, state = factor.ask(DRAW)
    return state, press(key, shown(texts, factor.server.rp.name))


def use(factor: SecurityKeys, key: SecurityKey) -> str:
    """Sign in with a key; py_webauthn agrees, and the flags say touched and verified.

    The answer.
    """
    state, answer = asked(factor, key)
    second = second_opinion(factor, state, answer)
    factor.check(state, answer)
    assert factor.counters[second.credential_id] == second.new_sign_count == key.counter
    assert AuthenticatorData(part(answer, "authenticatorData")).flags == 0x05
    return answer


def enrolled(origin: str = LOGIN, label: str = "ada", **rules) -> tuple[SecurityKeys, SecurityKey]:
    factor, key = SecurityKeys(origin, **rules), SecurityKey(label)
    register(factor, key)
    return factor, key


def part(answer: str, name: str) -> bytes:
    return websafe_decode(json.loads(answer)["response"][name])


def changed(answer: str, name: str, change: Callable[[bytes], bytes]) -> str:
    """The answer with one part of its response changed."""
    read = json.loads(answer)
    return json.dumps(
        {**read, "response": {**read["response"], name: b64(change(part(answer, name)))}}
    )


def refused(
    do: Callable[[dict, str], None],
    state: dict,
    answer: str,
    reason: str = "",
    opinion: bool = False,
) -> None:
    """The server refuses by WrongAnswer itself, with this reason, and remembers nothing.

    With `opinion` py_webauthn refuses too.
    """
    factor = do.__self__
    before = dict(factor.registered), dict(factor.counters)
    with pytest.raises(WrongAnswer) as refusal:
        do(state, answer)
    assert (refusal.type, factor.registered, factor.counters) == (
        WrongAnswer,
        *before,
    ) and reason in str(refusal.value)
    if opinion:
        with pytest.raises(INVALID):
            second_opinion(factor, state, answer)


def not_pressed(
    key: SecurityKey, page: httpx.Response, why: int | None, browser=DefaultClientDataCollector
) -> None:
    """The key refuses for this reason; with None the browser does, before the key is asked."""
    before = key.counter, dict(key.credentials)
    with pytest.raises(ClientError) as refusal:
        press(key, page, browser)
    assert (
        getattr(refusal.value.cause, "code", None) == why
        and (key.counter, key.credentials) == before
    )
    assert why or refusal.value.code == ClientError.ERR.BAD_REQUEST


def broken(origin: str) -> DefaultClientDataCollector:
    """A broken browser: it signs this origin, for any site."""
    return DefaultClientDataCollector(origin, lambda *_: True)


# --- two implementations agree ------------------------------------------------------------------


@table(
    "origin",
    [LOGIN, "https://auth.wiki.example", "https://login.example:8443", "http://localhost:8000"],
)
@table("rules", [{}, {"verify_attestation": lambda *_: None}], ids=["none", "direct"])
def test_py_webauthn_agrees_with_every_registration_and_assertion(origin, rules):
    for user in (ADA, TOM):
        factor, keys = (
            SecurityKeys(origin, **rules),
            [SecurityKey(f"{user.username} {number}") for number in range(2)],
        )
        answers = [register(factor, key, user) for key in keys] + [
            use(factor, key) for key in keys * 2
        ]
        assert len(set(answers)) == 6 and list(factor.counters.values()) == [3, 3]


def test_packed_self_attestation_verifies_and_is_asked_for_only_by_a_server_that_checks_it():
    seen = []
    factor, key = (
        SecurityKeys(LOGIN, verify_attestation=lambda *given: seen.append(given)),
        SecurityKey("ada", aaguid=b"model of a key 1"),
    )
    attestation = AttestationObject(part(register(factor, key), "attestationObject"))
    result = PackedAttestation().verify(attestation.att_stmt, attestation.auth_data, seen[0][1])
    assert (
        attestation.fmt,
        [attestation],
        result.attestation_type,
        bytes(attestation.auth_data.credential_data.aaguid),
    ) == (
        "packed",
        [attestation for attestation, _ in seen],
        AttestationType.SELF,
        b"model of a key 1",
    )
    for server, word in ((factor, "direct"), (SecurityKeys(LOGIN), "none")):
        options = json.loads(server.offer(ADA, DRAW)[0]["options"])
        assert (options["attestation"], options["authenticatorSelection"]["userVerification"]) == (
            word,
            "preferred",
        )


def test_a_server_that_does_not_like_the_model_refuses_the_key():
    factor = SecurityKeys(LOGIN, verify_attestation=lambda *_: {}["no such model"])
    texts, state = factor.offer(ADA, DRAW)
    refused(factor.add, state, press(SecurityKey("ada"), shown(texts)), "no such model")


# --- the key ------------------------------------------------------------------------------------


MAKE = {
    1: bytes(32),
    2: {"id": "login.example", "name": "login"},
    3: {"id": b"ada", "name": "ada"},
    4: [{"type": "public-key", "alg": -7}],
}


def ctap(key: SecurityKey, command: int, question: dict) -> bytes:
    return key.call(0x10, bytes([command]) + cbor.encode(question))


def key_with_a_credential(label: str = "ada") -> tuple[SecurityKey, dict, bytes]:
    """A key with one credential, a question to it, and its answer to the registration."""
    key = SecurityKey(label)
    answer = ctap(key, MAKE_CREDENTIAL, MAKE)
    return (
        key,
        {
            1: "login.example",
            2: bytes(32),
            3: [{"type": "public-key", "id": next(iter(key.credentials))}],
        },
        answer,
    )


def test_the_counter_goes_up_by_one_for_each_touch_and_not_for_a_silent_question():
    touched, (key, question, _) = [], key_with_a_credential()
    key.touch = lambda site: touched.append(site) or True
    for options, flags, counter in (
        ({}, 1, 2),
        ({"up": False}, 0, 2),
        ({"uv": True}, 5, 3),
        ({"up": False}, 0, 3),
        ({"up": True}, 1, 4),
    ):
        data = AuthenticatorData(
            cbor.decode(ctap(key, GET_ASSERTION, question | {5: options})[1:])[2]
        )
        assert (data.flags, data.counter, data.rp_id_hash) == (
            flags,
            counter,
            hashlib.sha256(b"login.example").digest(),
        )
    assert touched == ["login.example"] * 3


def test_the_same_label_gives_the_same_bytes_on_every_python():
    def run(label: str) -> list:
        key, question, answer = key_with_a_credential(label)
        factor, holder, draw = (
            SecurityKeys(LOGIN),
            SecurityKey(label),
            dice("same", "test").__next__,
        )
        texts, state = factor.offer(ADA, draw)
        answers = [answer, ctap(key, GET_ASSERTION, question), press(holder, shown(texts))]
        factor.add(state, answers[2])
        return [*answers, press(holder, shown(factor.ask(draw)[0]))]

    assert run("ada") == run("ada") and not set(run("ada")) & set(run("ada's other key"))
    assert (
        hashlib.sha256(b"".join(run("ada")[:2])).hexdigest()
        == "bbf97a273978d121b3816d28700243106f4b99776a0a01f6e68d437cc1683667"
    )


def test_without_a_touch_the_browser_has_no_answer():
    factor, key = enrolled()
    key.touch = lambda _site: False
    for texts in (factor.ask(DRAW)[0], SecurityKeys(LOGIN).offer(ADA, DRAW)[0]):
        not_pressed(key, shown(texts), CtapError.ERR.OPERATION_DENIED)


def test_a_key_has_no_credential_for_another_site():
    factor, key = enrolled()
    key.touch = pytest.fail
    texts = {"options": factor.ask(DRAW)[0]["options"].replace('"login.example"', '"tom.example"')}
    not_pressed(key, shown(texts, "https://tom.example"), CtapError.ERR.NO_CREDENTIALS)
    for origin in (LOGIN, "https://tom.example"):
        not_pressed(
            key, shown(texts), CtapError.ERR.NO_CREDENTIALS, lambda _, origin=origin: broken(origin)
        )
    not_pressed(SecurityKey("tom"), shown(factor.ask(DRAW)[0]), CtapError.ERR.NO_CREDENTIALS)


def test_a_key_is_registered_once():
    factor, key = enrolled()
    texts, state = factor.offer(ADA, DRAW)
    not_pressed(key, shown(texts), CtapError.ERR.CREDENTIAL_EXCLUDED)
    refused(
        factor.add,
        state,
        press(SecurityKey("ada"), shown(texts)),
        "This key is registered already.",
    )  # its memory was wiped


VALUES = st.recursive(
    st.integers(-(2**64), 2**64 - 1)
    | st.booleans()
    | st.binary(max_size=40)
    | st.text(max_size=9)
    | st.sampled_from(
        ["login.example", {"up": False}, {"up": -5}, {"up": 2**40}, {"up": "x"}, *MAKE.values()]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.integers(1, 9) | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)
SHAPED = (
    st.dictionaries(st.integers(0, 9), VALUES, max_size=6).map(lambda changes: {**MAKE, **changes})
    | VALUES
)


@given(
    st.binary(max_size=40)
    | st.tuples(st.sampled_from([b"\1", b"\2", b"\4"]), SHAPED.map(cbor.encode)).map(b"".join)
)
@example(b"\1\x19")
@example(b"\2" + b"\x81" * 5000 + b"\0")
@example(b"\1" + cbor.encode({**MAKE, 7: {"up": 2**40}}))
@example(b"\1" + cbor.encode({**MAKE, 7: {"up": -5}}))
@example(b"\1" + cbor.encode({**MAKE, 1: 0}))
@MANY
def test_any_message_is_answered_with_a_status_and_never_turns_the_counter_back(message):
    key, _, _ = key_with_a_credential()
    status, *body = key.call(0x10, message)
    assert CtapError.ERR(status) == status and (status == 0) == bool(body) and 1 <= key.counter <= 2
    assert (
        cbor.decode(bytes(body)) if body else len(key.credentials) == 1
    )  # what was refused was not made


def test_no_credential_is_made_without_a_touch():  # CTAP 2.1, 6.1.2: here `up` may not be false
    key = SecurityKey("ada", touch=pytest.fail)
    assert (
        ctap(key, MAKE_CREDENTIAL, MAKE | {7: {"up": False}})
        == bytes([CtapError.ERR.INVALID_OPTION])
        and not key.credentials
    )


def test_the_key_says_what_it_can_do():  # CTAP 2.1, 6.4
    key = SecurityKey("ada")
    assert cbor.decode(key.call(0x10, b"\4")[1:]) == {
        1: ["FIDO_2_0"],
        3: key.aaguid,
        4: {"rk": False, "up": True, "uv": True},
        6: [2],
    }


def test_a_key_makes_no_credential_of_another_algorithm():  # CTAP 2.1, 6.1.2
    key, rs256 = SecurityKey("ada"), [{"type": "public-key", "alg": -257}]
    refusal = bytes([CtapError.ERR.UNSUPPORTED_ALGORITHM])
    assert ctap(key, MAKE_CREDENTIAL, MAKE | {4: rs256}) == refusal
    assert not key.credentials
    assert ctap(key, MAKE_CREDENTIAL, MAKE | {4: rs256 + MAKE[4]})[:1] == b"\0"


@pytest.mark.parametrize(
    "message, status",
    [
        (b"", CtapError.ERR.INVALID_COMMAND),
        (b"\x7f", CtapError.ERR.INVALID_COMMAND),
        (b"\4", CtapError.ERR.SUCCESS),
        (b"\4\x1b", CtapError.ERR.INVALID_CBOR),
        (b"\1\xa0", CtapError.ERR.INVALID_CBOR),
    ],
    ids=repr,
)
def test_a_message_is_a_command_and_then_cbor_or_nothing(message, status):
    assert SecurityKey("ada").call(0x10, message)[0] == status


# --- the browser --------------------------------------------------------------------------------


FACTOR, KEY = enrolled(label="never touched again")
KEY.touch = pytest.fail
QUESTION = FACTOR.ask(DRAW)[0]
HOSTS = st.one_of(
    st.sampled_from(
        [
            "login.example.tom.example",
            "login-example.test",
            "login.exampl",
            "login.example.",
            "example",
            "1ogin.example",
            "[::1]",
            "login.еxample",
            "login.example@tom.example",
            "127.0.0.1",
            "localhost",
        ]
    ),
    st.from_regex(r"([a-z0-9-]{1,9}\.){0,3}[a-z]{2,9}", fullmatch=True),
    st.from_regex(
        r"[a-z.@-]{0,5}(login\.example|l0gin\.example|login\.exampIe)[a-z.:-]{0,5}", fullmatch=True
    ),
)


@given(st.sampled_from(["https", "http"]), HOSTS)
@example("http", "login.example")
@MANY
def test_the_browser_refuses_every_page_of_another_host_or_without_tls(scheme, host):
    try:
        page = shown(QUESTION, f"{scheme}://{host}/authorize")
    except httpx.InvalidURL:
        assume(False)
    assume(scheme == "http" or not f".{page.url.host}".endswith(".login.example"))
    not_pressed(KEY, page, None)


@pytest.mark.parametrize(
    "origin",
    ["https://old.login.example", "https://a.b.login.example", "https://login.example:8443"],
)
def test_a_subdomain_or_another_port_passes_the_browser_and_python_fido2_and_not_our_rule(origin):
    factor, key = enrolled()
    texts, state = factor.ask(DRAW)
    answer = press(key, shown(texts, origin))
    assert CollectedClientData(part(answer, "clientDataJSON")).origin == origin
    refused(factor.check, state, answer, ORIGIN, opinion=True)
    lenient, key = enrolled(verify_origin=partial(verify_rp_id, "login.example"))
    lenient.check(state, answer)
    texts, state = factor.offer(ADA, DRAW)
    refused(
        factor.add, state, press(SecurityKey("new"), shown(texts, origin)), ORIGIN, opinion=True
    )


# --- the server ---------------------------------------------------------------------------------


def spoilt(name: str, change: Callable[[bytes], bytes]) -> Callable[[str], str]:
    return lambda answer: changed(answer, name, change)


SPOILT = {
    "another origin": (
        spoilt("clientDataJSON", lambda data: data.replace(b"login.example", b"tom.example")),
        ORIGIN,
    ),
    "another type": (
        spoilt("clientDataJSON", lambda data: data.replace(b"webauthn.", b"payment.")),
        "Incorrect type",
    ),
    "another rp id": (
        spoilt(
            "authenticatorData", lambda data: hashlib.sha256(b"tom.example").digest() + data[32:]
        ),
        "Wrong RP ID hash",
    ),
    "nobody there": (
        spoilt("authenticatorData", lambda data: data[:32] + b"\4" + data[33:]),
        "User Present flag not set",
    ),
    "another counter": (
        spoilt("authenticatorData", lambda data: data[:33] + bytes(3) + b"\x63"),
        "Invalid signature",
    ),
    "another signature": (
        spoilt("signature", lambda data: data[:-1] + bytes([data[-1] ^ 1])),
        "Invalid signature",
    ),
    "no signature": (spoilt("signature", lambda _data: b""), "Invalid signature"),
    "two ids": (
        lambda answer: json.dumps(json.loads(answer) | {"id": b64(bytes(32))}),
        "id does not match rawId",
    ),
}


@table("spoil, reason", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_assertion_is_refused_by_both_and_the_good_one_still_counts(spoil, reason):
    factor, key = enrolled()
    state, answer = asked(factor, key)
    refused(factor.check, state, spoil(answer), reason, opinion=True)
    factor.check(state, answer)


@pytest.mark.parametrize("name", ["another origin", "another type", "two ids"])
def test_a_spoilt_registration_is_refused_by_both_and_so_is_another_challenge_or_site(name):
    factor, other = SecurityKeys(LOGIN), SecurityKeys(WIKI, verify_origin=bool)
    texts, state = factor.offer(ADA, DRAW)
    answer = press(SecurityKey("ada"), shown(texts))
    refused(factor.add, state, SPOILT[name][0](answer), SPOILT[name][1], opinion=True)
    refused(
        factor.add, factor.offer(ADA, DRAW)[1], answer, "Wrong challenge in response.", opinion=True
    )
    refused(other.add, state, answer, "Wrong RP ID hash in response.", opinion=True)


def test_a_stale_challenge_and_a_replay_are_refused_by_both():
    factor, key = enrolled()
    state, answer = asked(factor, key)
    refused(factor.check, factor.ask(DRAW)[1], answer, "Wrong challenge in response.", opinion=True)
    factor.check(state, answer)
    refused(factor.check, state, answer, COUNTER, opinion=True)


def test_a_clone_is_noticed_by_its_counter_whoever_comes_second_and_once():
    for order in (1, -1):
        factor, key = enrolled()
        first, second = (key, copy.deepcopy(key))[::order]
        use(factor, first)
        refused(factor.check, *asked(factor, second), COUNTER, opinion=True)
        use(factor, second)  # one more touch, and it is ahead: a counter is a hint and no proof


def test_a_key_that_never_counts_is_taken_until_it_counts():
    def set_back(_site: str) -> bool:
        key.counter = -1
        return True

    factor, key = SecurityKeys(LOGIN), SecurityKey("ada", set_back)
    for do in (register, use, use):
        do(factor, key)
    key.touch = bool
    use(factor, key)
    key.touch = set_back
    refused(factor.check, *asked(factor, key), COUNTER, opinion=True)


def test_a_key_that_is_not_registered_is_refused():
    factor, (other, key) = enrolled()[0], enrolled(label="tom")
    question = other.ask(DRAW)
    refused(factor.check, question[1], press(key, shown(question[0])), "Unknown credential ID.")


# --- hostile answers ----------------------------------------------------------------------------


NAMES = st.sampled_from(
    [
        "id",
        "rawId",
        "response",
        "clientDataJSON",
        "authenticatorData",
        "signature",
        "attestationObject",
        "type",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXT, inner, max_size=4),
    max_leaves=8,
)
BLANK = SecurityKeys(LOGIN)
OFFER, OFFERED = BLANK.offer(ADA, DRAW)
USED = enrolled()
REPLIES = {
    "check": (USED[0], *asked(*USED)),
    "add": (BLANK, OFFERED, press(SecurityKey("ada"), shown(OFFER))),
}


@given(TEXT | JSON.map(json.dumps))
@example("[" * 100_000)
@MANY
def test_any_text_for_an_answer_is_refused(answer):
    for method, (factor, state, _) in REPLIES.items():
        refused(getattr(factor, method), state, answer)


@pytest.mark.parametrize("method", REPLIES)
@given(data=st.data())
@MANY
def test_a_cut_or_flipped_answer_is_refused_or_says_the_same(method, data):
    factor, state, answer = REPLIES[method]
    name, bit = (
        data.draw(st.sampled_from(list(json.loads(answer)["response"]))),
        data.draw(st.integers(0, 7)),
    )
    place = data.draw(st.integers(0, len(answer) - 1))
    inner = place % len(part(answer, name))
    mutant = data.draw(
        st.sampled_from(
            [
                answer[:place],
                answer[:place] + chr(ord(answer[place]) ^ 1 << bit) + answer[place + 1 :],
                changed(answer, name, lambda old: old[:inner]),
                changed(
                    answer,
                    name,
                    lambda old: old[:inner] + bytes([old[inner] ^ 1 << bit]) + old[inner + 1 :],
                ),
            ]
        )
    )
    before = dict(factor.registered), dict(factor.counters)
    try:
        getattr(factor, method)(state, mutant)
    except WrongAnswer as refusal:
        # It may be taken as well, so pytest.raises does not fit.
        assert type(refusal) is WrongAnswer and (factor.registered, factor.counters) == before  # noqa: PT017
    else:
        factor.registered, factor.counters = before
        signed = (
            ("clientDataJSON", "authenticatorData", "signature") if method == "check" else ()
        )  # without attestation nothing is signed
        assert all(part(mutant, name) == part(answer, name) for name in signed)


@table("origin", [None, 5, True, [LOGIN], {LOGIN: 1}, "", LOGIN + "/", LOGIN.upper()])
def test_the_origin_is_a_text_and_the_right_one(origin):
    factor, key = enrolled()
    state, answer = asked(factor, key)

    def other(client_data: bytes) -> bytes:
        return json.dumps(json.loads(client_data) | {"origin": origin}).encode()

    with pytest.raises(WrongAnswer):
        factor.check(state, changed(answer, "clientDataJSON", other))


@pytest.mark.parametrize("member", ["rawId", "clientDataJSON", "authenticatorData", "signature"])
def test_a_number_in_the_place_of_bytes_is_refused_and_makes_no_bytes(member):
    factor, key = enrolled()
    state, answer = asked(factor, key)
    sent = json.loads(answer)
    (sent if member == "rawId" else sent["response"])[member] = 10**12
    with pytest.raises(WrongAnswer):
        factor.check(state, json.dumps(sent))
