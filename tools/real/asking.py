"""How a script in an environment of its own is asked: the question lies in a file, and the
answer is the JSON that it prints."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any


def printed(*command: str, cwd: Path) -> Any:
    """Return the JSON that a command prints. Raises SystemExit with its last words if it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8")
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        script = next(Path(one).name for one in command if Path(one).suffix in (".py", ".mjs"))
        raise SystemExit(f"{script} failed: {last[0]}")
    return json.loads(done.stdout)


def told(*command: str, question: Any, cwd: Path, more: tuple[str, ...] = ()) -> Any:
    """Return what a script says to a question; `more` are arguments behind the question's file.

    Raises SystemExit with the script's last words if it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "asked.json")
        path.write_text(json.dumps(question), encoding="utf-8")
        return printed(*command, str(path), *more, cwd=cwd)
