"""Make copies of the lessons for Colab: `make colab`, into build/colab.

Each has a first cell that installs the course at the tag of this release; the lessons themselves
hold no such magic. Where the repository has no address, none is written, and a sentence says so.
"""

import json
import pathlib
import re
import shutil
import sys
import tomllib
from importlib.metadata import version

from labutils.classroom.workspace import public_address, without_outputs
from labutils.text import DISTRIBUTION
from tools.lessons import NOTEBOOKS, stored

HERE = pathlib.Path(__file__).resolve().parent
HOUSE = HERE.parent
COLAB = HOUSE / "build" / "colab"
VERSIONS = HERE / "colab_versions.txt"
LESSON = re.compile(r"\]\((?:\.\./)?((?:practice/)?\d\d-[\w-]+\.ipynb)")
BEFORE = (
    "**On Colab.** Run the next cell first: it installs the course, in about half a minute. Colab "
    "deletes this machine after a while. `progress()` prints a receipt: keep it, and give it to "
    '`progress("...")` next time.'
)


def on_colab() -> set[str]:
    """Return the packages that Colab has, by the names that the course uses."""
    pins = re.findall(r"(?m)^([\w-]+)==", VERSIONS.read_text(encoding="utf-8"))
    return {name.replace("_", "-") for name in pins}


def to_install() -> list[str]:
    """Return the course's own requirements that Colab does not have."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [line.partition(";")[0] for line in project["dependencies"]]
    names = {wanted: re.split(r"[<>=]", wanted)[0] for wanted in asked}
    return [wanted for wanted, name in names.items() if name not in on_colab()]


def install(address: str) -> str:
    """Return the code of the first cell."""
    course = f"{DISTRIBUTION} @ git+{address}@v{version(DISTRIBUTION)}"
    others = " ".join(f'"{wanted}"' for wanted in to_install())
    return f'%pip install -q --no-deps "{course}"\n%pip install -q {others}'


def opened_in_colab(address: str) -> str:
    """Return where Colab opens the copies of this release, which are on a branch of their own."""
    repository = address.removeprefix("https://github.com/")
    return f"https://colab.research.google.com/github/{repository}/blob/colab-v{version(DISTRIBUTION)}/"


def copy_for(lesson: bytes, address: str) -> str:
    """Return a lesson for Colab: no outputs, the first cell, and links that lead somewhere."""
    notebook = json.loads(without_outputs(lesson, beside=()))
    for cell in notebook["cells"]:
        text = LESSON.sub(rf"]({opened_in_colab(address)}\1", "".join(cell["source"]))
        if cell["cell_type"] == "markdown":
            cell["source"] = text.splitlines(keepends=True)
    first = [
        {"cell_type": "markdown", "id": "on-colab", "metadata": {}, "source": [BEFORE]},
        {
            "cell_type": "code",
            "id": "install-on-colab",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": install(address).splitlines(keepends=True),
        },
    ]
    notebook["cells"] = [notebook["cells"][0], *first, *notebook["cells"][1:]]
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    address = public_address()
    if address is None:
        print(
            "[project.urls] Repository is not set in pyproject.toml, and Colab installs the course "
            "from there. No copies were made."
        )
        return 0
    shutil.rmtree(COLAB, ignore_errors=True)
    COLAB.mkdir(parents=True)
    for path in stored():
        copy = COLAB / path.relative_to(NOTEBOOKS)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(copy_for(path.read_bytes(), address), encoding="utf-8")
    print("The copies for Colab are in build/colab.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
