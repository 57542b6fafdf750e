"""Sixteen attackers by seventeen conditions, and attackers who are drawn."""

import pytest

from labutils.lessons.lesson_18.attackers import HONEST, INSIDE, drawn, the_sixteen
from labutils.lessons.lesson_18.cloud import Cloud, Refused
from labutils.lessons.lesson_18.conditions import like, trusting
from labutils.lessons.lesson_18.forge import CLOUD, Forge, claims_of

AUD = {"aud": CLOUD}
SUB = {"sub": "repo:shop/app:environment:production"}
BOTH = AUD | SUB
REF, PUSH = {"ref": "refs/heads/main"}, {"event_name": "push"}
REPOSITORY, OWNER = {"repository_id": "7"}, {"repository_owner_id": "100"}
WORKFLOW = {"workflow_ref": "shop/app/.github/workflows/deploy.yml@refs/heads/main"}
# Condition, whether the honest job is in, how many of the sixteen are.
TABLE = [
    (AUD, True, 15),
    (SUB, True, 5),
    (AUD | {"sub": "repo:shop*"}, True, 13),
    (AUD | {"sub": "repo:shop/*"}, True, 12),
    (AUD | {"sub": "repo:shop/app*"}, True, 11),
    (AUD | {"sub": "repo:shop/app:*"}, True, 10),
    (AUD | {"sub": "repo:*:environment:production"}, True, 7),
    (AUD | {"sub": "repo:shop/app:environment:prod*"}, True, 5),
    (AUD | {"repository_owner": "shop"}, True, 12),
    (AUD | REF, True, 10),
    (BOTH, True, 4),
    (BOTH | REPOSITORY | OWNER, True, 3),
    (BOTH | REPOSITORY | REF, True, 2),
    (BOTH | REPOSITORY | REF | PUSH | WORKFLOW, True, 1),
    (BOTH | REPOSITORY | REF | PUSH, True, 1),
    (AUD | REPOSITORY | REF, True, 4),
    (AUD | {"sub": "repo:shop/app:ref:refs/heads/main"}, False, 1),
]


def is_in(cloud: Cloud, token: str) -> bool:
    try:
        return cloud.assume("deploy", token, "198.51.100.7") is not None
    except Refused:
        return False


@pytest.mark.parametrize(("condition", "honest", "count"), TABLE, ids=str)
def test_sixteen_attackers_by_seventeen_conditions(condition, honest, count):
    forge = Forge()
    cloud = Cloud(forge, {"deploy": trusting(condition)})
    assert is_in(cloud, forge.id_token(HONEST)) is honest
    entered = [
        one.does for one in the_sixteen() if is_in(cloud, forge.id_token(one.job, one.audience))
    ]
    assert len(entered) == count
    if count == 1 and honest:
        assert entered == [INSIDE]


def test_there_are_seventeen_conditions_and_sixteen_attackers():
    assert len(TABLE) == 17 and len({one.does for one in the_sixteen()}) == 16


def test_a_drawn_attacker_differs_from_every_honest_job_or_is_inside_one():
    attackers = list(drawn([HONEST], 200, "a test"))
    honest = claims_of(HONEST)
    for one in attackers:
        same = claims_of(one.job, one.audience) == honest
        assert same == (one.does == INSIDE), one
    assert sum(one.does == INSIDE for one in attackers) == 16
    assert attackers == list(drawn([HONEST], 200, "a test"))


def test_a_star_crosses_what_separates_and_a_question_mark_is_one_character():
    assert like("repo:shop*", "repo:shop-evil/app:x") and like("a?c", "abc")
    assert not like("a?c", "ac") and not like("repo:shop/app", "repo:shop/app:x")
    assert not like("a.c", "abc") and not like("A", "a")
