"""The target: whom it draws, and what a policy may be."""

import pytest

from labutils.lessons.lesson_18.attackers import INSIDE, drawn
from labutils.lessons.lesson_18.forge import claims_of
from labutils.lessons.lesson_18.three_roles import (
    ATTACKERS,
    ThreeRoles,
    as_policy,
    jobs_of,
    tried,
)


def test_no_drawn_attacker_is_an_honest_job_and_none_is_one_of_the_sixteen():
    jobs = [job for some in jobs_of(2).values() for job in some]
    honest = [claims_of(job) for job in jobs]
    for one in drawn(jobs, ATTACKERS, "three roles"):
        assert (claims_of(one.job, one.audience) in honest) == (one.does == INSIDE), one


def test_whoever_lets_everybody_in_lets_each_attacker_in():
    locked, entered, inside = tried({role: {} for role in jobs_of(1)})
    assert locked and len(entered) + len(inside) // 3 == ATTACKERS


def test_the_next_month_has_new_tags_and_nothing_else_is_new():
    then, now = ({str(claims_of(j)) for s in jobs_of(m).values() for j in s} for m in (1, 2))
    assert len(then & now) == 3 and len(now - then) == 2


@pytest.mark.parametrize("given", [None, {}, {"ci-deploy": {}}, dict.fromkeys(jobs_of(1), 7)])
def test_what_is_no_policy_is_said(given):
    with pytest.raises(ValueError, match="condition"):
        as_policy(given)


def test_the_fifth_policy_that_misses_is_the_last(capsys):
    scene = ThreeRoles()
    for _ in range(6):
        scene.try_policy({role: {} for role in jobs_of(1)}, "a: {eventName: x}\ncondition: a")
    assert "nobody reads another" in capsys.readouterr().out
