"""A thief knows a salted hash by six characters of it, at either end, in hexadecimal or base64."""

import base64
import hashlib
import hmac

import pytest

from labutils.stage.reversible_encodings import guessed_with_salt

CODES = ("204619", "118057", "930226")
SALT = "case-48213"
HASHED = {
    "salt first": lambda code: hashlib.sha256(f"{SALT}{code}".encode()).digest(),
    "salt last": lambda code: hashlib.sha512(f"{code}{SALT}".encode()).digest(),
    "a key": lambda code: hmac.digest(SALT.encode(), code.encode(), "sha1"),
    "a short hash": lambda code: hashlib.md5(f"{SALT}{code}".encode()).digest(),
}
SPELT = {
    "hexadecimal": bytes.hex,
    "base64": lambda digest: base64.urlsafe_b64encode(digest).decode().rstrip("="),
}
CUT = {"the first six": slice(6), "the last six": slice(-6, None)}


def tags(hashed, spelt, cut):
    return {code: {f"[{SPELT[spelt](HASHED[hashed](code))[cut]}]"} for code in CODES}


@pytest.mark.parametrize("cut", CUT.values(), ids=CUT)
@pytest.mark.parametrize("spelt", SPELT)
@pytest.mark.parametrize("hashed", HASHED)
def test_six_characters_of_a_salted_hash_are_enough(hashed, spelt, cut):
    assert guessed_with_salt({SALT, "another text"}, tags(hashed, spelt, cut))


@pytest.mark.parametrize("spelt", SPELT)
def test_five_characters_are_there_by_chance_and_a_salt_that_is_elsewhere_is_not_found(spelt):
    assert not guessed_with_salt({SALT}, tags("a key", spelt, slice(5)))
    assert not guessed_with_salt({"another text"}, tags("a key", spelt, slice(6)))


def test_each_of_the_codes_must_come_out():
    two = tags("a key", "hexadecimal", slice(6)) | {CODES[2]: {"[ffffff]"}}
    assert not guessed_with_salt({SALT}, two)
