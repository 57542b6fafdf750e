"""07 · HAR files: what its notebook imports."""

from . import cleaner_grade, recorded_case
from .cleaner_grade import PLAIN
from .default_deny import clean_error, clean_url, put_back, tag, texts
from .recorded_case import print_entries
