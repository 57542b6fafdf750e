"""The notes that an operator's response protects: where they are, and who reads them."""

import pytest

from labutils.identity.oauth import bearer
from labutils.stage.operator_response import Response
from labutils.stage.two_apps import API, NOTES, WIKI


@pytest.fixture
def scene():
    return Response()


def test_the_page_of_the_notes_is_at_the_application_and_at_no_other(scene):
    """The wiki has the same code: its page of that name is as it was, and never the notes."""
    apps = scene._apps
    at_notes, at_wiki = (apps.ada.get(host + "/notes") for host in (NOTES, WIKI))
    assert at_notes.status_code == 200 and at_notes.json()
    assert at_wiki.status_code != 200 or at_wiki.text != at_notes.text
    assert "these are Ada's notes" not in at_wiki.text


def test_the_notes_are_adas_and_nobody_elses(scene):
    refused = scene.tom.get(NOTES + "/notes")
    assert refused.status_code == 403 and "these are Ada's notes" in refused.text
    assert scene.tom.get(API + "/notes", headers=bearer("made up")).status_code == 401
