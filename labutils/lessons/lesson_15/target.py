"""15 · Containment, eviction, credential rotation: its target."""

from labutils.classroom.judging import value
from labutils.classroom.registry import (
    Target,
    code,
)

from .last_inventory import FLAG, LastInventory


def flag_mistake(answer: object) -> str | None:
    if answer == FLAG:
        return None
    text = str(answer)
    for words, mistake in (
        ("archives", "late"),
        ("The intruder is in", "in"),
        ("still", "outage"),
    ):
        if words in text:
            return mistake
    return "other"


TARGET = Target(
    "15-target",
    "value",
    value(flag_mistake),
    "The intruder is out, everybody works, and it was before 18:00. The five traps: a rotation "
    "that was half done, a user of the intruder's that looks like staff, two credentials that make "
    "each other anew, one that stands in no list, and one that nobody was believed to use. The "
    "secrets of m.sato and k.nowak open, and may: they are their present ones, issued after the "
    "notice, and never exposed.",
    {
        "in": (
            "Try each old secret at its door with proof and scene.knock. And ask what comes back: "
            "a thing that was ended and opens again a quarter of an hour later has a maker.",
            "answer = 'The intruder is in. Secrets that he holds or made still open: 2.'",
        ),
        "outage": (
            "A job stood still. Its credential is needed: it can be rotated, and an old secret can "
            "be removed, but it cannot be ended.",
            "answer = 'The intruder is out, and 1 job stands still.'",
        ),
        "late": (
            "At 18:00 it is too late. Trying takes no time, and acts do. Look first in one scene, "
            "then act in a new one: scene = target('15').",
            "answer = 'It is 18:05. The archives were sent at 18:00.'",
        ),
        "other": (
            "The flag is what scene.declare() returns when nothing is wrong.",
            "answer = 'flag-0000'",
        ),
    },
    (
        "Looking costs no time. Which old secrets open, who made what, and which names stand in "
        "the log and in no row?",
        "Two of the credentials make each other anew. They have to go in one moment, or both "
        "between two visits. One row says replaced, and the old secret opens.",
        "scene.cut('gateway-token', 'j.fielding', 'sync-rule', 'support-bot'), then "
        "scene.remove_old('billing-key'), then scene.declare().",
    ),
    code("""
        since = seconds(rotation.STOLEN)
        inside = made_inside(scene.rows, ["smartsheet-account"], since)
        strangers = {line["credential"] for line in scene.log} - {row.id for row in scene.rows}
        found = proof(old_secrets(scene.rows), scene.knock)
        print(inside, strangers, found["open"])
        scene.cut("gateway-token", *inside, *strangers)
        scene.remove_old("billing-key")
        flag = scene.declare()
    """),
    brief="""It is 24 November, 17:00, in a company of the lab. At 18:00 the intruder sends his \
archives out. He returns every quarter of an hour. He holds the old secret of all that was \
exposed, which is what was issued before 18 October, the notice; and whatever he made himself, \
with the stolen account smartsheet-account and with what that made.
scene.rows is the inventory: id, kind, owner, issued, last_used, replaced, made_by. scene.log has \
the sign-ins of two days. scene.time is the clock. scene.knock(secret, id) tries a secret and \
takes no time; old_secret(id) is the one that a row had at the notice, or, where a row was issued \
later, its first one.
Acts take time: scene.rotate(id) 10 minutes, scene.remove_old(id) 5, scene.revoke(id) 5, \
scene.cut(id, id, ...) 20 for all of them in one moment. Jobs go on working after rotate and \
remove_old. They stand still after revoke and cut.
scene.declare() says that the incident is over. It returns the flag if the intruder is out, no job \
stood still, and it is before 18:00. A wrong one costs 15 minutes. For a fresh start say scene = \
target("15"); but three declarations may be wrong in all.""",
    scene=LastInventory,
)
