"""The wheels of the browser's Python: fetched by their hashes, and made fit for it."""

import base64
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator

from labutils.incident.background.store import PACKED
from tools.environments import pip
from tools.lessons import stored

HERE = pathlib.Path(__file__).resolve().parent
HOUSE = HERE.parent.parent
STAND_IN = HOUSE / "tests" / "tools" / "lite" / "cryptography"
FIRST_DATE = (1980, 1, 1, 0, 0, 0)  # of a zip file, so that the same files make the same wheel
COMPILED = (".so", ".c", ".h", ".pyx", ".pxd")

# What would grow more than it gains: most modules of these are loaded by nobody.
RARE = ("ipython-", "jedi-", "labutils_", "parso-", "prompt_toolkit-", "pygments-", "wcwidth-")

PURE = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"  # a WHEEL file

MAKE_WORLDS = """
from labutils.lessons.lesson_10 import another_intruder, hunting
hunting.a_month()
hunting.unseen()
another_intruder.another_month()
"""

Files = dict[str, bytes]


def fetch(folder: pathlib.Path) -> list[pathlib.Path]:
    """What wheels.txt names, without a compiled part.

    Where a package has no wheel without one, the wheel for Linux is taken: its parts in Python
    work alone. Raises subprocess.CalledProcessError where pip fails.
    """
    with tempfile.TemporaryDirectory() as place:
        command = ["download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--require-hashes", "--only-binary", ":all:", "--python-version", "3.14"]
        command += ["--platform", "manylinux2014_x86_64", "--platform", "any"]
        subprocess.run(
            [*pip(), *command, "-r", HERE / "wheels.txt", "-d", place], check=True, cwd=place
        )
        wheels = sorted(pathlib.Path(place).glob("*.whl"))
        return [without_compiled_parts(wheel, folder) for wheel in wheels]


def files_of(wheel: pathlib.Path) -> Files:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}


def without_compiled_parts(wheel: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """A copy in that folder which any Python can use; a pure wheel is copied as it is."""
    name, version, *_, tags = wheel.stem.split("-", 2)
    if tags.endswith("none-any"):
        copy = folder / wheel.name
        copy.write_bytes(wheel.read_bytes())
        return copy
    kept = {
        path: content
        for path, content in files_of(wheel).items()
        if not path.endswith((*COMPILED, "/RECORD"))
    }
    about = f"{name}-{version}.dist-info/WHEEL"
    kept[about] = re.sub(rb"(?m)^Tag: .*\n", b"", kept[about]).rstrip() + b"\nTag: py3-none-any\n"
    return pack(kept, name, version, folder)


def compile_modules(folder: pathlib.Path, node: str, pyodide: pathlib.Path) -> None:
    """Put compiled modules into the wheels of a folder: Pyodide keeps none, and would compile each
    module again in each new kernel. Raises subprocess.CalledProcessError."""
    wheels = [path for path in sorted(folder.glob("*.whl")) if not path.name.startswith(RARE)]
    with tempfile.TemporaryDirectory() as place:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(pathlib.Path(place, wheel.stem))
        subprocess.run([node, HERE / "compile.mjs", pyodide, place], check=True)
        for wheel in wheels:
            name, version, _ = wheel.stem.split("-", 2)
            wheel.unlink()  # the new one says py3 where it said py2.py3
            pack(dict(_files_below(pathlib.Path(place, wheel.stem))), name, version, folder)


def pack(files: Files, name: str, version: str, folder: pathlib.Path) -> pathlib.Path:
    """A pure wheel of these files; their RECORD is written anew."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    record = f"{name}-{version}.dist-info/RECORD"
    lines = [f"{file},{_sum(content)},{len(content)}\n" for file, content in sorted(files.items())]
    whole = {**files, record: "".join([*lines, f"{record},,\n"]).encode()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, content in sorted(whole.items()):
            entry = zipfile.ZipInfo(file, FIRST_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return path


def _sum(content: bytes) -> str:
    """As RECORD writes a hash."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return f"sha256={digest.rstrip(b'=').decode()}"


def own(folder: pathlib.Path) -> pathlib.Path:
    """The wheel of labutils, by the course's own build. Raises subprocess.CalledProcessError."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(build, check=True, cwd=HOUSE, capture_output=True)
    (wheel,) = folder.glob("anatomy_of_a_cloud_hack-*.whl")
    return wheel


def stand_in(folder: pathlib.Path) -> pathlib.Path:
    """The stand-in for cryptography as a wheel, for a site that must not ask the network."""
    code = {f"{STAND_IN.name}/{name}": text for name, text in _files_below(STAND_IN, "*.py")}
    version = re.search(rb'__version__ = "([^"]+)"', code["cryptography/__init__.py"])
    assert version, "the stand-in says which version of cryptography it stands for"
    about = f"cryptography-{version[1].decode()}.dist-info"
    code[f"{about}/WHEEL"] = PURE
    code[f"{about}/METADATA"] = (
        b"Metadata-Version: 2.1\nName: cryptography\nVersion: %s\nRequires-Dist: ecdsa\n"
        b"Summary: A stand-in for the lessons alone. It protects nothing.\n" % version[1]
    )
    return pack(code, "cryptography", version[1].decode(), folder)


def pictures(folder: pathlib.Path) -> pathlib.Path:
    """A wheel of the lessons' pictures as they are stored, by the sentences that say the same: for
    a site without matplotlib."""
    found = {}
    for lesson in stored():
        for cell in json.loads(lesson.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                if drawn := output.get("data", {}).get("image/png"):
                    about = output["metadata"]["image/png"]
                    found[about["alt"]] = ("".join(drawn), about["width"])
    code = {"labutils_pictures.py": f"PICTURES = {found!r}\n".encode()}
    return unpublished("labutils-pictures", code, "Pictures of the lessons, drawn before.", folder)


def worlds(folder: pathlib.Path) -> pathlib.Path:
    """A wheel of the months of logs that lesson 10 would make first: in a browser that takes
    longer than to load them. Raises subprocess.CalledProcessError."""
    with tempfile.TemporaryDirectory() as place:
        kept = {**os.environ, "LABUTILS_CACHE": place}
        subprocess.run([sys.executable, "-c", MAKE_WORLDS], check=True, cwd=HOUSE, env=kept)
        return worlds_kept_in(pathlib.Path(place), folder)


def worlds_kept_in(cache: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """A wheel of the worlds in a cache, where labutils.incident.background.keep looks for them."""
    code = {f"{PACKED}/{name}": content for name, content in _files_below(cache)}
    code[f"{PACKED}/__init__.py"] = b'"""Months of logs, made before."""\n'
    summary = "Months of logs for lesson 10, made before."
    return unpublished("labutils-worlds", code, summary, folder)


def unpublished(name: str, files: Files, summary: str, folder: pathlib.Path) -> pathlib.Path:
    """A pure wheel of version 0 that is made here, and published nowhere."""
    spelt = name.replace("-", "_")
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 0\nSummary: {summary}\n"
    about = {"WHEEL": PURE, "METADATA": metadata.encode()}
    more = {f"{spelt}-0.dist-info/{file}": content for file, content in about.items()}
    return pack({**files, **more}, spelt, "0", folder)


def _files_below(folder: pathlib.Path, pattern: str = "*") -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob(pattern)):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()
