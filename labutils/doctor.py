"""Find what is broken in this set-up, and the command that fixes it: `python -m labutils doctor`.

It runs on the standard library alone, since what it examines may be what is broken. Each package is
imported in a process of its own, so that a crash is a line and not the end.
"""

import ast
import gzip
import importlib.machinery
import importlib.metadata
import importlib.util
import json
import operator
import os
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

from labutils import supported
from labutils.text import DISTRIBUTION, shown

ROOT = (
    Path(__file__).resolve().parent.parent
)  # the repository, or the folder that the wheel was unpacked into
PYPROJECT = ROOT / "pyproject.toml"
DATA = ROOT / "data" if (ROOT / "data").exists() else ROOT / "labutils" / "_data"
LONGEST_IMPORT = 60  # seconds that a package may take to be imported
LONGEST_START = 60  # seconds until a kernel must have answered

# What is imported of a package, where that is not its own name: deep enough to load its compiled
# parts.
MODULES = {
    "cryptography": "cryptography.hazmat.primitives.asymmetric.ec",
    "fido2": "fido2.client",
    "google-re2": "re2",
    "ipython": "IPython.display",
    "jupyterlab": "jupyterlab.labapp",
    "matplotlib": "matplotlib.backends.backend_agg",
    "nbval": "nbval.plugin",
    "pillow": "PIL.Image",
    "pyjwt": "jwt.api_jwk",
    "pysigma": "sigma.collection",
    "pysigma-backend-sqlite": "sigma.backends.sqlite",
    "pyyaml": "yaml",
    "werkzeug": "werkzeug.wrappers",
}
NOT_IN_A_BROWSER = ("matplotlib", "pillow")  # where it is offline: sentences instead of pictures
FROM_PYODIDE = (
    "it comes from the site, or from Pyodide's server (cdn.jsdelivr.net). Check that this browser "
    "is online and can reach it, then reload the page."
)

# What labutils imports before a package, where a browser lacks a part of it.
IMPORTED_BEFORE = {
    "fido2": "labutils.identity.devices",
    "pysigma": "labutils.hunt.compiled_parts",
    "pysigma-backend-sqlite": "labutils.hunt.compiled_parts",
}

Line = tuple[bool, str]  # whether all is well, and the sentence


@dataclass(frozen=True)
class Package:
    """A package that the course needs, and the versions that fit.

    `extra` is empty where labutils itself needs it.
    """

    name: str
    versions: str
    extra: str = ""

    @property
    def module(self) -> str:
        return MODULES.get(self.name, self.name)

    @property
    def installed(self) -> str | None:
        """The installed version according to its metadata, or None."""
        try:
            return importlib.metadata.version(self.name)
        except importlib.metadata.PackageNotFoundError:
            return None


# --- what is wanted -----------------------------------------------------------------------------


def packages() -> list[Package]:
    """Return what pyproject.toml requires, or the metadata of an installed labutils.

    What it needs comes first, then the extras.
    """
    if pyproject := _pyproject():
        project = pyproject["project"]
        extras = project["optional-dependencies"]
        asked = [(line, "") for line in project["dependencies"]]
        asked += [(line, extra) for extra in ("lab",) for line in extras[extra]]
        asked = [(line.partition(";")[0], extra) for line, extra in asked if _is_for_here(line)]
    else:
        wanted_by = _installed_metadata().get_all("Requires-Dist") or []
        lines = [line.partition(";") for line in wanted_by if _is_for_here(line)]
        named = [(line, re.search(r"extra == ['\"](\w+)", marker)) for line, _, marker in lines]
        asked = [(line, extra[1] if extra else "") for line, extra in named]
    wanted = [
        (re.match(r"([\w.-]+)\s*(.*)", line), extra)
        for line, extra in asked
        if extra in ("", "lab")
    ]
    return [Package(match[1].lower(), match[2].strip(), extra) for match, extra in wanted if match]


def _is_for_here(line: str) -> bool:
    """Whether a requirement is for this Python: one that is not for a browser's says so."""
    return sys.platform != "emscripten" or "!= 'emscripten'" not in line.replace('"', "'")


def _pyproject() -> dict[str, Any]:
    """Return what pyproject.toml says; nothing where there is none, as beside a wheel."""
    import tomllib

    return tomllib.loads(PYPROJECT.read_text(encoding="utf-8")) if PYPROJECT.exists() else {}


def _installed_metadata() -> importlib.metadata.PackageMetadata | Message:
    """The metadata of labutils, which are empty where it lies on the path without having been
    installed."""
    try:
        return importlib.metadata.metadata(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return Message()


def locked() -> dict[str, set[str]]:
    """Return the versions in requirements.txt by package; empty if there is no such file.

    A package for some machines alone is left out, and so is what .venv does without for speed.
    """
    without = _pyproject().get("tool", {}).get("labutils", {}).get("left-out-for-speed", [])
    path = ROOT / "requirements.txt"
    pins: dict[str, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        if match := re.fullmatch(r"([\w.-]+)==(\S+) \\", line):
            pins.setdefault(match[1], set()).add(match[2])
    return {name: versions for name, versions in pins.items() if name not in without}


def satisfies(version: str, wanted: str) -> bool:
    """Return whether a version is one of `wanted`: comparisons such as >=2.15,<3."""
    compare = {">=": operator.ge, "<": operator.lt, "==": operator.eq}
    bounds = re.findall(r"(>=|==|<)\s*([\d.]+)", wanted)
    return all(compare[sign](_release(version), _release(bound)) for sign, bound in bounds)


def _release(version: str) -> tuple[int, ...]:
    """The numbers of a version without zeros at the end: 2.15.0rc1 is (2, 15)."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(number) for number in found[0].split(".")] if found else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def required() -> list[Package]:
    """Return the packages that each lesson needs, without the extras."""
    return [package for package in packages() if not package.extra]


# --- the command that mends it ------------------------------------------------------------------


def in_own_environment() -> bool:
    """Return whether this Python is the one of the repository's own .venv."""
    return Path(sys.prefix).resolve() == ROOT / ".venv"


def _say(verb: str) -> str:
    return f"py tools\\course.py {verb}" if os.name == "nt" else f"make {verb}"


def _reinstall(package: Package) -> str:
    if in_own_environment():
        return f"run `{_say('mend')}`"
    first = "`python -m pip uninstall --yes jwt pyjwt`, then " if _overlaid(package) else ""
    force = "--force-reinstall --no-deps " if package.installed else ""
    return f'run {first}`python -m pip install {force}"{package.name}{package.versions}"`'


def again(options: str = "") -> str:
    """Return the command that installs the course's package once more.

    It names the wheel or the folder that the package came from (PEP 610), and no name that an
    index would be asked for: no index has this course.
    """
    source = '"' + (_came_from() or "WHEEL") + '"'
    command = f"`{' '.join(filter(None, ['python -m pip install', options, source]))}`"
    return command if _came_from() else f"{command}, where WHEEL is the file that you installed"


def _came_from() -> str:
    """Return the path of the wheel or the folder that this package was installed from; an empty
    text where pip or uv noted none, or it is gone."""
    from urllib.parse import urlsplit
    from urllib.request import url2pathname  # only here, since every lesson imports this module

    try:
        noted = importlib.metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
        url = urlsplit(json.loads(noted or "{}").get("url", ""))
    except (importlib.metadata.PackageNotFoundError, ValueError, AttributeError):
        return ""
    path = url2pathname(url.path) if url.scheme == "file" else ""
    return path if path and Path(path).exists() else ""


def _install(packages: Iterable[Package]) -> str:
    named = " ".join(f'"{package.name}{package.versions}"' for package in packages)
    return f"`python -m pip install {named}`"


def without_jupyterlab() -> str:
    """Return the sentence for a Python that cannot open JupyterLab; empty where it can."""
    if _there("jupyterlab"):
        return ""
    away = [package for package in packages() if package.extra and not package.installed]
    return (
        f"JupyterLab is not installed in this Python. Install it with {_install(away)}, or open "
        "the copies in a notebook server of your own."
    )


# --- one sentence for a lesson ------------------------------------------------------------------


def complaint(error: ImportError | None = None) -> str:
    """Return what a lesson says when it cannot start: the package and the remedy.

    Empty where nothing is missing.

    With the `error` of an import that failed, it is about that one.
    """
    needed = required()
    if error is None:
        away = NOT_IN_A_BROWSER if sys.platform == "emscripten" else ()
        bad = (
            one
            for one in needed
            if one.name not in away and (_overlaid(one) or not _there(one.module))
        )
        package = next(bad, None)
        if package is None:
            return ""
        hidden = " (the package jwt is installed instead)" if _overlaid(package) else ""
        what = f"{package.name} is missing from the Python that runs this{hidden}"
    else:
        top = (error.name or "").partition(".")[0]
        package = next((one for one in needed if one.module.partition(".")[0] == top), None)
        what = f"{package.name if package else 'A package'} cannot be imported ({error})"
    if sys.platform == "emscripten":
        return f"{what}: {FROM_PYODIDE}"
    if in_own_environment() or package is None:
        return (
            f"{what}: run `{_say('mend')}` and start again. `python -m labutils doctor` tells you "
            "more."
        )
    return (
        f"{what}: {_reinstall(package)}. In a folder with the whole course, start it with "
        f"`{_say('lab')}`."
    )


def _overlaid(package: Package) -> bool:
    """Whether the registry's package `jwt`, another library, was installed over PyJWT, which is
    imported as `jwt` too."""
    return package.name == "pyjwt" and _there("jwt.jwa")


def _there(module: str) -> bool:
    """Whether Python would find this module. Nothing is imported."""
    top, *inner = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return False
    for name in inner:
        if spec is None:
            return False
        top = f"{top}.{name}"
        try:
            spec = importlib.machinery.PathFinder.find_spec(top, spec.submodule_search_locations)
        except KeyError:  # a folder without __init__.py, as `sigma.backends`, whose parent
            return True  # was not imported: Python asks for it to know the folder's path
    return spec is not None


# --- the checks ---------------------------------------------------------------------------------


def examine() -> int:
    """Check the set-up, and print one line per check. The exit status is 0 when all is well."""
    well = True
    for good, sentence in checks():
        print(("ok    " if good else "MEND  ") + sentence, flush=True)
        well = well and good
    return 0 if well else 1


def checks() -> Iterator[Line]:
    """Yield the result of each check in turn."""
    python = _python()
    yield python
    if not python[0]:
        return  # whatever else is wrong follows from it
    if sys.platform == "emscripten":
        yield from _in_a_browser()
        return
    own = in_own_environment()
    if not own and _is_bare():
        verb = _say("lab")
        yield (
            False,
            f"this Python has only a few of the course's packages: run `{verb}`, which uses its "
            "own",
        )
        return
    here = [package for package in packages() if package.installed or own or not package.extra]
    yield from _packages(here)
    yield from _rivals()
    if own:
        yield from _rest_of_the_lock({package.name for package in here})
    yield _data()
    away = [package for package in packages() if package.extra and not package.installed]
    if not own and "ipykernel" in {package.name for package in away}:
        yield False, f"lessons need a notebook server, which is not here: run {_install(away)}"
        return
    if not own and "ipywidgets" in {package.name for package in away}:
        buttons = [package for package in away if package.name == "ipywidgets"]
        yield (
            False,
            "ipywidgets is missing, so questions have no buttons, and you type your answers: run "
            f"{_install(buttons)}, and restart the kernel",
        )
    yield from _kernel()
    yield _quiet()


def _is_bare() -> bool:
    """Whether most packages are missing here, and the folder of the course is at hand."""
    needed = required()
    missing = sum(not package.installed for package in needed)
    return missing > len(needed) / 2 and (ROOT / "tools" / "course.py").exists()


def _python() -> Line:
    if sentence := supported.complaint():
        return False, sentence
    version, known = "%d.%d" % sys.version_info[:2], supported.bounds()
    needs = f" (the course needs 3.{known[0][1]} to 3.{known[1][1]})" if known else ""
    return True, f"Python {version}{needs}"


def _in_a_browser() -> Iterator[Line]:
    """The checks for Python in a browser, which can start no other process."""
    for package in required():
        if package.name in NOT_IN_A_BROWSER and not _there(package.module):
            sentence = "pictures are left out, and the sentence under each says the same"
            yield True, f"{package.name} is not in this browser: {sentence}"
        else:
            yield _package(package, _fault_here(package), set())
    yield _data()
    yield (
        True,
        "this is Python in a browser: all lessons run. Anything that needs a port, a terminal or "
        "a device does not run: `labutils serve`, real security keys, shell commands",
    )


def _fault_here(package: Package) -> str:
    """As `_import_fault`, in this process."""
    try:
        if package.name in IMPORTED_BEFORE:
            importlib.import_module(IMPORTED_BEFORE[package.name])
        importlib.import_module(package.module)
    except Exception as error:
        return shown(str(error), 160)
    return ""


def _packages(wanted: Iterable[Package]) -> Iterator[Line]:
    wanted, pins = list(wanted), locked()
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        for package, fault in zip(wanted, workers.map(_import_fault, wanted), strict=True):
            yield _package(package, fault, pins.get(package.name, set()))


def _rivals() -> Iterator[Line]:
    """A package that writes into the folder of another one: jwt, which is not PyJWT."""
    owners = importlib.metadata.packages_distributions().get("jwt", [])
    if {"jwt", "pyjwt"} <= {name.lower() for name in owners}:
        yield (
            False,
            "the package jwt is installed beside PyJWT, and both write to the folder jwt, so one "
            f"of them is damaged: uninstall jwt, then {_reinstall(Package('pyjwt', ''))}",
        )


def _import_fault(package: Package) -> str:
    """Why the package cannot be imported, in a few words, or an empty text."""
    return run_python(f"import {package.module}", LONGEST_IMPORT)[1] if package.installed else ""


def _package(package: Package, fault: str, pins: set[str]) -> Line:
    version = package.installed
    if version is None:
        return False, f"{package.name} is missing: {_reinstall(package)}"
    if not satisfies(version, package.versions):
        return (
            False,
            f"{package.name} is {version}, but the course needs {package.versions}: "
            f"{_reinstall(package)}",
        )
    if fault:
        return (
            False,
            f"{package.name} {version} cannot be imported ({fault}): {_reinstall(package)}",
        )
    if version in pins or not pins:
        return True, f"{package.name} {version}"
    tested = " or ".join(sorted(pins))
    if in_own_environment():
        return (
            False,
            f"{package.name} is {version}, but requirements.txt has {tested}: "
            f"{_reinstall(package)}",
        )
    return True, f"{package.name} {version} (the course was tested with {tested})"


def _rest_of_the_lock(looked_at: set[str]) -> Iterator[Line]:
    """What .venv was built from, package by package: a fault is a line, and all the others together
    are one."""
    rest = {name: pins for name, pins in locked().items() if name not in looked_at}
    for name, pins in rest.items():
        version = Package(name, "").installed
        if version not in pins:
            what = (
                f"is {version}, but requirements.txt has {' or '.join(sorted(pins))}"
                if version
                else "is missing"
            )
            yield False, f"{name} {what}: run `{_say('mend')}`"
    if rest:
        yield (
            True,
            f"requirements.txt was compared with what is installed ({len(rest)} more packages)",
        )


def _data() -> Line:
    """Every file that data/README.md names is there and can be read."""
    restore = (
        "`git checkout -- data`"
        if (ROOT / ".git").exists()
        else (
            again("--force-reinstall --no-deps")
            if DATA.name == "_data"
            else "download the course again and copy its data folder here"
        )
    )
    listed = DATA / "README.md"
    if not listed.exists():
        return False, f"the data of the course is missing: restore it with {restore}"
    names = re.findall(r"(?m)^\| `([^`]+)`", listed.read_text(encoding="utf-8"))
    if missing := [name for name in names if not (DATA / name).exists()]:
        return False, f"data/{missing[0]} is missing: restore it with {restore}"
    for path in sorted(DATA.rglob("*")):
        if path.is_file() and (damage := _damage(path)):
            return (
                False,
                f"data/{path.relative_to(DATA).as_posix()} is damaged ({damage}): "
                f"restore it with {restore}",
            )
    in_a_browser = sys.platform == "emscripten"
    if damage := "" if in_a_browser else run_python(_READ_YAML, LONGEST_IMPORT, str(DATA))[1]:
        return False, f"a file in data/ is damaged ({damage}): restore it with {restore}"
    return True, f"data/ can be read ({len(names)} entries)"


def _damage(path: Path) -> str:
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        text = content.decode()
        if path.suffix in (".json", ".har"):
            json.loads(text)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        return shown(str(error), 100)
    return "" if text.strip() else "it is empty"


_READ_YAML = """
import pathlib, sys
try:
    import yaml
except ImportError:
    sys.exit()  # that has a line of its own
data = pathlib.Path(sys.argv[1])
loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
for path in sorted(data.rglob("*.yaml")):
    try:
        yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except yaml.YAMLError as error:
        line = getattr(error, "problem_mark", None)
        sys.exit(f"{path.relative_to(data).as_posix()}, line {line.line + 1 if line else 1}")
"""


def _kernel() -> Iterator[Line]:
    """A kernel starts, and a notebook in it takes labutils from here."""
    at = ROOT / "notebooks" if (ROOT / "notebooks").exists() else None
    said, fault = run_python(_START_A_KERNEL, LONGEST_START, at=at)
    if fault == "no description":
        mend = _say("mend") if in_own_environment() else "python -m ipykernel install --sys-prefix"
        yield (
            False,
            f"the Python kernel's spec is missing (share/jupyter/kernels/python3): run `{mend}`",
        )
    elif fault:
        mend = (
            _say("mend")
            if in_own_environment()
            else "python -m pip install --force-reinstall ipykernel"
        )
        yield False, f"a notebook's kernel does not start ({fault}): run `{mend}`"
    else:
        yield True, "a Python kernel starts"
        own, theirs = (
            str(Path(__file__).resolve().parent),
            ast.literal_eval(said.strip().splitlines()[-1]),
        )
        mend = (
            f"run `{_say('lab')}` in this folder, or `python -m pip install --no-deps -e .` "
            "if there is no .venv"
        )
        yield (
            own == theirs,
            (
                "a notebook uses the labutils in this folder"
                if own == theirs
                else f"a notebook does not use the labutils in {shown(own)}: "
                f"it says {shown(theirs)}; {mend}"
            ),
        )


_START_A_KERNEL = """
import logging, sys
logging.disable()
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
if "python3" not in KernelSpecManager(ensure_native_kernel=False).find_kernel_specs():
    sys.exit("no description")
manager = KernelManager(kernel_name="python3")
manager.start_kernel()
client = manager.blocking_client()
client.start_channels()
try:
    client.wait_for_ready(timeout=40)
    look = '''
try:
    import labutils, pathlib
    print(ascii(str(pathlib.Path(labutils.__file__).resolve().parent)))
except Exception as error:
    print(ascii(str(error)))
'''
    client.execute_interactive(look, timeout=20)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
"""


def _quiet() -> Line:
    settings = Path(sys.prefix, "share/jupyter/lab/settings/overrides.json")
    return True, (
        "JupyterLab asks no questions at its first start"
        if settings.exists()
        else "JupyterLab may ask whether to show news: answer no"
    )


def of_its_own(folder: str) -> dict[str, str]:
    """Return variables that keep a kernel from writing into the home folder."""
    return {"IPYTHONDIR": folder, "JUPYTER_RUNTIME_DIR": folder}


def run_python(code: str, longest: int, *arguments: str, at: Path | None = None) -> tuple[str, str]:
    """Run code in another process of this Python; return what it prints, and why it failed.

    The reason has a few words, and is empty if it did not fail.
    """
    with tempfile.TemporaryDirectory() as empty:
        try:
            done = subprocess.run(
                [sys.executable, "-c", code, *arguments],
                capture_output=True,
                timeout=longest,
                cwd=at or empty,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **of_its_own(empty)},
            )
        except subprocess.TimeoutExpired:
            return "", f"no answer within {longest} seconds"
    out, said = (stream.decode("utf-8", "replace") for stream in (done.stdout, done.stderr))
    if done.returncode < 0:
        return out, f"it crashed with signal {-done.returncode}"
    last = said.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
    return out, shown(last[0], 160) if done.returncode else ""
