"""A real browser judges what the course writes:

`make test-browser`. It skips itself, with a sentence, where there is no Chromium.
"""

import importlib.util
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def main() -> int:
    """Let Chromium load a cleaned recording, use a security key, play with the instruments, and
    open what `make lab` opens.

    The exit status is 0 if all went well.
    """
    if not shutil.which("chromium"):
        print(
            "The browser test is skipped: it needs Chromium as `chromium` on the PATH, which "
            "Debian's package chromium brings."
        )
        return 0
    if importlib.util.find_spec("playwright") is None:
        print(
            "The browser test is skipped: the playwright package could not be installed from "
            "tools/browser/requirements.txt."
        )
        return 0
    with tempfile.TemporaryDirectory() as folder:
        cleaned = pathlib.Path(folder, "cleaned.har")
        subprocess.run(
            [sys.executable, "-m", "labutils", "sanitize", "data/support-case.har", cleaned],
            cwd=ROOT,
            check=True,
        )
        har = subprocess.call([sys.executable, HERE / "check_har.py", cleaned])
    key = subprocess.call([sys.executable, HERE / "check_webauthn.py"])
    hands = subprocess.call([sys.executable, HERE / "check_instruments.py"])
    return subprocess.call([sys.executable, HERE / "check_lab.py"]) or hands or key or har


if __name__ == "__main__":
    sys.exit(main())
