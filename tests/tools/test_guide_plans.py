"""Plans with a clock name what there is, and end when they say."""

import functools
import re

import guide
import nbformat
import pytest
from places import ROOT
from tables import table

from labutils.classroom.course import lesson

SHEET = guide.teaching()
PLANS = SHEET["plans"]
BLOCKS = [(name, block) for name, plan in PLANS.items() for block in plan["blocks"]]
LESSONS = {path.name[:2]: path for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))}


def said(row):
    plain = {
        key: value for key, value in row.items() if key not in ("lesson", "minutes", "sections")
    }
    return " ".join(str(value) for value in plain.values())


@functools.cache
def sections_of(number):
    """The sections of a lesson, or the cells where its beats begin: their minutes (None where the
    heading gives none), and the items that stand in each."""
    found, here = {}, ""
    notebook = nbformat.read(LESSONS[number], as_version=4)
    beats = {beat.cell: beat.minutes for beat in guide.beats(notebook)}
    for cell in notebook.cells:
        if cell.id in beats:
            here = cell.id
            found[here] = (beats[here], set())
        elif cell.cell_type == "markdown" and beats:
            continue
        elif cell.cell_type == "markdown":
            for heading in re.findall(r"(?m)^#{2,3} (.*)$", cell.source):
                here, takes = re.fullmatch(r"(.*?)(?: \((\d+) min.*\))?", heading).groups()
                found[here] = (int(takes) if takes else None, set())
        elif here:
            names = re.findall(r'(?:predict|experiment|quiz|check)\("(\d\d-[\w-]+)"', cell.source)
            found[here][1].update(names)
    return found


@pytest.mark.parametrize("name", PLANS)
def test_the_blocks_of_a_plan_add_up_to_its_minutes(name):
    assert sum(block["minutes"] for block in PLANS[name]["blocks"]) == PLANS[name]["minutes"]


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_says_whether_it_was_tried(name):
    assert re.search(r"rehearsed|given", PLANS[name]["rehearsed"])


@table(("name", "block"), BLOCKS)
def test_a_block_names_sections_of_its_lesson_and_items_that_stand_in_them(name, block):
    keys = {"minutes", "lesson", "sections", "do", "leave_out", "watch", "without_python"}
    assert {"minutes", "do"} <= block.keys() <= keys
    assert ("lesson" in block) == ("sections" in block)
    if "lesson" not in block:
        return
    sections = sections_of(block["lesson"])
    assert set(block["sections"]) <= sections.keys()
    order = [list(sections).index(section) for section in block["sections"]]
    assert order == sorted(order), "in the order of the lesson"
    items = set().union(*(sections[section][1] for section in block["sections"]))
    for item in re.findall(r"(?<![\d-])\d\d-[pq]?\d+\b", said(block)):
        assert item[:2] != block["lesson"] or item in items, (name, item)
        assert item in lesson(item[:2]).items, (name, item)


@table(("name", "block"), [pair for pair in BLOCKS if "lesson" in pair[1] and pair[0] != "webinar"])
def test_a_block_takes_about_as_long_as_its_sections(name, block):
    """In a webinar nobody writes, so its blocks are shorter."""
    sections = sections_of(block["lesson"])
    full = sum(sections[section][0] or 0 for section in block["sections"])
    assert 0.5 * full <= block["minutes"] <= full + 5, (name, block["lesson"], full)


def test_each_lesson_has_a_row_whose_items_it_has():
    assert SHEET["lessons"].keys() == LESSONS.keys()
    for number, row in SHEET["lessons"].items():
        assert row.keys() == {"do", "leave_out", "watch"}
        for item in re.findall(r"\b\d\d-(?:\w+)\b", said(row)):
            assert item in lesson(number).items, (number, item)


def short_items(number):
    """The exercises and the target of the short path of a lesson, by the order of its cells."""
    notebook = nbformat.read(LESSONS[number], as_version=4)
    found, long = [], False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heads = re.findall(r"(?m)^#{2,3} .*$", cell.source)
            long = "long)" in heads[-1] if heads else long
        elif not long:
            found += re.findall(r'check\("(\d\d-\w+)"', cell.source)
    return found


def test_a_day_without_python_says_another_way_for_each_exercise_that_it_keeps():
    blocks = [block for block in PLANS["soc-day"]["blocks"] if "lesson" in block]
    ways = {}
    left_out = {}
    for block in blocks:
        ways[block["lesson"]] = ways.get(block["lesson"], "") + block.get("without_python", "")
        left_out[block["lesson"]] = left_out.get(block["lesson"], "") + block.get("leave_out", "")
    for number, way in ways.items():
        for item in short_items(number):
            name = "Target" if item.endswith("target") else item
            easy = number == "00" and item == "00-1"  # a text between quotes
            assert easy or name in way or item in left_out[number], item


def test_the_pages_are_of_today():
    page = (ROOT / "docs" / "teaching-plans.md").read_text(encoding="utf-8")
    paths = list(LESSONS.values())
    assert guide.plans(paths) in page and guide.changes(paths) in page
