"""One module says how the course looks; the extension that brings it is written from there."""

import itertools
import json
import math
import re

import look as tool
import pytest
from places import ROOT

from labutils.pictures import canvas, look

EXTENSION = ROOT / "data" / "labextension"


@pytest.mark.parametrize("theme", [look.LIGHT, look.DARK], ids=["light", "dark"])
def test_each_text_can_be_read_on_each_ground_that_it_is_set_on(theme):
    """A contrast of 4.5 (WCAG 2.2, 1.4.3), of the areas' edges 3 (1.4.11)."""
    for text, grounds in look.TEXT_ON.items():
        for ground in grounds:
            assert look.contrast(theme[text], theme[ground]) >= 4.5, (text, ground)
    for fill in ("intruder-fill", "defender-fill"):
        assert look.contrast(theme[fill], theme["paper"]) >= 3, fill


@pytest.mark.parametrize("theme", [look.LIGHT, look.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", [*look.PARTS, *look.SECRETS])
def test_a_part_and_a_secret_can_be_read_on_a_tint_of_their_own_colour(theme, name):
    for ground in ("paper", "card"):
        assert look.contrast(theme[name], look.tinted(theme[name], theme[ground])) >= 4.5
        lit = look.tinted(theme[name], theme[ground], look.LIT)
        assert look.contrast(theme["ink"], lit) >= 4.5


def oklab(colour):
    """The place of a colour in a space in which equal distances look equal (Oklab, Ottosson)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    cones = [
        sum(share * part for share, part in zip(row, linear, strict=True)) ** (1 / 3)
        for row in (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        )
    ]
    return [
        sum(share * cone for share, cone in zip(row, cones, strict=True))
        for row in (
            (0.2104542553, 0.7936177850, -0.0040720468),
            (1.9779984951, -2.4285922050, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.8086757660),
        )
    ]


@pytest.mark.parametrize("theme", [look.LIGHT, look.DARK], ids=["light", "dark"])
def test_secrets_are_told_apart_and_from_the_two_accents(theme):
    """Nobody takes two of them for equal, or one of them for a verdict."""
    named = {name: theme[name] for name in (*look.SECRETS, "intruder", "defender")}
    for (one, first), (other, second) in itertools.combinations(named.items(), 2):
        assert math.dist(oklab(first), oklab(second)) > 0.075, (one, other)
    parts = {name: theme[name] for name in (*look.PARTS, "intruder", "right")}
    for (one, first), (other, second) in itertools.combinations(parts.items(), 2):
        assert math.dist(oklab(first), oklab(second)) > 0.1, (one, other)


def test_the_contrast_is_that_of_the_standard():
    assert look.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert look.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_both_themes_have_the_same_names_and_areas_have_the_colours_of_the_pictures():
    assert look.LIGHT.keys() == look.DARK.keys()
    assert look.LIGHT["intruder-fill"] == canvas.VERMILION.lower()
    assert look.LIGHT["defender-fill"] == canvas.BLUE.lower()


def test_every_variable_that_a_rule_uses_is_one_that_is_set():
    css = look.css()
    assert set(re.findall(r"var\((--[\w-]+)\)", css)) <= set(re.findall(r"(--[\w-]+):", css))
    assert "\n" not in css and "/*" not in css and css.count("{") == css.count("}")


def test_only_a_page_of_the_course_is_changed_and_cards_wherever_they_are():
    """No rule reaches a notebook of somebody else's."""
    rules = re.sub(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)\}", r"\1", look.css())
    selectors = [one for group in re.findall(r"([^{}]+)\{", rules) for one in group.split(",")]
    roots = (":root", "[data-jp-theme-light", ".vscode-dark", ".lu", ".jp-OutputArea-child:has(+")
    assert selectors and all(one.strip().startswith(roots) for one in selectors), selectors
    of_jupyter = [one for one in selectors if ".jp-Cell" in one or ".jp-RenderedMarkdown" in one]
    assert of_jupyter and all(one.strip().startswith(f".{look.PAGE} ") for one in of_jupyter)


def test_the_extension_is_what_the_module_says():
    stored = (EXTENSION / "static" / "look.js").read_text(encoding="utf-8")
    assert stored == tool.script(), "run: python tools/look.py"
    assert len(stored) < 20_000


def test_the_extension_asks_nobody_and_reads_one_thing():
    script = (EXTENSION / "static" / "look.js").read_text(encoding="utf-8")
    assert not re.search(r"https?:|fetch\(|XMLHttpRequest|import\(|WebSocket|url\(", script)
    assert re.findall(r"getMetadata\('(\w+)'\)", script) == ["labutils"]


def test_jupyter_finds_it_where_the_package_is_installed():
    about = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    load = about["jupyterlab"]["_build"]["load"]
    assert (EXTENSION / load).is_file()
    assert f"_JUPYTERLAB ??= {{}})['{about['name']}']" in tool.script()
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"data/labextension" = "share/jupyter/labextensions/{about["name"]}"' in pyproject


def test_a_front_end_without_the_extension_gets_the_style_with_the_first_card(monkeypatch):
    assert look.card("x").startswith('<div class="lu">')
    monkeypatch.setenv("VSCODE_PID", "7")
    assert look.card("x", "lu-target", "Target").startswith("<style>:root{")
