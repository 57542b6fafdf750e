"""Generate an incident that nobody told you about from a seed, to be hunted, reported and graded.

A learner gets a folder of logs and tables. `python -m labutils capstone` is the same as a command.
"""

from labutils.capstone.asking import ask
from labutils.capstone.case_file import as_html
from labutils.capstone.folder import new
from labutils.capstone.grading import ReportGrade, grade
from labutils.capstone.incident import Drawn, draw
from labutils.capstone.report import Fault, IncidentReport, read_report

__all__ = [
    "Drawn",
    "Fault",
    "ReportGrade",
    "IncidentReport",
    "as_html",
    "ask",
    "draw",
    "grade",
    "new",
    "read_report",
]
