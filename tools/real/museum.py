"""Versions of then: which forgery each let in, and whether the next version still does.

`make real ARGS=museum` is for maintainers: it installs old versions with known holes, each into a
folder of its own below build/, and nowhere else. `museum_piece.py` and `museum_piece.cjs` run in
these folders.
"""

import shutil
import subprocess
import sys
import venv
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tools.real.asking import told

HERE = Path(__file__).resolve().parent
FOLDERS = HERE.parent.parent / "build" / "real" / "museum"


@dataclass(frozen=True)
class Piece:
    """A library, a version, and the one after it; the call; which forgery it lets in; and who
    reported it, where."""

    library: str
    version: str
    mended: str
    language: str
    call: str
    forgery: str
    report: str
    url: str


ADVISORY = "https://github.com/advisories/"
PIECES = (
    Piece(
        "PyJWT", "2.12.1", "2.13.0", "Python", "jwt.decode(token, jwk, ['HS256', 'RS256'])",
        "HS256, secret: the public key (JWK)",
        "CVE-2026-48526", ADVISORY + "GHSA-xgmm-8j9v-c9wx",
    ),
    Piece(
        "jsonwebtoken", "8.5.1", "9.0.0", "JavaScript", "verify(token, undefined)", "alg none",
        "CVE-2022-23540", ADVISORY + "GHSA-qwph-4952-7xr6",
    ),
    Piece(
        "Authlib", "1.3.0", "1.3.1", "Python", "jwt.decode(token, pem)",
        "HS256, secret: the public key (PEM)",
        "CVE-2024-37568", "https://github.com/authlib/authlib/issues/654",
    ),
    Piece(
        "fast-jwt", "3.3.1", "3.3.2", "JavaScript", "createVerifier({ key: pem })",
        "HS256, secret: the public key (PKCS#1)",
        "CVE-2023-48223", ADVISORY + "GHSA-c2ff-88x2-x9pg",
    ),
    Piece(
        "python-jose", "3.3.0", "3.4.0", "Python", "jwt.decode(token, key)",
        "HS256, secret: the public key (OpenSSH)",
        "CVE-2024-33663", "https://github.com/mpdavis/python-jose/issues/346",
    ),
    Piece(
        "python-jwt", "3.3.3", "3.3.4", "Python", "verify_jwt(token, key, ['RS256'])",
        "two forms of JWS in one text",
        "CVE-2022-39227", "https://github.com/pypa/advisory-database/pull/97",
    ),
)  # fmt: skip


def exhibited(asked: dict[str, Any]) -> dict[str, Any]:
    """Return each piece with whom its version and the mended one let in for its forgery. `asked`
    holds the forgeries and the keys."""
    return {
        piece.library: asdict(piece)
        | {
            "lets in": whom(piece, piece.version, asked),
            "mended lets in": whom(piece, piece.mended, asked),
        }
        for piece in PIECES
    }


def whom(piece: Piece, version: str, asked: dict[str, Any]) -> str | None:
    """Whom this version lets in for the forgery of a piece."""
    folder = FOLDERS / f"{piece.library}-{version}"
    if piece.language == "Python":
        command = [python_in(folder, piece.library, version), str(HERE / "museum_piece.py")]
    else:
        node_in(folder, piece.library, version)
        command = [str(shutil.which("node")), str(HERE / "museum_piece.cjs")]
    more = (piece.library, piece.forgery)
    says: str | None = told(*command, question=asked, cwd=folder, more=more)
    return says


def python_in(folder: Path, library: str, version: str) -> str:
    """The Python of an environment that has this version."""
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, clear=True, with_pip=True)
        pins = [f"{library}=={version}", "cryptography<47", "setuptools<80"]
        subprocess.run([python, "-m", "pip", "install", "-q", *pins], check=True)
        (folder / "ready").touch()
    return str(python)


def node_in(folder: Path, library: str, version: str) -> None:
    """Install this version below the folder."""
    if not (folder / "node_modules" / library).exists():
        folder.mkdir(parents=True, exist_ok=True)
        options = ["--no-audit", "--no-fund", "--ignore-scripts", "--silent", "--no-save"]
        subprocess.run(
            [str(shutil.which("npm")), "install", f"{library}@{version}", *options],
            cwd=folder, check=True, stdout=sys.stderr,
        )  # fmt: skip
