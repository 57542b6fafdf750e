"""07 · HAR files: what its notebook imports."""

from . import cleaner_grade, recorded_case
from .cleaner_grade import PLAIN
