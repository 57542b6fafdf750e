"""A session for a token, and the two lines that the key joins."""

import pytest

from labutils.lessons.lesson_18.attackers import HONEST
from labutils.lessons.lesson_18.cloud import HOUR, Cloud, Refused
from labutils.lessons.lesson_18.forge import Forge


def test_the_key_joins_the_exchange_and_the_calls():
    forge = Forge()
    cloud = Cloud(forge, {"deploy": lambda _: True})
    session = cloud.assume("deploy", forge.id_token(HONEST), "198.51.100.7")
    assert cloud.call(session, "s3.PutObject", "198.51.100.7")
    first, second = cloud.log
    assert not {"arn", "accountId", "accessKeyId"} & first["userIdentity"].keys()
    key = first["responseElements"]["credentials"]["accessKeyId"]
    assert key == second["userIdentity"]["accessKeyId"] and key.startswith("ASIA")
    forge.now += HOUR
    assert not cloud.call(session, "s3.PutObject", "198.51.100.7")


def test_a_token_that_is_not_genuine_or_expired_or_not_trusted_gets_nothing():
    forge = Forge()
    cloud = Cloud(forge, {"deploy": lambda _: True, "none": lambda _: False})
    token = forge.id_token(HONEST)
    for role, text in (("none", token), ("deploy", token[:-4] + "AAAA"), ("deploy", "no token")):
        with pytest.raises(Refused):
            cloud.assume(role, text, "198.51.100.7")
    forge.now += 300
    with pytest.raises(Refused):
        cloud.assume("deploy", token, "198.51.100.7")
    assert not cloud.log
