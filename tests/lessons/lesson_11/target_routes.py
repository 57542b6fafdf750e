"""Ways to Ada's notes without her key (lesson 11)."""

from collections.abc import Iterable

from labutils.identity import dpop
from labutils.lessons.lesson_11.bound_tokens import TOMS_KEY, PageKey, dpop_headers, read_with_key
from labutils.lessons.lesson_11.protected_notes import Page
from labutils.stage.two_apps import API, LOGIN, NOTES


def flag(answer) -> str:
    return answer.json().get("flag", answer.text)


def exchange_form(scene: Page) -> dict[str, str]:
    """The token request for a code that Ada's browser gets without a question."""
    landed = scene.visit(LOGIN + "/authorize", scene.link)
    return {
        "grant_type": "authorization_code",
        "client_id": "notes",
        "code": landed.next_request.url.params["code"],
        "redirect_uri": NOTES + "/cb",
        "code_verifier": scene.verifier,
    }


def an_unbound_token(scene: Page) -> str:
    """The code exchanged without a proof: the provider issues a bearer token."""
    form = exchange_form(scene)
    token = scene.tom.post(LOGIN + "/token", data=form).json()["access_token"]
    scene.leave()
    return flag(scene.tom.get(API + "/export", headers={"authorization": f"Bearer {token}"}))


def by_proof(scene: Page, door: str, proof: str, token: str | None = None) -> str:
    return flag(scene.tom.get(API + door, headers=dpop_headers(token or scene.token, proof)))


def own_tokens(scene: Page) -> dict:
    """Tokens for Tom's own key, by a code that Ada's browser got silently."""
    form = exchange_form(scene)
    proof = dpop.prove(TOMS_KEY, "POST", LOGIN + "/token", now=scene.now, jti="own")
    return scene.tom.post(LOGIN + "/token", data=form, headers={"dpop": proof}).json()


def a_key_of_his_own(scene: Page) -> str:
    token = own_tokens(scene)["access_token"]
    scene.leave()
    url = API + "/notes"
    nonce = scene.tom.get(url).headers["dpop-nonce"]
    made = {"now": scene.now, "jti": "own-2", "token": token, "nonce": nonce}
    return by_proof(scene, "/notes", dpop.prove(TOMS_KEY, "GET", url, **made), token)


def a_proof_dated_ahead(scene: Page) -> str:
    """Five proofs for the ten minutes in which he might come back."""
    return swept(scene, range(60, 600, 120))


def swept(scene: Page, dates: Iterable[int]) -> str:
    """What proofs with these dates get, each tried after she has left."""
    proofs = [
        scene.sign("GET", API + "/export", token=scene.token, ahead=seconds) for seconds in dates
    ]
    scene.leave()
    answers = [by_proof(scene, "/export", proof) for proof in proofs]
    return next((answer for answer in answers if answer.startswith("flag-")), answers[-1])


def a_key_of_his_own_and_a_refresh(scene: Page) -> str:
    """The refresh token is bound to Tom's key, too."""
    own = own_tokens(scene)
    scene.leave()
    form = {"grant_type": "refresh_token", "client_id": "notes"}
    form["refresh_token"] = own["refresh_token"]
    proof = dpop.prove(TOMS_KEY, "POST", LOGIN + "/token", now=scene.now, jti="own-3")
    new = scene.tom.post(LOGIN + "/token", data=form, headers={"dpop": proof}).json()
    made = {"now": scene.now, "jti": "own-4", "token": new["access_token"]}
    proof = dpop.prove(TOMS_KEY, "GET", API + "/export", **made)
    return by_proof(scene, "/export", proof, new["access_token"])


ROUTES = {
    "a key of his own": a_key_of_his_own,
    "a proof dated ahead": a_proof_dated_ahead,
    "a key of his own, and a refresh": a_key_of_his_own_and_a_refresh,
}


def bearer_at(door: str):
    def attempt(scene: Page) -> str:
        scene.leave()
        return flag(scene.tom.get(API + door, headers={"authorization": "Bearer " + scene.token}))

    return attempt


def made_before(door: str, ahead: int):
    def attempt(scene: Page) -> str:
        nonce = scene.tom.get(API + door).headers.get("dpop-nonce")
        given = {"token": scene.token, "ahead": ahead, "nonce": nonce}
        proof = scene.sign("GET", API + door, **given)
        scene.leave()
        return by_proof(scene, door, proof)

    return attempt


def patient(scene: Page, ahead: int) -> str:
    """The same request, again and again: each moves the clock by a second."""
    proof = scene.sign("GET", API + "/export", token=scene.token, ahead=ahead)
    scene.leave()
    return [by_proof(scene, "/export", proof) for _ in range(300)][-1]


def his_own_proof_for_her_token(scene: Page) -> str:
    scene.leave()
    made = {"now": scene.now, "jti": "x", "token": scene.token}
    return by_proof(scene, "/export", dpop.prove(TOMS_KEY, "GET", API + "/export", **made))


def while_she_is_there(scene: Page) -> str:
    proof = scene.sign("GET", API + "/export", token=scene.token)
    return by_proof(scene, "/export", proof)


def too_late(scene: Page) -> str:
    scene.leave()
    return scene.sign("GET", API + "/export", token=scene.token)


def too_late_for_a_code(scene: Page) -> str:
    scene.leave()
    return str(scene.visit(LOGIN + "/authorize", scene.link))


def her_cookies_at_the_api(scene: Page) -> str:
    return scene.visit(API + "/notes").text


def as_himself(scene: Page) -> str:
    """Tom signs in as Tom, and reads his own notes."""
    scene._apps.sign_in("tom", NOTES)
    token, key = scene._apps.notes.latest_session()["access_token"], scene._apps.notes.key
    scene.leave()
    assert isinstance(key, PageKey) and read_with_key(scene.tom, key, token).is_success
    proof = key.prove("GET", API + "/export", token=token)
    return by_proof(scene, "/export", proof, token)


SHUT = {
    "bearer at the door with a nonce": bearer_at("/notes"),
    "bearer at the door without": bearer_at("/export"),
    "dated now, used in five minutes": made_before("/export", 0),
    "a proof for each minute": lambda scene: swept(scene, range(0, 600, 60)),
    "the five latest minutes that a token has": lambda scene: swept(scene, range(600, 840, 60)),
    "every three minutes": lambda scene: swept(scene, (0, 180, 360, 540)),
    "the moment of an earlier run": made_before("/export", 437),
    "shortly before that moment": made_before("/export", 400),
    "five proofs around it": lambda scene: swept(scene, range(380, 500, 25)),
    "a token that is bound to nothing": an_unbound_token,
    "one proof, and patience": lambda scene: patient(scene, 540),
    "the latest proof, and patience": lambda scene: patient(scene, 655),
    "dated two minutes ahead": made_before("/export", 120),
    "dated five minutes ahead": made_before("/export", 300),
    "dated ahead, at the door with a nonce": made_before("/notes", 437),
    "his own proof for her token": his_own_proof_for_her_token,
    "while she is there": while_she_is_there,
    "too late": too_late,
    "too late for a code": too_late_for_a_code,
    "her cookies at the API": her_cookies_at_the_api,
    "as himself": as_himself,
}
