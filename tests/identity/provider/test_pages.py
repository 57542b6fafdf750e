"""The provider's pages carry a request along, and nothing that a person typed."""

from provider_helpers import Page
from tables import table
from werkzeug.wrappers import Response

from labutils.identity.provider.pages import page

TYPED = ("username", "password", "code", "consent", "csrf", "ticket", "answer")
CARRIED = {"client_id": "wiki", "state": "<s>&", "nonce": "n", "max_age": "60", "prompt": "login"}


@table("typed", TYPED)
def test_what_a_person_typed_is_not_carried_along(typed):
    assert fields(page("login", CARRIED | {typed: "typed"})) == CARRIED


def test_everything_else_is_carried_along_as_it_came():
    assert fields(page("login", CARRIED)) == CARRIED


def fields(response: Response) -> dict[str, str]:
    """The hidden fields of a page."""

    class Answer:
        headers, text = response.headers, response.get_data(as_text=True)

    return Page(Answer).fields
