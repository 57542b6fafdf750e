"""Ways to outlive the operator's response (lesson 05)."""

from labutils.identity.oauth import bearer
from labutils.stage.operator_response import Response
from labutils.stage.two_apps import API, LOGIN, NOTES, WIKI
from labutils.stage.what_dies_when import code_in


def flag(scene: Response, token: str) -> str:
    answer = scene.tom.get(API + "/notes", headers=bearer(token))
    return answer.json().get("flag", answer.text)


def traded(scene: Response, **form: str) -> dict:
    return scene.tom.post(LOGIN + "/token", data={"client_id": "notes", **form}).json()


def refreshed(scene: Response, token: str) -> dict:
    return traded(scene, grant_type="refresh_token", refresh_token=token)


def by_session(scene: Response, cookie: str) -> dict:
    """Tokens that Tom gets with Ada's session at the provider."""
    header = {"cookie": f"session={cookie}"}
    landed = scene.tom.get(LOGIN + "/authorize", params=scene.link, headers=header)
    form = {"redirect_uri": NOTES + "/cb", "code_verifier": scene.verifier}
    return traded(scene, grant_type="authorization_code", code=code_in(landed), **form)


def machine_token(scene: Response, secret: str) -> str:
    form = {"grant_type": "client_credentials"}
    answer = scene.tom.post(LOGIN + "/token", data=form, auth=("backup", secret))
    return answer.json().get("access_token", "")


def a_family_of_his_own(scene: Response) -> str:
    own = by_session(scene, scene.steal("session at the provider")["session at the provider"])
    scene.respond()
    return flag(scene, refreshed(scene, own["refresh_token"])["access_token"])


def at_notes(scene: Response) -> str:
    """Ada's notes, at the application."""
    answer = scene.tom.get(NOTES + "/notes")
    return answer.json().get("flag", answer.text)


def a_session_by_the_id_token(scene: Response) -> str:
    scene.tom.post(NOTES + "/phone", data={"token": scene.steal("ID token")["ID token"]})
    scene.respond()
    return at_notes(scene)


def a_session_by_signing_in(scene: Response) -> str:
    """Tom's browser signs in at `notes` with Ada's session at the provider."""
    cookie = scene.steal("session at the provider")["session at the provider"]
    scene.tom.cookies.set("session", cookie, domain="login.example")
    scene.tom.get(NOTES + "/login", follow_redirects=True)
    scene.respond()
    return at_notes(scene)


ROUTES = {
    "a family of his own": a_family_of_his_own,
    "a session at notes by signing in": a_session_by_signing_in,
}


def the_client_secret(scene: Response) -> str:
    stolen = scene.steal("client secret")
    scene.respond()
    return flag(scene, machine_token(scene, stolen["client secret"]))


def the_id_token_afterwards(scene: Response) -> str:
    stolen = scene.steal("ID token")
    scene.respond()
    scene.tom.post(NOTES + "/phone", data={"token": stolen["ID token"]})
    return at_notes(scene)


def a_session_at_the_wiki(scene: Response) -> str:
    scene.tom.post(WIKI + "/phone", data={"token": scene.steal("ID token")["ID token"]})
    scene.respond()
    return scene.tom.get(WIKI + "/notes").text


def without_a_session(scene: Response) -> str:
    scene.respond()
    return at_notes(scene)


def after(name: str):
    """The usual choice: steal it, wait for the response, and show it as a bearer token."""

    def attempt(scene: Response) -> str:
        stolen = scene.steal(name)
        scene.respond()
        return flag(scene, stolen[name])

    return attempt


def the_session_afterwards(scene: Response) -> str:
    cookie = scene.steal("session at the provider")["session at the provider"]
    scene.respond()
    return flag(scene, by_session(scene, cookie).get("access_token", ""))


def the_refresh_token(scene: Response, *, before: bool) -> str:
    token = scene.steal("refresh token")["refresh token"]
    token = refreshed(scene, token)["refresh_token"] if before else token
    scene.respond()
    return flag(scene, refreshed(scene, token).get("access_token", ""))


def a_machine_token_made_before(scene: Response) -> str:
    token = machine_token(scene, scene.steal("client secret")["client secret"])
    scene.respond()
    return flag(scene, token)


def the_wiki(scene: Response) -> str:
    cookie = scene.steal("session at the wiki")["session at the wiki"]
    scene.respond()
    return scene.tom.get(WIKI + "/", headers={"cookie": f"app={cookie}"}).text


def without_a_response(scene: Response) -> str:
    return flag(scene, scene.steal("access token")["access token"])


def three_things(scene: Response) -> str:
    return str(scene.steal("session at the wiki", "ID token", "client secret"))


def one_after_the_other(scene: Response) -> str:
    scene.steal("client secret")
    return str(scene.steal("session at the provider"))


def too_late(scene: Response) -> str:
    scene.respond()
    return str(scene.steal("client secret"))


def tom_as_himself(scene: Response) -> str:
    scene.respond()
    return flag(scene, "")


SHUT = {
    "a session at notes by the ID token": a_session_by_the_id_token,
    "one thing after the other": one_after_the_other,
    "the client secret": the_client_secret,
    "the ID token, afterwards": the_id_token_afterwards,
    "a session at the wiki": a_session_at_the_wiki,
    "no session": without_a_session,
    "the access token": after("access token"),
    "the ID token": after("ID token"),
    "the machine token": after("machine token"),
    "the refresh token, afterwards": lambda scene: the_refresh_token(scene, before=False),
    "the refresh token, used before": lambda scene: the_refresh_token(scene, before=True),
    "the session, afterwards": the_session_afterwards,
    "a machine token made before": a_machine_token_made_before,
    "the wiki": the_wiki,
    "no response": without_a_response,
    "three things": three_things,
    "too late": too_late,
    "no token": tom_as_himself,
}
