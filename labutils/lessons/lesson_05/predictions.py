"""05 · predictions that come from code."""

from labutils.classroom.registry import GridRow, columns_of
from labutils.stage.three_doors import FIVE_TRIES

PREDICTIONS = (
    GridRow(
        "05-p1",
        "Tom has copies of Ada's three tokens, and tries them from his own browser. Which of "
        "these five attempts open the door?",
        columns_of(tuple(f"the {kind} at the {door!r} door" for kind, door in FIVE_TRIES)),
        "ooxoo",
        {
            "the ID token at the 'sign-in' door": (
                "*`notes` sees that Tom is not Ada.* It sees a valid statement about Ada, made for "
                "`notes`."
            ),
            "the ID token at the 'API' door": (
                "*An ID token has a different kind of signature.* The same provider signed it with "
                "the same keys, and this API checks nothing else."
            ),
            "the access token at the 'sign-in' door": (
                "*Any of Ada's tokens signs her in.* `notes` compares aud with its own name, and "
                "here aud is the API."
            ),
            "the access token at the 'API' door": (
                "*An API built in a hurry always fails, or that it sees who sends a token.* It "
                "accepts valid tokens, and others too, and cannot see who sends them."
            ),
            "the refresh token at the 'token endpoint' door": (
                "*The provider asks for proof that `notes` is sending it.* `notes` is a public "
                "client: it has no secret, so Tom can say that he is `notes`."
            ),
        },
        "The sign-in compares aud with its own name. This API compares nothing. So any "
        "application that ever received one of Ada's ID tokens could read her data here. A "
        "signature says who issued a token. It does not say which door the token is for.",
    ),
)
