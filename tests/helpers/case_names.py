"""The names that belong to one case, and the texts of a module in which one might stand."""

import ast
import re
from pathlib import Path

from labutils.incident import cases


def names_of(case: cases.Incident) -> set[str]:
    """The zones, identities, credentials, services, facts and addresses of a case."""
    estate = case.estate
    return {
        *estate.zones,
        *estate.identities,
        *estate.credentials,
        *estate.services,
        *case.ledger.facts,
        *(address.ip for address in case.addresses.values()),
        *(identity.home for identity in estate.identities.values()),
    }


def texts(path: Path) -> set[str]:
    """The texts of a module that are no docstrings, and the parts of scopes and addresses."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    said -= {
        ast.get_docstring(node, clean=False) or ""
        for node in ast.walk(tree)
        if isinstance(node, documented)
    }
    names = {part for text in said if " " not in text for part in re.split("[:/]", text)}
    return said | names
