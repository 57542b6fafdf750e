"""What a learner brings to an incident."""

from pathlib import Path

import pytest

from labutils.capstone.brought import LARGEST, bring, rules_of
from labutils.capstone.report import Fault
from labutils.classroom import toolbox
from labutils.classroom.course import lesson

RULE = next(one.solution for one in lesson("10").exercises if one.id == "10-9")
DETECTION = next(one.solution for one in lesson("10").exercises if one.id == "10-1")


@pytest.fixture
def incident(tmp_path: Path) -> Path:
    """A folder as `new` leaves it, as far as a toolbox goes."""
    (tmp_path / "first" / "rules").mkdir(parents=True)
    return tmp_path / "first"


def test_a_toolbox_comes_along_with_its_whole_rules(incident: Path, tmp_path: Path) -> None:
    file = tmp_path / "toolbox.py"
    file.write_text(
        f"{RULE}\n{DETECTION}\ndef elsewhere(lines):\n    return lines\n", encoding="utf-8"
    )
    rules = rules_of(file)
    assert [*rules] == ["rule_file"], "a detection alone is no rule"
    bring(file, rules, incident)
    assert (incident / "toolbox.py").read_bytes() == file.read_bytes()
    assert (incident / "rules" / "rule_file.yml").read_text(encoding="utf-8").startswith("title:")


def test_what_check_keeps_is_what_the_incident_gets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(toolbox.SWITCH, str(tmp_path / "toolbox.py"))
    space: dict[str, str] = {}
    exec(RULE, space)
    toolbox.keep("10-9", "rule_file", space["rule_file"])
    assert rules_of(tmp_path / "toolbox.py") == {"rule_file": space["rule_file"]}


def test_a_toolbox_is_read_and_never_run(tmp_path: Path) -> None:
    file, proof = tmp_path / "toolbox.py", tmp_path / "proof"
    file.write_text(f"open({str(proof)!r}, 'w')\n", encoding="utf-8")
    assert rules_of(file) == {}
    assert not proof.exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [("def broken(:", "cannot be read as Python"), ("#" * (LARGEST + 1), "is larger than 256 kB")],
)
def test_what_is_no_toolbox_is_refused_with_a_sentence(
    tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "toolbox.py"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Fault, match=reason):
        rules_of(file)
