"""A report as strangers write it: each fault has its line, and nothing crashes."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import table

from labutils.capstone.report import Fault, read_report, sheet_of, words
from labutils.lab import data_file

GOOD = """\
incident: INC-123456
claims:
- {what: account-made, who: p.cardoso, events: ['jira:120'], percent: 80}
- {what: harmless, who: svc-mill, events: ['bitbucket:7'], percent: 90}
- {what: harmless, who: svc-mill, events: ['bitbucket:9'], percent: 90}
credentials: [a-token]
footholds: ['account p.cardoso']
losses: [mail]
not_knowable: [what-left-the-server]
eviction:
- {act: replace, what: a-token, at: '2024-05-01T09:00:00Z'}
controls: [sessions_bound]
verdict: intrusion
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "report.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_report_is_read(tmp_path: Path) -> None:
    report = read_report(written(tmp_path, GOOD))
    assert report.claims[0].claim.who == "p.cardoso"
    assert report.eviction[0].act == "replace" and report.eviction[0].line == 11
    assert report.controls == ("sessions_bound",)


def test_a_report_that_says_nothing_is_one(tmp_path: Path) -> None:
    text = "incident: INC-1\nclaims:\nlosses:\ncontrols: []\n"
    assert read_report(written(tmp_path, text)).claims == ()


def test_the_schema_says_the_same(tmp_path: Path) -> None:
    """What it allows is read, and what it forbids is not."""
    schema = json.loads(data_file("capstone/report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    good = sheet_of(written(tmp_path, GOOD))
    jsonschema.validate(good, schema)
    assert len(words()["claims"]) == len(set(words()["claims"]))


@table(
    ("before", "after", "line", "says"),
    [
        ("account-made", "account-built", 3, "there is no claim called 'account-built'"),
        ("percent: 80", "percent: 180", 3, "percent must be 0 to 100"),
        ("percent: 80", "percent: sure", 3, "percent must be a whole number"),
        ("percent: 80", "percent: true", 3, "percent must be a whole number"),
        (", percent: 80", "", 3, "Claimed needs percent"),
        ("losses: [mail]", "losses: [money]", 8, "there is no word for it 'money'"),
        ("losses: [mail]", "losses: mail", 8, "losses must be a list"),
        ("losses: [mail]", "losses: [mail, mail]", 8, "'mail' stands there twice"),
        ("act: replace", "act: burn", 11, "there is no act called 'burn'"),
        ("'2024-05-01T09:00:00Z'", "soon", 11, "is not a time such as"),
        ("'2024-05-01T09:00:00Z'", "12", 11, "at must be text"),
        ("[sessions_bound]", "[a, b, c, d]", 12, "controls has 4 items, and 3 at most"),
        ("what: harmless", "what: account-made", 5, "account-made of svc-mill stands here"),
        ("incident: INC-123456\n", "", 1, "IncidentReport needs incident"),
        ("controls:", "control:", 12, "unknown field control"),
        ("incident: INC-123456", "incident: [", 3, "is not YAML"),
        ("verdict: intrusion", "verdict: maybe", 13, "there is no verdict called 'maybe'"),
        ("percent: 80}", "percent: 80, explained_by: 7}", 3, "explained_by must be text"),
        ("percent: 80}", "percent: 80, looked_like: odd}", 3, "there is no claim called 'odd'"),
    ],
)
def test_a_fault_has_its_line(
    tmp_path: Path, before: str, after: str, line: int, says: str
) -> None:
    with pytest.raises(Fault) as fault:
        read_report(written(tmp_path, GOOD.replace(before, after)))
    assert f"report.yaml, line {line}: " in str(fault.value)
    assert says in str(fault.value)


def test_links_folders_and_large_files_are_not_read(tmp_path: Path) -> None:
    target = written(tmp_path, GOOD)
    (tmp_path / "link.yaml").symlink_to(target)
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "large.yaml").write_text("#" * 10_000_000, encoding="utf-8")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00incident")
    for name in ("link", "folder", "large", "bytes", "missing"):
        with pytest.raises(Fault, match=rf"{name}.yaml, line 1: "):
            read_report(tmp_path / f"{name}.yaml")


@table(
    "text",
    [
        "incident: INC-1\nclaims: [{what: harmless, who: x, events: [], percent: "
        + "9" * 5000
        + "}]",
        "incident: INC-1\neviction: [{act: block, what: x, at: '0001-01-01T00:00:00+23:59'}]",
        "a: &a [*a]",
        "a: &a [1]\nb: [*a, *a]",
        "[" * 5_000,
        "a: " + "[" * 900 + "]" * 900,
        "incident: !!python/object/apply:os.system ['true']",
        "incident: &x {y: *x}",
        "- incident",
        "",
        "\x00",
        "incident: INC-1\nclaims: {}",
        "incident: INC-1\nclaims: [1]",
        "incident: INC-1\nclaims: [{what: [], who: {}, events: 1, percent: null}]",
        "incident: INC-1\neviction: [{act: {}, what: [], at: []}]",
        "incident: INC-1\nfootholds: [[]]",
        "1: 2",
    ],
)
def test_what_is_no_report_is_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(Fault, match="report.yaml, line "):
        read_report(written(tmp_path, text))


def is_read_or_named(path: Path) -> bool:
    """Whether a file is a report, or a fault with its line."""
    try:
        read_report(path)
    except Fault as fault:
        return "report.yaml, line " in str(fault)
    return True


@given(st.text(max_size=300))
def test_any_text_is_a_report_or_a_fault(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("report") / "report.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert is_read_or_named(path)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(GOOD.replace(":", " ").split())), VALUES, max_size=4))
def test_any_values_under_its_names_are_a_report_or_a_fault(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, object]
) -> None:
    path = tmp_path_factory.mktemp("report") / "report.yaml"
    path.write_text(json.dumps({"incident": "INC-1", **values}), encoding="utf-8")
    assert is_read_or_named(path)


def test_a_verdict_that_is_left_out_is_an_intrusion(tmp_path: Path) -> None:
    assert read_report(written(tmp_path, "incident: INC-1\n")).verdict == "intrusion"
    assert read_report(written(tmp_path, "incident: INC-1\nverdict:\n")).verdict == "intrusion"
    quiet = "incident: INC-1\nverdict: nothing\n"
    assert read_report(written(tmp_path, quiet)).verdict == "nothing"
