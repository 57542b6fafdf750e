"""09 · predictions that come from code."""

from labutils.classroom.registry import GridRow, Guess, Prediction, columns_of
from labutils.stage.breached_company import EXPOSED

_BEHIND = (
    "This assumes that an account opens everything it has rights to. Jira and Bitbucket are behind "
    "the gateway, and the account cannot get through the gateway."
)

PREDICTIONS = (
    GridRow(
        "09-p1",
        "You have a browser on the internet and only one of the four credentials. Does it open any "
        "of the company's doors?",
        columns_of(EXPOSED),
        "oxxo",
        {
            "moveworks-token": (
                "This assumes that a token made for one application opens nothing else. It opens "
                "the gateway, and that is a door."
            ),
            "smartsheet-account": _BEHIND,
            "bitbucket-account": _BEHIND,
            "aws-account": (
                "This assumes that all the company's doors are behind its gateway. The cloud can "
                "be reached from anywhere."
            ),
        },
        "Two of the accounts open nothing here on their own: there is no way to Jira or Bitbucket "
        "from outside. So the token, which opens one door but nothing behind it, is the bridge. A "
        "list of credentials sorted by their rights would not put it first.",
    ),
    Prediction(
        "09-p5",
        "With `smartsheet-account` you created a user and installed an implant. Then you added "
        "the account to an administrators group, and an alarm went off. 40 minutes later you come "
        "back with a new browser, straight from the internet. Which ways back still work: the "
        "service account, the look-alike user, the implant?",
        {
            "a": Guess(
                "all three: nobody reacts within an hour",
                [True, True, True],
                "This assumes that an account keeps working for a while after it is switched off. "
                "In this model, the account is checked on every request.",
            ),
            "b": Guess(
                "the look-alike user and the implant: both are new",
                [False, True, True],
                "This assumes that each way back works on its own. The look-alike user still "
                "exists. But it came in through the gateway with the stolen token, and the token "
                "is off.",
            ),
            "c": Guess("only the implant", [False, False, True]),
            "d": Guess(
                "none: all of it came from the account that is off",
                [False, False, False],
                "This assumes that an implant needs the account that installed it. It is a program "
                "on the server and runs by itself.",
            ),
        },
        "What was stolen is on the company's lists and is switched off first: the account, and the "
        "token that both accounts came in with. What the intruder created still has to be found; "
        "and the implant calls out to its owner, so it needs no gateway.",
    ),
)
