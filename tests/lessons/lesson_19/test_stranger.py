"""Who gets a client's credentials under each document."""

import pytest

from labutils.lessons.lesson_19.stranger import DOCUMENTS, who_hears

HEARS = {
    "the company's own": "login.example",
    "its token endpoint moved to keys.example": "keys.example",
    "Tom's own server": "tom.example",
    "the company's, and Tom's token endpoint": "tom.example",
    "the company's, and one that begins alike": "login.example.tom.example",
    "the company's, and a name before an @": "tom.example",
    "a token endpoint within the network": "169.254.169.254",
}


@pytest.mark.parametrize(("name", "host"), HEARS.items())
def test_a_client_that_trusts_each_document_sends_its_credentials_there(name, host):
    assert who_hears(DOCUMENTS[name], lambda *_: True) == host


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_client_that_does_not_go_on_sends_nothing(name):
    assert who_hears(DOCUMENTS[name], lambda *_: False) == ""
