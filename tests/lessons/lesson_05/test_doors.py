"""Each token at each door, as the notebook tries it."""

from labutils.lessons.lesson_05.doors import fill, knock
from labutils.stage.three_doors import DOORS, copied, hasty, three_doors


def opened(apps) -> set[tuple[str, str]]:
    grid = fill(lambda door, token: knock(apps.tom, door, token), copied(apps), DOORS)
    return {pair for pair, opens in grid.items() if opens}


RIGHT = {
    ("ID token", "sign-in"),
    ("access token", "API"),
    ("refresh token", "token endpoint"),
}


def test_each_token_opens_its_own_door_and_no_other():
    assert opened(three_doors()) == RIGHT


def test_the_hasty_api_takes_an_id_token_too():
    assert opened(hasty(three_doors())) == RIGHT | {("ID token", "API")}


def test_the_application_greets_whom_an_id_token_is_about():
    apps = three_doors()
    answer = knock(apps.tom, "sign-in", copied(apps)["ID token"])
    assert answer.json() == {"hello": "u-1815"}
