"""02 · predictions that come from code."""

from labutils.classroom.registry import GridRow, columns_of
from labutils.stage import forgeries as forged

PREDICTIONS = (
    GridRow(
        "02-p14",
        "PyJWT is called as documented: with the public key, algorithms=['RS256'] "
        "and the audience. It refuses a `crit` that it does not know. Which of these seven tokens "
        "get in?",
        columns_of(tuple(forged.forgeries())),
        "xxxxxox",
        {
            "alg none": "A list of allowed algorithms shuts out `none` in every spelling.",
            "algorithm confusion": "The list of algorithms comes from you. HS256 is not in it.",
            "embedded jwk": "PyJWT uses the key that you give it, never one from the header.",
            "Tom's key, unknown kid": "PyJWT uses the key that you give it, whatever the kid says.",
            "logout token": (
                "This assumes that a good library knows what your door is for. It checks the "
                "signature, the times and the audience, and all of them are valid in a logout "
                "token."
            ),
        },
        "Of your four decisions, PyJWT called with a key and an algorithm leaves one open: the "
        "type of token. Only you know which type your application should accept.",
        words=("it gets in", "it is refused"),
    ),
)
