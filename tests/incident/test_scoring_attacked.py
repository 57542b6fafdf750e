"""The score under attack: rules that try to win it without hunting.

Each attacker starts from a plain rule that names a behaviour, and puts the same hits together in
another way. None may be worth more than the plain rule, in the world that everybody may look at and
in the six that nobody saw.
"""

import pytest

from labutils.incident import background, breach, cases, held_out
from labutils.incident.policy import World
from labutils.incident.scoring import alerting, score

SEED = "attackers of the score"
OPEN, NAMES = "open", ("open", *held_out.NAMES)
THIEF = "203.0.113.66"  # of the logs that everybody may look at
DATES = "['2023-11-14T', '2023-11-15T', '2023-11-16T', '2023-11-20T', '2023-11-22T', '2023-11-23T']"
FEW = 5_000  # events of background, in a world

PLAIN = """
title: Service token login from outside
id: 11111111-1111-4111-8111-000000000001
name: outside
status: test
level: {level}
logsource: {{product: cloudflare, service: access_nonidentity}}
detection:
  login: {{isSuccessfulLogin: 1}}
  ours: {{ipAddress|cidr: 192.0.2.0/26}}
  thief: {{ipAddress: {thief}}}
  whole_minute: {{datetime|endswith: ':00Z'}}
  report: {{datetime|startswith: {dates}}}
  condition: {condition}
"""
DIGEST = """
---
title: All of it, as one
id: 11111111-1111-4111-8111-0000000001{number:02}
status: test
level: high
correlation:
  type: {type}
  rules: [outside]
  group-by: {group}
  timespan: {span}
  condition: {condition}
"""


def plain(condition="login and not ours", level="high"):
    """The rule, or one that asks for something else, or of another level."""
    return PLAIN.format(condition=condition, level=level, thief=THIEF, dates=DATES)


def digest(group="[]", span="60d", kind="event_count", condition="{gte: 1}", number=0):
    """A correlation that holds as soon as the plain rule is true of anything."""
    return DIGEST.format(group=group, span=span, type=kind, condition=condition, number=number)


QUIET = plain(level="informational")  # the plain rule, which alerts through others alone
AS_MUCH = {  # attackers that report what the plain rule does, and should earn just as much
    "one alert that never closes": QUIET + digest(),
    "an alert a week": QUIET + digest(span="7d"),
    "a group that all events share": QUIET + digest(group="[isSuccessfulLogin]"),
    "a group for each token": QUIET + digest(group="[serviceTokenId]"),
    "values in place of events": QUIET
    + digest(kind="value_count", condition="{gte: 1, field: serviceTokenId}"),
    "twelve digests": QUIET + "".join(digest(number=number) for number in range(12)),
    "twelve copies": "---".join(
        plain()
        .replace("-000000000001", f"-0000000000{number}")
        .replace("outside\n", f"o{number}\n")
        for number in range(10, 22)
    ),
    "cried out": plain(level="critical"),
    "whispered": plain(level="medium"),
}
LESS = {  # attackers that report more, or less, than a behaviour
    "everything": plain("login or not login"),
    "everything, as one": plain("login or not login", "informational") + digest(),
    "nothing but the thief's address": plain("thief"),
    "the thief's address, or what he does": plain("thief or whole_minute"),
    "a clock": plain("login and not ours and whole_minute"),
    "the dates of the report": plain("login and report"),
    "what he does, on the dates of the report": plain("login and not ours and report"),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacked")
    replay = breach.play(World.historical(cases.load()))
    background.write(folder / OPEN, replay, count=FEW, seed=SEED)
    return {OPEN: folder / OPEN} | held_out.worlds(SEED, count=FEW, folder=folder)


@pytest.fixture(scope="module")
def points(folders, tmp_path_factory):
    """The points of a rule in each world."""
    kept = {}

    def points_of(text):
        if text not in kept:
            path = tmp_path_factory.mktemp("rule") / "rule.yml"
            path.write_text(text, encoding="utf-8")
            unseen = {name: where for name, where in folders.items() if name != OPEN}
            grade = held_out.grade([path], unseen)
            assert not grade.refused
            hits = held_out.hunted([path], folders[OPEN]).hits
            in_the_open = score(alerting(hits), folders[OPEN]).points
            kept[text] = {OPEN: in_the_open} | {
                name: one.points for name, one in grade.scores.items()
            }
        return kept[text]

    return points_of


def test_the_plain_rule_earns_something(points):
    assert min(points(plain())[name] for name in (OPEN, "W1", "W3")) > 0.1


@pytest.mark.parametrize("attacker", AS_MUCH)
def test_however_hits_are_put_together_they_are_worth_the_same(points, attacker):
    assert points(AS_MUCH[attacker]) == points(plain())


@pytest.mark.parametrize("attacker", [name for name in LESS if name.startswith("everything")])
def test_alerting_on_everything_is_worth_less_in_every_world(points, attacker):
    worth, plainly = points(LESS[attacker]), points(plain())
    assert all(worth[name] < plainly[name] or plainly[name] == 0 for name in NAMES)


def test_an_indicator_is_worth_nothing_where_nobody_saw_the_world(points):
    worth = points(LESS["nothing but the thief's address"])
    assert [worth[name] for name in ("W1", "W3", "W4", "W5", "W6")] == [0] * 5


@pytest.mark.parametrize(
    "attacker", [name for name in LESS if not name.startswith(("everything", "nothing"))]
)
def test_what_the_world_gives_away_is_worth_less_than_a_behaviour(points, attacker):
    worth, plainly = points(LESS[attacker]), points(plain())
    unseen = [name for name in held_out.NAMES if name != "W2"]
    assert sum(worth[name] for name in unseen) < sum(plainly[name] for name in unseen)
