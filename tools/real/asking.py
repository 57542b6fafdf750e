"""How a script in an environment of its own is asked: the question lies in a file, and the
answer is the JSON that it prints."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any


def told(*command: str, question: Any, cwd: Path, more: tuple[str, ...] = ()) -> Any:
    """Return what a script says to a question; `more` are arguments behind the question's file.

    Raises SystemExit with the script's last words if it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "asked.json")
        path.write_text(json.dumps(question), encoding="utf-8")
        whole = [*command, str(path), *more]
        done = subprocess.run(whole, cwd=cwd, capture_output=True, encoding="utf-8")
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise SystemExit(f"{Path(command[-1]).name} failed: {last[0]}")
    return json.loads(done.stdout)
