"""06 · predictions that come from code."""

from labutils.classroom.registry import GridRow, Guess, Prediction, columns_of

from .attacker_minutes import DEFENCES

REACTIONS = tuple(name for name in DEFENCES if name != "nothing")
STILL = ("it still works", "it is refused")

PREDICTIONS = (
    GridRow(
        "06-p4",
        "Think of the stolen session cookie. After which of these does it still work "
        "90 days later?",
        columns_of(REACTIONS),
        "xooox",
        words=STILL,
        beliefs={
            "Ada logs out": (
                "*Logging out affects only the browser.* It ends the session at the provider, so "
                "every copy of its cookie stops working."
            ),
            "her app refreshes": (
                "*The app's tokens and the session are linked.* The provider keeps them in two "
                "separate lists."
            ),
            "grant revoked": (
                "*Revoking a grant ends the session that it came from.* The session is still "
                "there, and Tom can use it to get a new grant."
            ),
            "grant revoked, API asks": (
                "*An API that asks notices everything.* It asks about a token that Tom has just "
                "received, and that token is valid."
            ),
            "cookie tied to address": (
                "*The provider ignores IP addresses.* This one stored Ada's address at sign-in, "
                "and Tom has a different one."
            ),
        },
        because=(
            "A session can create new grants. So Tom is stopped only if the session ends, or if it "
            "is tied to something that he does not have."
        ),
    ),
    Prediction(
        "06-p6",
        "Now the refresh token. Which of the five reactions end it?",
        {
            "a": Guess(
                "only revoking the grant",
                ["grant revoked", "grant revoked, API asks"],
                "*The owner's use does not affect the thief.* It is the second use of the same "
                "token, and that revokes the whole family.",
            ),
            "b": Guess(
                "revoking the grant, and her app's own refresh",
                ["her app refreshes", "grant revoked", "grant revoked, API asks"],
            ),
            "c": Guess(
                "those two, and logging out",
                ["Ada logs out", "her app refreshes", "grant revoked", "grant revoked, API asks"],
                "*Logging out ends everything that came from the sign-in.* It ends only the "
                "session. The provider keeps refresh tokens in a separate list.",
            ),
            "d": Guess(
                "none: Tom has a newer one than her app",
                [],
                "*Revoking affects only the token that is named.* It ends the whole family.",
            ),
        },
        "Tom and Ada's app both hold the refresh token, and the app's own refresh is its second "
        "use. That raises the alarm and revokes the whole family, her app's own tokens included. "
        "Revoking the grant also ends the family.",
    ),
)
