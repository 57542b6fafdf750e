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
        ("still exist", "alive"),
        ("door", "both"),
        ("The intruder is in", "in"),
        ("stopped", "outage"),
    ):
        if words in text:
            return mistake
    return "other"


TARGET = Target(
    "15-target",
    "value",
    value(flag_mistake),
    "The intruder is out, every job works, and it is not yet 18:00. The five traps: a rotation "
    "that was half done, a user that the intruder made to look like staff, two credentials that "
    "recreate each other, one that is not on any list, and one that seemed unused but is needed "
    "once a quarter. The secrets of m.sato and k.nowak still open their doors, as they should: "
    "they are current, were issued after the notice, and were never exposed.",
    {
        "in": (
            "Try each old secret at its door with proof and scene.knock. Also look for what comes "
            "back: if you end something and it opens again a quarter of an hour later, something "
            "else recreates it.",
            "answer = 'The intruder is in. Stolen or created secrets that still open: 2.'",
        ),
        "both": (
            "Two things are wrong: an old secret still opens, and what you ended was in use. Find "
            "out first, with proof and scene.log, which credentials the intruder can use. End "
            "those, and rotate what a job needs.",
            "answer = 'The intruder is in, at 1 door, and 1 job has stopped.'",
        ),
        "outage": (
            "A job stopped working. It needs its credential: you may rotate that, or remove an old "
            "secret, but not end it.",
            "answer = 'The intruder is out, but 1 job has stopped.'",
        ),
        "alive": (
            "A user that the intruder made is no colleague of yours. A new secret is not enough: "
            "whoever can reset it gets in again. End it.",
            'answer = ("No secret of the intruder\'s opens, but 3 things that the intruder made "\n'
            '          "still exist.")',
        ),
        "late": (
            "At 18:00 it is too late. Trying secrets takes no time, but actions do. Look around in "
            "one scene, then act in a new one: scene = target('15').",
            "answer = 'It is 18:05. The archives were sent at 18:00.'",
        ),
        "other": (
            "The flag is what scene.declare() returns when nothing is wrong.",
            "answer = 'flag-0000'",
        ),
    },
    (
        "Looking takes no time. Which old secrets open, who created what, and which names are in "
        "the log but in no row?",
        "Two of the credentials recreate each other. They have to go at the same moment, or both "
        "between two visits. One row says replaced, but its old secret still opens.",
        "scene.cut('j.fielding', 'sync-rule', 'support-bot'), then scene.rotate('gateway-token') "
        "and scene.remove_old('billing-key'), then scene.declare().",
    ),
    code("""
        inside = made_inside(scene.rows, ["smartsheet-account"], seconds(rotation.STOLEN))
        strangers = {line["credential"] for line in scene.log} - {row.id for row in scene.rows}
        found = proof(old_secrets(scene.rows), scene.knock)
        print(inside, strangers, found["open"])
        scene.cut(*inside, *strangers)
        scene.rotate("gateway-token")
        scene.remove_old("billing-key")
        flag = scene.declare()
    """),
    brief="""It is 24 November, 17:00, in one of the lab's companies. At 18:00 the intruder sends \
the archives out, and until then comes by every quarter of an hour. The intruder holds the old \
secrets of everything that was exposed, that is, issued before the notice on 18 October, and of \
everything created since then with the stolen account smartsheet-account, directly or in turn.
scene.rows is the inventory: id, kind, owner, issued, last_used, replaced, made_by. scene.log has \
two days of sign-ins. scene.time is the clock. scene.knock(secret, id) tries a secret and takes no \
time; old_secret(id) is the secret that a credential had at the time of the notice or, if it was \
issued later, its first one.
Actions take time: scene.rotate(id) 10 minutes, scene.remove_old(id) 5, scene.revoke(id) 10, \
scene.cut(id, id, ...) 20 for all of them, which end at the same moment. Jobs keep working after \
rotate and remove_old. They stop working after revoke and cut.
scene.declare() declares the incident over. It waits 15 minutes, until the intruder has come \
by once more, so call it by 17:45. It returns the flag if no secret of the intruder's opens, \
nothing that the intruder made exists any more, and no job has stopped. For a fresh start, run \
scene = target("15"); but after three wrong declarations, only a kernel restart helps.""",
    scene=LastInventory,
)
