"""Ways to read Ada's notes 400 days after the theft of one file (lesson 06)."""

from labutils.identity.oauth import bearer
from labutils.lessons.lesson_06.stolen_file import StolenFile
from labutils.stage.thief import SILENT_REQUEST, query, trade_code
from labutils.stage.two_apps import API, LOGIN


def flag(scene: StolenFile, token: str) -> str:
    answer = scene.tom.get(API + "/notes", headers=bearer(token))
    return answer.json().get("flag", answer.text)


def refreshed(scene: StolenFile, token: str) -> dict:
    form = {"grant_type": "refresh_token", "client_id": "notes", "refresh_token": token}
    return scene.tom.post(LOGIN + "/token", data=form).json()


def answers(scene: StolenFile) -> list[dict]:
    """The answers of the file that hold a refresh token, in the order of time."""
    return [entry["answer"] for entry in scene.file if "refresh_token" in entry["answer"]]


def by_cookie(scene: StolenFile) -> dict:
    """Tokens that Tom gets with the cookie, in a grant of his own."""
    cookies = [entry["cookies"]["session"] for entry in scene.file if "session" in entry["cookies"]]
    header = {"cookie": f"session={cookies[-1]}"}
    landed = scene.tom.get(LOGIN + "/authorize", params=SILENT_REQUEST, headers=header)
    code = query(landed.headers["location"]).get("code", "")
    return trade_code(scene.tom, code).json()


def kept_alive(scene: StolenFile, token: str, *, every: int = 80, times: int = 5) -> str:
    """A refresh token, used again and again: the access token that comes last."""
    tokens = {"refresh_token": token}
    for _ in range(times):
        scene.wait(every)
        tokens = refreshed(scene, tokens.get("refresh_token", ""))
    return tokens.get("access_token", "")


def by_the_job(scene: StolenFile) -> str:
    """A new machine token, with the header that the backup job sends."""
    headers = [entry["headers"] for entry in scene.file if "authorization" in entry["headers"]]
    form = {"grant_type": "client_credentials"}
    return scene.tom.post(LOGIN + "/token", data=form, headers=headers[0]).json()["access_token"]


def a_grant_of_his_own(scene: StolenFile) -> str:
    return flag(scene, kept_alive(scene, by_cookie(scene)["refresh_token"]))


def the_older_grant(scene: StolenFile) -> str:
    return flag(scene, kept_alive(scene, answers(scene)[0]["refresh_token"]))


def the_client_secret(scene: StolenFile) -> str:
    scene.wait(400)
    return flag(scene, by_the_job(scene))


ROUTES = {
    "a grant of his own": a_grant_of_his_own,
    "the older grant": the_older_grant,
    "the client secret": the_client_secret,
}


def at_once(scene: StolenFile) -> str:
    return flag(scene, answers(scene)[-1]["access_token"])


def the_machine_token(scene: StolenFile) -> str:
    (token,) = [
        entry["answer"]["access_token"] for entry in scene.file if entry["client"] == "backup"
    ]
    scene.wait(400)
    return flag(scene, token)


def a_machine_token_made_before(scene: StolenFile) -> str:
    token = by_the_job(scene)
    scene.wait(400)
    return flag(scene, token)


def the_cookie_afterwards(scene: StolenFile) -> str:
    scene.wait(400)
    return flag(scene, by_cookie(scene).get("access_token", ""))


def the_newest_refresh_token(scene: StolenFile) -> str:
    return flag(scene, kept_alive(scene, answers(scene)[-1]["refresh_token"]))


def the_newest_used_before(scene: StolenFile) -> str:
    newest = refreshed(scene, answers(scene)[-1]["refresh_token"])
    return flag(scene, kept_alive(scene, newest["refresh_token"]))


def a_grant_left_alone(scene: StolenFile) -> str:
    own = by_cookie(scene)["refresh_token"]
    return flag(scene, kept_alive(scene, own, every=400, times=1))


def a_used_token(scene: StolenFile) -> str:
    own = by_cookie(scene)["refresh_token"]
    refreshed(scene, own)
    return flag(scene, kept_alive(scene, own))


def too_early(scene: StolenFile) -> str:
    return flag(scene, kept_alive(scene, by_cookie(scene)["refresh_token"], times=4))


def no_number_of_days(scene: StolenFile) -> str:
    for days in ("400", 0, -1, 10**9):
        scene.wait(days)
    return flag(scene, by_the_job(scene))


SHUT = {
    "at once": at_once,
    "the machine token": the_machine_token,
    "a machine token made before": a_machine_token_made_before,
    "the cookie, afterwards": the_cookie_afterwards,
    "the newest refresh token": the_newest_refresh_token,
    "the newest refresh token, used before": the_newest_used_before,
    "a grant of his own, left alone": a_grant_left_alone,
    "a token that was used": a_used_token,
    "a grant of his own, on day 320": too_early,
    "no number of days": no_number_of_days,
}
