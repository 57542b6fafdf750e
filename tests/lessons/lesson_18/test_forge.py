"""What a build's token says, and who gets one."""

from dataclasses import replace

import pytest

from labutils.identity import tokens
from labutils.lessons.lesson_18.attackers import HONEST, SHOP
from labutils.lessons.lesson_18.forge import CLOUD, ISSUER, Forge, Job, NoToken, claims_of, subject


@pytest.mark.parametrize(
    ("job", "context"),
    [
        (Job(SHOP), "ref:refs/heads/main"),
        (Job(SHOP, ref="refs/tags/v1"), "ref:refs/tags/v1"),
        (Job(SHOP, ref="refs/pull/5/merge", event="pull_request"), "pull_request"),
        (HONEST, "environment:production"),
        (replace(HONEST, ref="refs/heads/try"), "environment:production"),
        (replace(HONEST, event="pull_request"), "environment:production"),
        (Job(SHOP, environment="eu:west"), "environment:eu%3Awest"),
    ],
)
def test_three_rules_decide_what_the_subject_shows(job, context):
    assert subject(job) == f"repo:shop/app:{context}"


def test_a_numbered_repository_has_its_ids_in_the_subject():
    job = Job(replace(SHOP, numbered=True))
    assert subject(job) == "repo:shop@100/app@7:ref:refs/heads/main"
    assert claims_of(job)["repository"] == "shop/app"


def test_the_token_is_signed_and_lives_for_five_minutes():
    forge = Forge()
    token = forge.id_token(HONEST)
    claims = tokens.verify(token, forge.jwks, issuer=ISSUER, audience=CLOUD, now=forge.now)
    assert claims["exp"] - claims["iat"] == 300
    assert claims_of(HONEST).items() <= claims.items()


def test_without_the_permission_and_from_a_fork_there_is_no_token():
    for job in (replace(HONEST, id_token=False), Job(SHOP, event="pull_request", fork=True)):
        with pytest.raises(NoToken):
            Forge().id_token(job)


def test_a_pull_request_target_writes_to_the_cache_of_main():
    forge = Forge()
    forge.save(replace(HONEST, event="pull_request_target"), "packages", "bad")
    assert forge.restore(HONEST, "packages") == "bad"
    assert forge.restore(replace(HONEST, ref="refs/heads/try"), "packages") is None
