"""HAR files, what a browser keeps of its traffic: export, reading, forensics, cleaning."""

from labutils.incident.har.cleaning import Cleaner, clean, clean_with, said
from labutils.incident.har.export import export
from labutils.incident.har.files import CannotRead, Cleaned, clean_file
from labutils.incident.har.forensics import Finding, findings, strings, sweep
from labutils.incident.har.reading import NotHar, read

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
