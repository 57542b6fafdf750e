"""Each way to start the course names what is there: Binder, Colab, containers, a release."""

import json
import re
import shutil
import subprocess

import pytest
import yaml

from tools.course import HERE as ROOT
from tools.course import VERBS

ADDRESS = "https://github.com/somebody/anatomy"
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))


def text_of(cell):
    return "".join(cell["source"])


# --- Binder -------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("repo2docker") is None, reason="repo2docker is not installed")
def test_binder_installs_the_environment_before_it_copies_the_course(tmp_path):
    subprocess.run(["git", "clone", "-q", str(ROOT), str(tmp_path / "course")], check=True)
    command = ["repo2docker", "--no-build", "--debug", str(tmp_path / "course")]
    plan = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    steps = re.findall(r"^(?:COPY|RUN) .*$", plan.stdout + plan.stderr, re.MULTILINE)
    copies = [step for step in steps if step.startswith("COPY") and " src/" in step]
    assert "src/environment.yml" in copies[0], "what is copied first decides what is cached"
    assert copies[-1].endswith("src/ ${REPO_DIR}/")
    assert len(copies) == 2
    assert steps.index("RUN ./postBuild") > steps.index(copies[-1])


# --- containers and editors ---------------------------------------------------------------------


def container():
    return json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))


def test_the_container_builds_the_environment_that_its_editor_uses():
    command = container()["postCreateCommand"]
    verb = re.search(r"tools/course\.py (\w+)", command)
    assert verb
    assert verb[1] in VERBS
    assert "labutils work work" in command
    settings = container()["customizations"]["vscode"]["settings"]
    own = json.loads((ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    for each in (settings, own):
        assert each["python.defaultInterpreterPath"].endswith("/.venv/bin/python")


def test_what_a_container_makes_in_a_mounted_folder_does_not_belong_to_root():
    assert container()["remoteUser"] == "vscode"
    assert container()["image"].startswith("mcr.microsoft.com/devcontainers/python:")  # has it


def test_the_editor_is_offered_what_it_needs_for_notebooks_with_and_without_a_container():
    own = json.loads((ROOT / ".vscode" / "extensions.json").read_text(encoding="utf-8"))
    assert own["recommendations"] == container()["customizations"]["vscode"]["extensions"]


def test_the_containers_python_is_one_that_the_course_supports():
    major, minor = re.search(r"python:(\d)\.(\d+)", container()["image"]).groups()
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    low, high = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', project).groups()
    assert major == "3"
    assert int(low) <= int(minor) < int(high)


# --- the release --------------------------------------------------------------------------------


def release():
    path = ROOT / ".github" / "workflows" / "release.yml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]


def steps(*jobs):
    """What those jobs of the release run, in order; all of them when none is named."""
    chosen = [release()[job] for job in jobs or release()]
    return "\n".join(step.get("run", "") for job in chosen for step in job["steps"])


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_the_sums_of_a_release_are_those_of_files_beside_them(tmp_path):
    made, elsewhere = tmp_path / "build" / "wheel", tmp_path / "downloads"
    made.mkdir(parents=True)
    (made / "labutils.whl").write_bytes(b"a wheel")
    [command] = [line for line in steps().splitlines() if "sha256sum" in line]
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    shutil.move(made, elsewhere)
    check = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=elsewhere, capture_output=True)
    assert check.stdout == b"labutils.whl: OK\n"


def test_the_release_says_verbs_that_there_are_and_tests_first():
    verbs = re.findall(r"\bmake ([\w-]+)", steps())
    assert set(verbs) <= set(VERBS)
    assert verbs[0] == "test"
    assert {"site", "slides", "colab", "check-lite"} <= set(verbs)


def test_a_job_of_the_release_that_may_write_runs_no_code_of_the_course():
    writing = [name for name, job in release().items() if "write" in job["permissions"].values()]
    assert writing == ["site", "release"]
    assert not re.findall(r"\bmake |python|checkout", steps(*writing))
    assert not any(
        "checkout" in step.get("uses", "") for name in writing for step in release()[name]["steps"]
    )


def test_nothing_goes_out_before_a_browser_has_loaded_the_course():
    for name in ("site", "release"):
        assert "gate" in release()[name]["needs"], name
    assert "--real" in steps("gate")
