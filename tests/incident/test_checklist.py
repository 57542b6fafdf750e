"""Lesson 15: the checklist points to lessons and controls, and no answer breaks its tables."""

import contextlib
import csv
import io
import re
from datetime import date
from html.parser import HTMLParser

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tables import table

from labutils import __main__ as commands
from labutils.incident.checklist import (
    BLANKS,
    EFFORTS,
    HEAD,
    LEGEND,
    PRINTED,
    TITLE,
    Answer,
    answers_in,
    as_csv,
    as_html,
    as_markdown,
    checklist,
    export,
    rows,
    soon,
    write,
)
from labutils.incident.inventory import controls
from labutils.lab import data_file

LINES = checklist()
IDS = yaml.safe_load(data_file("control-ids.yaml").read_text(encoding="utf-8"))
HOSTILE = '<script>alert("1")</script> | & \'"\n=1'


# --- what it says -------------------------------------------------------------------------------


@table("line", LINES, ids=lambda line: line.id)
def test_a_line_is_one_question_with_a_proof_and_all_that_a_team_needs(line):
    assert line.ask.endswith("?") and line.ask.count("?") == 1
    assert line.ask.split()[0] in ("Is", "Does", "Do", "Can", "Was")
    assert len(line.proof.split(". ")) >= 2 or " and look at " in line.proof
    assert line.proof.endswith(".") and "lesson" not in line.proof
    assert line.lesson in {f"{number:02}" for number in range(1, 16)}
    assert line.priority in (1, 2, 3) and line.owner and line.effort


def test_a_line_is_printed_with_its_id_and_no_word_of_its_proof_is_cut():
    for line in LINES:
        head, *proof = str(line).splitlines()
        assert head == f"{line.id}: {line.ask}"
        assert " ".join(part.strip() for part in proof) == line.proof
        assert max(map(len, proof)) <= 96


def test_the_lines_to_begin_with_are_urgent_and_take_no_weeks():
    assert 5 < len(soon()) < len(LINES) / 2
    for line in LINES:
        assert (line in soon()) is (line.priority == 1 and line.effort in ("hours", "days"))


def test_each_line_is_there_once_and_the_urgent_ones_come_first():
    assert len({line.id for line in LINES}) == len(LINES) == 36
    order = [(line.priority, EFFORTS.index(line.effort)) for line in LINES]
    assert order == sorted(order)


def test_no_question_is_answered_well_by_a_no():
    """One polarity: none asks for what should not be."""
    negative = r"\b(?:not|no|without|lack|missing|more than)\b(?! identified| an outage| the key)"
    doubtful = [line.ask for line in LINES if re.search(negative, line.ask)]
    assert doubtful == [
        "Is a credential switched off if it has not been used for 45 days?",
        "Is a service token refused from a machine that does not belong to its owner?",
    ]


@table(
    ("line", "says"),
    [
        ("old-secrets", "First check that a live secret opens the door"),
        ("recordings", "the session's own browser is still let in"),
        ("inventory", "logs have no unused tokens"),
        ("sessions", "once in the same network and once in another"),
        ("key-emergency", "keep a test token that lives longer than an hour"),
        ("revocation-arrives", "a hosted service stays running"),
    ],
)
def test_a_proof_gives_no_false_yes_and_can_be_done_with_bought_products(line, says):
    assert says in next(one.proof for one in LINES if one.id == line)


def test_what_the_review_of_a_response_asks_for_is_asked():
    assert {
        "revocation-arrives",
        "key-rollover",
        "recovery",
        "response-time",
        "old-secrets",
        "made-inside",
        "gateway-passes",
        "restore",
        "supplier-secrets",
        "outside-accounts",
        "log-retention",
        "evidence",
    } <= {line.id for line in LINES}


# --- the controls -------------------------------------------------------------------------------


def test_each_control_that_a_line_names_was_looked_up_and_each_that_was_is_named():
    assert {one for line in LINES for one in line.nist} == set(IDS["nist"])
    assert {one for line in LINES for one in line.cis} == set(IDS["cis"])


@table(
    ("line", "nist", "cis"),
    [  # looked up in SP 800-53 release 5.2.0 and in CIS Controls v8.1
        ("recordings", ("IA-5",), ("3.1", "3.13")),
        ("sessions", ("SC-23",), ()),
        ("console-and-api", ("AC-3",), ("16.10",)),
        ("inventory", ("AC-2", "IA-5"), ("5.1", "5.5")),
        ("token-binding", ("IA-9", "SC-23"), ()),
        ("recovery", ("IA-5",), ()),
        ("new-accounts", ("AC-2", "SI-4"), ("8.11", "13.1")),
        ("egress", ("AU-12", "SC-7"), ("13.3", "13.6")),
    ],
)
def test_a_line_stands_for_the_controls_that_are_about_it(line, nist, cis):
    stands_for = next((one.nist, one.cis) for one in LINES if one.id == line)
    assert stands_for == (nist, cis)


@pytest.mark.parametrize(
    ("control", "nist"),
    [
        ("recordings_cleaned", ("IA-5",)),
        ("console_managed_devices", ("AC-20", "CM-8")),
        ("service_tokens_bound", ("SC-23", "IA-9")),
    ],
)
def test_a_decision_stands_for_the_controls_that_are_about_it(control, nist):
    assert controls()[control].nist == nist


# --- as a table ---------------------------------------------------------------------------------


class Table(HTMLParser):
    """The cells of a page, and all that it would load or run."""

    def __init__(self, page):
        super().__init__()
        self.cells, self.loads, self.open = [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.open = tag in ("td", "th")
        self.cells += [""] if self.open else []
        named = {name for name, _ in attrs} & {"src", "href", "onload", "onclick", "action"}
        if named or tag in ("script", "link", "img", "iframe", "object", "form"):
            self.loads.append(tag)

    def handle_data(self, data):
        if self.open:
            self.cells[-1] += data

    def handle_endtag(self, tag):
        self.open = self.open and tag not in ("td", "th")


def cell_of(table, answer_line, column):
    return table[[row[1] for row in table].index(answer_line)][HEAD.index(column)]


def test_answers_stand_in_their_lines_and_an_answer_to_no_question_is_refused():
    table = rows({"egress": Answer("no", "none", "Mia", "2026-12-24")})
    assert cell_of(table, "egress", "yes, no or n.a.") == "no"
    assert cell_of(table, "egress", "owner") == "Mia"
    assert cell_of(table, "egress", "due") == "2026-12-24"
    assert cell_of(table, "sessions", "owner") == "identity"
    with pytest.raises(KeyError, match="no line 'coffee'"):
        rows({"coffee": Answer("no")})


def test_a_word_alone_is_an_answer_and_a_yes_needs_more():
    assert rows({"egress": "no"}) == rows({"egress": Answer("no")})
    with pytest.raises(ValueError, match="'yes' needs evidence"):
        rows({"egress": "yes"})
    with pytest.raises(ValueError, match="answer must be one of 'yes', 'no', 'n.a.', not 'maybe'"):
        rows({"egress": "maybe"})


@table(
    ("answer", "evidence", "says"),
    [
        ("partly", "some", "one of 'yes', 'no', 'n.a.', not 'partly'"),
        ("Yes", "seen", "not 'Yes'"),
        (True, "seen", "not True"),
        ("yes", "", "'yes' needs evidence: say what was seen"),
        ("yes", " ", "'yes' needs evidence"),
        ("n.a.", "", "'n.a.' needs evidence: say why not"),
    ],
)
def test_an_answer_is_yes_no_or_not_applicable_and_a_yes_has_evidence(answer, evidence, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        Answer(answer, evidence)


def test_a_no_and_a_blank_need_no_evidence():
    assert Answer("no").evidence == Answer().evidence == ""
    assert Answer("n.a.", "no gateway").answer == "n.a."


def test_a_line_without_a_date_is_due_in_the_turn_of_its_owner():
    """A team can follow it: of each owner one line a fortnight, the most urgent first."""
    answers = {
        "egress": Answer(due="2027-01-01"),
        "gateway-passes": Answer("yes", "seen"),
        "recordings": Answer(owner="Mia"),
        "recovery": Answer(owner="Mia"),
    }
    table = rows(answers, date(2026, 12, 1))
    assert cell_of(table, "egress", "due") == "2027-01-01"
    assert cell_of(table, "gateway-passes", "due") == ""  # done
    assert cell_of(table, "lists-enforced", "due") == "2026-12-15"  # the first that is open
    mias = [cell_of(table, line, "due") for line in ("recordings", "recovery")]
    assert sorted(mias) == ["2026-12-15", "2026-12-29"]
    dues = [(row[HEAD.index("owner")], row[HEAD.index("due")]) for row in table[1:] if row[7]]
    assert len(set(dues)) == len(dues)
    assert {row[HEAD.index("due")] for row in rows()[1:]} == {""}


def test_what_comes_first_is_few_enough_to_begin_with():
    assert sum(line.priority == 1 for line in LINES) <= 13


def test_each_control_of_the_model_has_a_line_or_a_reason():
    sheet = yaml.safe_load(data_file("checklist.yaml").read_text(encoding="utf-8"))
    named = [control for line in LINES for control in line.controls]
    assert len(named) == len(set(named)) and not set(named) & sheet["without"].keys()
    assert set(named) | sheet["without"].keys() == controls().keys()
    assert all(reason.endswith(".") and len(reason) > 30 for reason in sheet["without"].values())


def test_no_answer_breaks_the_markdown_or_begins_a_formula():
    table = rows({"rotation-drill": Answer("no", HOSTILE), "egress": Answer("no", "=HYPERLINK(1)")})
    lines = as_markdown(table).splitlines()
    assert lines[:4] == [f"# {TITLE}", "", LEGEND, ""]
    assert len(lines) == len(LINES) + 6
    assert all(len(re.split(r"(?<!\\)\|", line)) == len(HEAD) + 2 for line in lines[4:])
    read = {row[1]: row for row in csv.reader(io.StringIO(as_csv(table)))}
    evidence = HEAD.index("evidence")
    assert read["egress"][evidence] == "'=HYPERLINK(1)"
    assert read["rotation-drill"][evidence] == HOSTILE


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=60))
def test_whatever_an_answer_holds_is_text_on_the_page(text):
    page = as_html(rows({"egress": Answer("no", text)}))
    read = Table(page)
    assert not read.loads and "http" not in page.replace(text, "")
    assert text in read.cells
    assert len(read.cells) == len(PRINTED) * (len(LINES) + 1)


def test_a_hostile_answer_is_escaped_and_the_page_fits_a4_landscape():
    page = as_html(rows({"egress": Answer("no", HOSTILE)}))
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "A4 landscape" in page and "table-header-group" in page
    assert sum(PRINTED.values()) <= 277 - 1 and PRINTED["evidence"] >= 50


def test_the_page_has_room_for_who_filled_it_in_and_the_controls_of_a_line_in_one_cell():
    page = as_html(rows())
    assert all(f"<span>{name}:</span>" in page for name in BLANKS)
    assert "<td>AC-3<br>CIS 16.10</td>" in page and "<td>SC-23</td>" in page
    assert "<td>egress</td>" not in page


# --- the command --------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["md", "csv", "html", "HTML"])
def test_the_command_writes_a_file_as_its_ending_says(tmp_path, capsys, ending):
    out = tmp_path / f"sheet.{ending}"
    assert commands.main(["checklist", str(out), "--from", "2026-12-01"]) == 0
    said = capsys.readouterr().out
    assert f"{len(LINES)} questions" in said and "Each owner has a line due every 14 days" in said
    text = out.read_text(encoding="utf-8")
    assert "2026-12-15" in text and LINES[0].ask in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["sheet.txt"], "the name must end in .md, .csv, .html"),
        (["sheet.md", "--from", "soon"], "--from must be a day such as 2026-12-01, not soon"),
        (["sheet.md", "--from", "9999-12-31"], "--from must be a day"),
        (["no/folder/sheet.md"], "cannot be written: No such file or directory"),
    ],
)
def test_a_wrong_argument_gets_a_sentence_and_writes_nothing(
    tmp_path, monkeypatch, capsys, arguments, says
):
    monkeypatch.chdir(tmp_path)
    assert commands.main(["checklist", *arguments]) == 2
    assert says in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_a_file_that_exists_is_replaced_only_when_it_is_asked_for(tmp_path, capsys):
    out = tmp_path / "sheet.md"
    out.write_text("mine", encoding="utf-8")
    assert commands.main(["checklist", str(out)]) == 2
    assert "exists" in capsys.readouterr().err and out.read_text(encoding="utf-8") == "mine"
    assert commands.main(["checklist", str(out), "--force"]) == 0
    assert out.read_text(encoding="utf-8").startswith(f"# {TITLE}")


def test_a_spreadsheet_reads_ids_and_names_as_they_are(tmp_path):
    table = rows({"egress": Answer(owner="Jörg")})
    assert cell_of(table, "console-and-api", "CIS v8.1") == "CIS 16.10"
    out = tmp_path / "sheet.csv"
    write(out, table)
    assert out.read_bytes().startswith(b"\xef\xbb\xbfno.,line,") and "Jörg" in out.read_text(
        "utf-8"
    )
    write(out, rows())
    assert out.read_bytes().startswith(b"no.,line,")


# --- the files of a learner ---------------------------------------------------------------------

ANSWERED = {"egress": Answer("no", "no flow logs")}


def texts(folder):
    return {path.name: path.read_bytes() for path in folder.glob("team-checklist*")}


def filled(sheet, **cells):
    """A CSV as somebody fills it in: cells of the line `egress`."""
    table = list(csv.DictReader(io.StringIO(sheet.read_text(encoding="utf-8-sig"))))
    next(row for row in table if row["line"] == "egress").update(cells)
    out = io.StringIO()
    writer = csv.DictWriter(out, HEAD)
    writer.writeheader()
    writer.writerows(table)
    sheet.write_text(out.getvalue(), encoding="utf-8")


def test_an_export_follows_the_answers_and_then_what_was_filled_in(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    export("exports", {})
    export("exports", ANSWERED)
    assert "kept" not in capsys.readouterr().out
    sheet = tmp_path / "exports" / "team-checklist.csv"
    filled(sheet, **{"yes, no or n.a.": "Yes", "evidence": "=1+1", "owner": "Mia"})
    export("exports", ANSWERED)
    said = capsys.readouterr().out
    assert "exports/team-checklist.csv: your answers were read from it." in said
    assert "kept as team-checklist.yours.csv" in said
    page, text = (sheet.with_suffix(end).read_text(encoding="utf-8") for end in (".html", ".md"))
    assert "<td>=1+1</td><td>Mia</td>" in page and "| yes |" in text
    assert answers_in(sheet)["egress"] == Answer("yes", "=1+1", "Mia")


def test_three_files_never_disagree_however_often_they_go_round(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    export("exports", ANSWERED)
    sheet = tmp_path / "exports" / "team-checklist.csv"
    odd = "'quoted', \"so\"; =x"
    filled(sheet, **{"yes, no or n.a.": "no", "evidence": odd, "due": "2027-01-01"})
    export("exports", {})
    first = texts(tmp_path / "exports")
    answers = answers_in(sheet)
    for ending in (".md", ".csv", ".html"):
        out = tmp_path / f"again{ending}"
        assert commands.main(["checklist", str(out), "--answers", str(sheet)]) == 0
        assert out.read_bytes() == first[f"team-checklist{ending}"]
    assert answers_in(tmp_path / "again.csv") == answers


def test_a_page_that_somebody_changed_is_kept_under_another_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    export("exports", {})
    page = tmp_path / "exports" / "team-checklist.html"
    for name in ("team-checklist.yours.html", "team-checklist.yours-2.html"):
        page.write_text("mine", encoding="utf-8")
        export("exports", ANSWERED)
        assert f"kept as {name}" in capsys.readouterr().out
        assert page.with_name(name).read_text(encoding="utf-8") == "mine"
    assert "no flow logs" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("notes", ["", "[]", "{", '{"team-checklist.csv": 1}', "\udcff"])
def test_without_a_note_of_its_own_a_file_is_read_and_kept(tmp_path, capsys, notes):
    export(str(tmp_path), ANSWERED)
    note = tmp_path / ".checklist.json"
    note.write_text(notes, encoding="utf-8", errors="surrogateescape")
    before = texts(tmp_path)
    export(str(tmp_path), {})
    assert capsys.readouterr().out.count("kept as") == 3
    assert {name: texts(tmp_path)[name] for name in before} == before


# --- a CSV that comes back ------------------------------------------------------------------------


def test_a_sheet_needs_no_more_than_the_line_and_the_answer(tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text('line,"yes, no or n.a."\negress,no\n', encoding="utf-8")
    assert answers_in(sheet) == {"egress": Answer("no", "")}


def test_a_spreadsheet_may_save_it_with_semicolons_in_its_own_encoding(tmp_path):
    sheet = tmp_path / "sheet.csv"
    lines = "line;yes, no or n.a.;evidence\r\negress;NO;Zürich\r\nours;x;y\r\n"
    sheet.write_bytes(lines.encode("cp1252"))
    assert answers_in(sheet) == {"egress": Answer("no", "Zürich")}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is not a checklist"),
        ("mine", "is not a checklist"),
        ('line,"yes, no or n.a."\negress,maybe\n', "line 2: answer must be one of"),
        ('line,"yes, no or n.a."\nx,y\negress,yes\n', "line 3: 'yes' needs evidence"),
    ],
)
def test_what_is_no_answer_gets_a_sentence_and_nothing_is_written(tmp_path, capsys, content, says):
    sheet = tmp_path / "team-checklist.csv"
    sheet.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(says)):
        answers_in(sheet)
    assert commands.main(["checklist", str(tmp_path / "a.md"), "--answers", str(sheet)]) == 2
    assert says in capsys.readouterr().err
    export(str(tmp_path), {})
    assert "Nothing was written" in capsys.readouterr().out
    assert sheet.read_text(encoding="utf-8") == content and len(list(tmp_path.iterdir())) == 1


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_file_gives_answers_or_a_sentence(tmp_path_factory, head, text):
    sheet = tmp_path_factory.mktemp("any") / "sheet.csv"
    sheet.write_bytes(f'line,"yes, no or n.a.",{head}\n{text}'.encode(errors="replace"))
    with contextlib.suppress(ValueError):  # and nothing else
        assert set(answers_in(sheet)) <= {line.id for line in LINES}
