"""Work with HAR files, a browser's record of its traffic: export, reading, forensics, cleaning."""

from labutils.har.cleaning import Cleaner, clean, clean_with, said
from labutils.har.export import export
from labutils.har.files import CannotRead, Cleaned, clean_file
from labutils.har.forensics import Finding, findings, strings, sweep
from labutils.har.reading import NotHar, read

__all__ = [
    "CannotRead",
    "Cleaned",
    "Cleaner",
    "Finding",
    "NotHar",
    "clean",
    "clean_file",
    "clean_with",
    "export",
    "findings",
    "read",
    "said",
    "strings",
    "sweep",
]
