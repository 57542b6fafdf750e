"""14 · predictions that come from code."""

from labutils.classroom.registry import Guess, Prediction

from .worlds import LOSSES


def _happens(*losses: str) -> list[bool]:
    """For each of the seven losses, whether it is one of these."""
    return [loss in losses for loss in LOSSES]


PREDICTIONS = (
    Prediction(
        "14-p6",
        "Your rule is installed at each service, and the breach is replayed. Which of the seven "
        "losses still happen: report, session, cloud, tracker, implant, code, out?",
        {
            "a": Guess(
                "none",
                _happens(),
                "*A rule about services protects people.* The session is a person's, so the rule "
                "does not check it.",
            ),
            "b": Guess("only the session", _happens("session")),
            "c": Guess(
                "the report and the session",
                _happens("report", "session"),
                "*A person at the support desk can run the report.* Only its service account can, "
                "and it was used far from where it signs in.",
            ),
            "d": Guess(
                "the session and the cloud, which is outside the gateway",
                _happens("session", "cloud"),
                "*The thief has another way in.* Every way to the cloud needs a service's access "
                "key, used far from its place.",
            ),
        },
        "The session is a person's, so the rule does not check it. All other losses need a "
        "service's credential, used far from its place. In this model every service has the rule, "
        "including the supplier's desk, where it stops the first loss. A customer can only ask for "
        "that.",
    ),
)
