"""Citations that were wrong once stay right, and what the lessons say of the standards stays what
these say."""

import json
import re

import pytest
import yaml
from places import ROOT
from tables import table

TEXTS = [
    *(ROOT / "labutils").rglob("*.py"),
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "data").rglob("*.yaml"),
    *(ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"),
    ROOT / "README.md",
]


def prose(lesson: str) -> str:
    """The text cells of a lesson and of its practice, and its questions, as one line."""
    paths = sorted((ROOT / "notebooks").glob(f"**/{lesson}-*.ipynb"))
    cells = [one for path in paths for one in json.loads(path.read_text("utf-8"))["cells"]]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    sheet = ROOT / "labutils" / "lessons" / f"lesson_{lesson}" / "questions.yaml"
    questions = yaml.safe_load(sheet.read_text("utf-8"))["predictions"]
    texts += [one["because"] for one in questions.values() if "because" in one]
    return " ".join(" ".join(texts).split())


@pytest.mark.parametrize(
    "wrong",
    [  # where the right place is
        r"RFC 8417[^.;)]{0,20}\b4\.5",  # the type of an event: 2.3 and 4.1
        r"Fetch[^.;)]{0,20}\b3\.2",  # the CORS protocol, by its name: the sections are renumbered
        r"ends the session[^)\n]{0,40}Logout[^)\n]{0,9}\b2\.6",  # 2.7; validation alone is 2.6
        r"has missed it",  # retries are permitted: it may have
    ],
)
def test_a_citation_that_was_wrong_is_nowhere(wrong):
    assert [
        path.name
        for path in TEXTS
        if re.search(wrong, path.read_text(encoding="utf-8"), re.IGNORECASE)
    ] == []


def test_code_cites_the_places_that_were_looked_up():
    text = "\n".join(path.read_text(encoding="utf-8") for path in TEXTS if path.suffix == ".py")
    for cited in (
        "(RFC 8417, 2.3 and 4.1)",
        "CORS protocol of the Fetch standard",
        "(OpenID Connect Back-Channel Logout, 2.7)",
        "OAuth 2.1 (draft of May 2026, 4.1.3 and 7.5.2)",
        "OWASP ASVS 5.0, 7.2.4",
    ):
        assert cited in text, cited


@table(
    "lesson, said",
    [
        ("11", r"RFC 10017\S*, 5\.1\.3.*\(6\.1\).*backend for frontend"),
        (
            "11",
            r"refused as too old: until `iat` plus the window, or for the nonce's lifetime .*"
            r"\(RFC 9449, 11\.1\)",
        ),
        (
            "11",
            r"Secure-Session-Registration`, `-Challenge` and `-Response`.*working draft "
            r"\(since 21 August 2025\).*Chrome 146 on Windows \(since 9 April 2026\).*does not "
            r"stop malware that stays on the device, or that was there when",
        ),
        ("12", r"a receiver that was down may have missed an event"),
        ("12", r"The API responds to a repeated event as if it were new"),
        ("13", r"RFC 8628\S*, 5\.4.*RFC 10027"),
        ("14", r"each request is decided on its own, wherever it comes from \(\[SP 800-207\]"),
    ],
)
def test_a_lesson_says_what_the_standard_says(lesson, said):
    assert re.search(said, prose(lesson))
