"""Processes that write a learner's files as they are told, two at once, or killed at any moment.

`python writers.py` reads a command a line, and answers each with a line:

    at FOLDER                   goes to another course: "done"
    reset | work | check ID     does it: "done"
    late MILLISECONDS COMMAND   does it in a child that is killed so long after: "killed" or "done"
    step N COMMAND              does it in a child that is killed at its Nth step
    quit

A step is whatever changes files or opens them: Python announces each before it happens.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.scandir", "fcntl.flock"}


class Writer:
    """Such a process, seen from a test."""

    def __init__(self) -> None:
        command = [sys.executable, __file__]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, encoding="utf-8", **pipes)

    def at(self, root: Path) -> "Writer":
        """The same, in another course."""
        assert self.do("at", root) == "done"
        return self

    def tell(self, *command: object) -> None:
        """Give a command, and do not wait."""
        self.process.stdin.write(" ".join(map(str, command)) + "\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        """What it says when the command is done."""
        return self.process.stdout.readline().strip()

    def do(self, *command: object) -> str:
        """Give a command, and wait for its answer."""
        self.tell(*command)
        return self.answer()

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *error: object) -> None:
        self.process.communicate("quit\n", timeout=60)


# --- what the process does ----------------------------------------------------------------------


def act(command: list[str]) -> None:
    """Do what a command says, in silence, in the course of the working folder."""
    root = Path.cwd()
    with contextlib.redirect_stdout(None):
        if command[0] == "at":
            os.chdir(" ".join(command[1:]))
            os.environ["LABUTILS_PROGRESS"] = str(Path("work", "progress.json"))
        elif command[0] == "check":
            exercises.check(command[1], 3)
        elif command[0] == "reset":
            list(workspace.reset(root / "work", workspace.originals(root), ["03"]))
        else:
            list(workspace.make_copies(root / "work", workspace.originals(root)))


def killed_at_step(number: int) -> None:
    """Kill this process before its step of that number."""
    steps = iter(range(1, number))

    def count(event: str, _arguments: object) -> None:
        if event in STEPS and next(steps, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def in_a_child(kind: str, number: str, command: list[str]) -> str:
    """Do what a command says in a child that is killed: "killed", or "done" where it was faster."""
    child = os.fork()
    if not child:
        if kind == "step":
            killed_at_step(int(number))
        act(command)
        os._exit(0)
    if kind == "late":
        time.sleep(float(number) / 1000)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return "done" if status == 0 else "killed" if status == signal.SIGKILL else f"failed: {status}"


def answer(words: list[str]) -> str:
    """Do what a line says; what is answered."""
    try:
        if words[0] in ("late", "step"):
            return in_a_child(words[0], words[1], words[2:])
        act(words)
        return "done"
    except Exception as error:
        return f"failed: {error!r}"


if __name__ == "__main__":
    from labutils.classroom import exercises, workspace

    exercises.lesson("00"), exercises.lesson("08")  # what is imported late is there
    for line in sys.stdin:
        if line.split() == ["quit"]:
            break
        print(answer(line.split()), flush=True)
