"""Write the locks of this repository, and say what each holds.

`make lock` runs this. Each lock is a file of pins with hashes and without addresses, which plain
pip installs with `--require-hashes`. What a lock has already stays as it is while that is possible;
`make lock ARGS=--upgrade` renews all of them. It needs `uv` on the PATH.
"""

import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from environments import run  # noqa: E402

COMPILE = [
    *("uv", "pip", "compile", "-q", "--generate-hashes", "--no-emit-index-url"),
    *("--no-emit-find-links", "--no-annotate", "--custom-compile-command", "make lock"),
]
ANYWHERE = ("--universal", "--python-version", "3.11", "--fork-strategy", "fewest")
COURSE = ("pyproject.toml", "--extra", "lab")
# Of what labutils needs, what comes compiled for the browser, or does not run there.
NOT_FOR_THE_BROWSER = (
    *("cffi", "cryptography", "diskcache-stubs", "google-re2", "jq", "jupyterlab-widgets"),
    *("pexpect", "psutil", "ptyprocess", "pycparser", "types-pyyaml", "widgetsnbextension"),
)
IN_THE_BROWSER = (
    *("--python-version", "3.14"),
    *(part for name in NOT_FOR_THE_BROWSER for part in ("--no-emit-package", name)),
)


@dataclass(frozen=True)
class Lock:
    """A lock file, what it is made from, and the options of the compiler.

    `extras` are the extras and groups of pyproject.toml that it claims to hold: "" is what labutils
    itself needs.
    """

    path: str
    sources: tuple[str, ...]
    extras: tuple[str, ...] = ()
    options: tuple[str, ...] = ANYWHERE


# In this order: the later ones take their versions from the first.
LIKE_THE_COURSE = ("-c", "requirements.txt")
LOCKS = (
    Lock("requirements-uv.txt", ("--group", "uv"), ("uv",)),
    Lock("requirements.txt", (*COURSE, "--group", "build"), ("", "lab", "build")),
    Lock(
        "tools/classroom/requirements.txt",
        (*COURSE, "tools/classroom/requirements.in", *LIKE_THE_COURSE),
        ("", "lab"),
    ),
    Lock(
        "tools/grading/requirements.txt",
        (*COURSE, "tools/grading/requirements.in", *LIKE_THE_COURSE),
        ("", "lab"),
    ),
    Lock("tools/lite/requirements.txt", ("tools/lite/requirements.in",)),
    Lock(
        "tools/lite/wheels.txt",
        ("tools/lite/wheels.in", *LIKE_THE_COURSE),
        options=IN_THE_BROWSER,
    ),
    Lock("tools/browser/requirements.txt", ("tools/browser/requirements.in",)),
    Lock("tools/measure/requirements.txt", ("tools/measure/requirements.in",)),
    Lock("tools/real/requirements.txt", ("tools/real/requirements.in", *LIKE_THE_COURSE)),
    Lock("tools/site/requirements.txt", ("tools/site/requirements.in",)),
    Lock(
        "tools/siem/requirements.txt",
        ("tools/siem/requirements.in",),
        options=(*ANYWHERE, "--emit-build-options"),
    ),
)
TESTS = "requirements-test.txt"  # what tests need beside requirements.txt
CONDA = "environment.yml"
BY_CONDA = ("ipython", "ipykernel", "jupyterlab")  # which come with its JupyterLab


def pins(text: str) -> dict[str, str]:
    """Return the pins of a lock, by package."""
    return dict(re.findall(r"(?m)^([\w.-]+)==([^\s;\\]+)", text))


def write(*arguments: str) -> int:
    """Write all locks, and the pins of environment.yml; return the exit status."""
    for lock in LOCKS:
        command = [*COMPILE, *lock.options, *lock.sources, "-o", lock.path, *arguments]
        if status := run(*command):
            return status
    return write_tests(*arguments) or write_conda()


def write_tests(*arguments: str) -> int:
    """Write requirements-test.txt: what the group `test` needs beyond requirements.txt."""
    learners, before = ROOT / "requirements.txt", ROOT / TESTS
    with tempfile.TemporaryDirectory() as folder:
        both = Path(folder, "both.txt")
        present = [path for path in (learners, before) if path.exists()]
        both.write_text(
            "".join(path.read_text(encoding="utf-8") for path in present), encoding="utf-8"
        )
        sources = [*COURSE, "--group", "build", "--group", "test", *LIKE_THE_COURSE]
        if status := run(*COMPILE, *ANYWHERE, *sources, "-o", both, *arguments):
            return status
        head, *blocks = re.split(r"\n(?=\S)", both.read_text(encoding="utf-8").strip())
    known = pins(learners.read_text(encoding="utf-8"))
    others = [block for block in blocks if block.partition("==")[0] not in known]
    before.write_text("\n".join([head, *others]) + "\n", encoding="utf-8")
    return 0


def write_conda() -> int:
    """Copy the versions of the locks into environment.yml."""
    path, versions = ROOT / CONDA, {}
    for name in (TESTS, "requirements.txt"):
        versions |= pins((ROOT / name).read_text(encoding="utf-8"))
    lines = path.read_text(encoding="utf-8").splitlines()
    for place, line in enumerate(lines):
        if match := re.fullmatch(r"( +- )([\w.-]+)==\S+", line):
            lines[place] = f"{match[1]}{match[2]}=={versions[match[2]]}"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def of_conda() -> dict[str, str]:
    """Return the packages that pip installs for environment.yml, with their versions."""
    listed = yaml.safe_load((ROOT / CONDA).read_text(encoding="utf-8"))["dependencies"]
    pip = next(one["pip"] for one in listed if isinstance(one, dict))
    return dict(line.split("==") for line in pip)


if __name__ == "__main__":
    if shutil.which("uv") is None:
        sys.exit("make lock needs uv on the PATH. Install it, and run the same command again.")
    sys.exit(write(*sys.argv[1:]))
