"""Check every lesson from the wheel, in an empty folder:

`python tools/from_wheel.py [VERSION ...]`, in the Python of .venv.

The package is built, installed with the locked requirements into an environment of its own, and
each stored output is compared by nbval. Versions such as `cryptography==47.0.0` are installed
instead of the locked ones; the word `colab` stands for those that Colab has.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import course
import environments
import lessons

COLAB = pathlib.Path(__file__).resolve().parent / "colab_versions.txt"


def run(*command, **options) -> None:
    """Run a command; exit with a sentence if it fails."""
    if status := subprocess.call([str(part) for part in command], **options):
        sys.exit(
            f"This step failed with status {status}: {pathlib.Path(command[0]).name} {command[-1]}"
        )


def main(versions: list[str]) -> int:
    """Build, install and compare; return nbval's exit status."""
    with tempfile.TemporaryDirectory(prefix="from-wheel-") as folder:
        place = pathlib.Path(folder)
        run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", place, cwd=course.HERE)
        [wheel] = place.glob("*.whl")
        base = sys._base_executable
        python = place / "env" / course.PYTHON.relative_to(course.VENV)
        pip = environments.pip()
        bare = [base, "-m", "venv", "--clear", "--without-pip", place / "env"]
        with environments.locked(course.HERE / "requirements.txt") as options:
            wanted = [*options, *course.FOR_TESTS], ["--no-deps", wheel]
            built = environments.install(python, lambda: ([], pip), *wanted, first=bare)
        if not built:
            sys.exit("The wheel could not be installed: the step above says why.")
        if versions:
            others = ["-r", COLAB] if versions == ["colab"] else versions
            run(*pip, "--python", python, *environments.QUIETLY, *others)
        empty = place / "empty"
        empty.mkdir()
        for name in lessons.sums():
            (empty / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(lessons.NOTEBOOKS / name, empty / name)
        env = {**os.environ, "LABUTILS_PROGRESS": str(place / "progress.json")}
        return subprocess.call(
            [
                python,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "--nbval",
                "--nbval-current-env",
                "--nbval-cell-timeout=60",
                "--rootdir",
                empty,
                empty,
            ],
            cwd=empty,
            env=env,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
