"""The events of a hunt in SQLite: a column that is wanted late holds what an early one holds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labutils.hunt.reading import Event
from labutils.hunt.store import Store, column, quote

FIELDS = ["a", "A", "p.q", "who", "a.b", "_text"]
KEYS = st.sampled_from(["a", "A", "p", "q", "p.q", "b", "a.b", "who", 'w"o', "\\", "ä", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | KEYS,
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(KEYS, inside, max_size=2),
    max_leaves=5,
)
TIME = {"published": "2023-11-16T09:00:00Z"}


def loaded(texts, *, before, after=()):
    """What the columns hold where some are wanted before these texts are loaded, some after."""
    store = Store()
    store.want("okta", before)
    store.load(
        Event("okta", number, "okta", json.loads(text), text) for number, text in enumerate(texts)
    )
    store.want("okta", after)
    names = [
        part for name in FIELDS for part in (f"typeof({quote(column(name))})", quote(column(name)))
    ]
    rows = store.database.execute(f"SELECT n, {', '.join(names)} FROM okta ORDER BY n").fetchall()
    store.close()
    return rows


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=4), min_size=1, max_size=5), st.booleans())
def test_a_column_that_is_wanted_late_is_as_if_it_was_wanted_early(events, plain):
    texts = [json.dumps(event | TIME, ensure_ascii=plain) for event in events]
    early = loaded(texts, before=FIELDS)
    assert loaded(texts, before=[], after=FIELDS) == early
    assert loaded(texts, before=["who"], after=["a", "A", "p.q", "a.b", "_text"]) == early


@pytest.mark.parametrize(
    "text",
    [
        '{"\\u0077ho": "ada"}',
        '{"wh\\u006f": "ada"}',
        '{"who" : "ada"}',
        '{"who"\n:\t"ada"}',
    ],
)
def test_a_key_may_be_written_in_any_way_that_json_allows(text):
    (row,) = loaded([text], before=["a", "A", "p.q", "a.b", "_text"], after=["who"])
    assert row[FIELDS.index("who") * 2 + 2] == "ada"
