"""03 · predictions that come from code."""

from labutils.classroom.registry import GridRow, columns_of

from . import missing_defences as stage

PREDICTIONS = (
    GridRow(
        "03-p5",
        "The client has registered three redirect URIs: https://notes.example/cb, "
        "http://127.0.0.1/cb and http://localhost/cb. Which of these does the lab's provider "
        "accept?",
        columns_of(stage.ASKED_FOR),
        "oxxox",
        {
            stage.ASKED_FOR[0]: (
                "Exact matching has one exception. A native app gets its port from the operating "
                "system when it starts, so on a loopback IP any port matches."
            ),
            stage.ASKED_FOR[1]: (
                "Not everything on a loopback IP matches. Only the port is ignored. The path is "
                "compared."
            ),
            stage.ASKED_FOR[2]: (
                "You took localhost for 127.0.0.1. It is a name, and a name can point elsewhere "
                "(RFC 8252, 8.3)."
            ),
            stage.ASKED_FOR[3]: "This one is registered in exactly this form.",
            stage.ASKED_FOR[4]: (
                "A port does matter. On a public host, a different port may belong to somebody "
                "else."
            ),
        },
        "Redirect URIs are compared as whole strings. There is one exception: the port of an "
        "http address on a loopback IP (RFC 8252, 7.3).",
    ),
)
