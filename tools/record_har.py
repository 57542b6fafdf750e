"""Record data/support-case.har: a real Chromium, a provider on loopback, and the small application
of tools/browser/.

    python tools/record_har.py [--python COURSE_PYTHON] [--out FOLDER]

It needs the playwright package and Debian's chromium. `--python` names the interpreter that has
labutils, where that is another one.
What differs from run to run is set to fixed values: dates follow the provider's clock, durations
and the page's name follow the order
of requests, and Server names no version. A newer Chromium changes its own version in user-agent,
sec-ch-ua and browser, and nothing else.
"""

import argparse
import base64
import email.utils
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = pathlib.Path(__file__).parent
SEED, START, PORT, APP = "lesson-07", "2023-10-02T09:00:00Z", 9007, 9999
# Another name than the application's, since a cookie knows no port (RFC 6265, 8.5).
ISSUER = f"http://localhost:{PORT}"
DROPPED = ("cookie", "set-cookie", "authorization")
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
SESSION = {"api_key": "exp-9b7f04c2d6e14a8e", "theme": "dark"}
REPORTS = {"reports": [{"id": "2023-08", "total": 412.5}, {"id": "2023-09", "total": 97}]}
BACKUP = b"\0EXPENSES\1" + json.dumps({"upload_password": "backup-7c1e55", "owner": "ada"}).encode()
FAILED = {"error": "internal_error", "incident": "INC-20231002-77"}
ANSWERS = {
    "/": (200, "text/html; charset=utf-8", (HERE / "browser" / "case.html").read_bytes()),
    "/cb": (200, "text/html; charset=utf-8", (HERE / "browser" / "case.html").read_bytes()),
    "/app.js": (200, "text/javascript", (HERE / "browser" / "case.js").read_bytes()),
    "/api/session": (200, "application/json", json.dumps(SESSION).encode()),
    "/api/reports": (200, "application/json", json.dumps(REPORTS).encode()),
    "/api/avatar.png": (200, "image/png", PIXEL),
    "/api/backup": (200, "application/octet-stream", BACKUP),
    "/api/reports/2023-09": (500, "application/json", json.dumps(FAILED).encode()),
}


class Application(BaseHTTPRequestHandler):
    """The application's own server: fixed answers, its own cookie, and one report that fails."""

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, kind, body = ANSWERS.get(
            self.path.partition("?")[0], (404, "text/plain", b"not found")
        )
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.path == "/api/session":
            self.send_header(
                "Set-Cookie", "expenses_session=es-51d7c0a94b2f; Path=/; HttpOnly; SameSite=Lax"
            )
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        """Log nothing."""


def record(python: str, target: pathlib.Path) -> None:
    """Let Ada sign in and meet the error, and keep what the browser saw."""
    from playwright.sync_api import sync_playwright

    command = [
        python,
        "-m",
        "labutils",
        "serve",
        "--host",
        "localhost",
        "--port",
        str(PORT),
        "--seed",
        SEED,
        "--start",
        START,
    ]
    provider = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=HERE.parent, encoding="locale")
    application = ThreadingHTTPServer(("127.0.0.1", APP), Application)
    threading.Thread(target=application.serve_forever, daemon=True).start()
    try:
        assert provider.stdout.readline() == f"serving {ISSUER}\n"
        with sync_playwright() as p:
            browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            context = browser.new_context(
                record_har_path=target,
                record_har_content="embed",
                record_har_mode="full",
                locale="en-GB",
            )
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{APP}/")
            for button, typed in (
                ("Start", {}),
                ("Sign in", {"username": "ada", "password": "lab-password"}),
                ("Allow", {}),
            ):
                page.wait_for_load_state(
                    "networkidle"
                )  # else the body of the page that is left may be missing
                for name, text in typed.items():
                    page.fill(f"input[name={name}]", text)
                page.click(f"button:has-text('{button}')")
            page.wait_for_selector("text=The report could not be made: INC")
            page.wait_for_load_state("networkidle")
            context.close()
            browser.close()
    finally:
        application.shutdown()
        provider.terminate()
        provider.wait()


# --- what differs from run to run ---------------------------------------------------------------


def settled(har: dict) -> dict:
    """Return the recording with reproducible values.

    Dates follow the provider's clock, durations the order of requests, and names are plain.
    """
    begin, seconds, since, preflighted = datetime.fromisoformat(START).timestamp(), 0, 0, False
    log = har["log"]
    log["_lab"] = {"seed": SEED, "start": START, "issuer": ISSUER}
    log["comment"] = (
        "Recorded by tools/record_har.py from Chromium. The people, passwords and tokens exist in "
        "the lab alone."
    )
    for page in log["pages"]:
        page.update(
            id="page@1",
            startedDateTime=_moment(begin),
            pageTimings={"onContentLoad": 90, "onLoad": 95},
        )
    for number, entry in enumerate(log["entries"]):
        since += 1
        if entry["request"]["url"].startswith(ISSUER):
            asked_first = (
                entry["request"]["url"].endswith("/userinfo") and not preflighted
            )  # the browser asks once; HAR files leave it out
            preflighted, since = preflighted or asked_first, 0
            seconds += 2 if asked_first else 1
        wait = 4 + 7 * number % 13
        entry.update(
            pageref="page@1",
            startedDateTime=_moment(begin + seconds + since / 10),
            time=wait + 1,
            _frameref="frame@1",
            _monotonicTime=number,
            timings={"dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": wait, "receive": 1},
        )
        for header in entry["response"]["headers"]:
            _settle(header, entry["response"], begin + seconds)
        _assert_clock(entry, int(begin) + seconds)
    return har


def _moment(seconds: float) -> str:
    return (
        datetime.fromtimestamp(seconds, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def _settle(header: dict, response: dict, now: float) -> None:
    before = len(header["value"])
    if header["name"].lower() == "date":
        header["value"] = email.utils.formatdate(now, usegmt=True)
    if header["name"].lower() == "server":
        header["value"] = "Werkzeug"
    for member in ("headersSize", "_transferSize"):
        response[member] += len(header["value"]) - before


def _assert_clock(entry: dict, now: int) -> None:
    """The dates written above are those that stand in the tokens."""
    for token in re.findall(
        r'"access_token": "[^".]+\.([^".]+)', entry["response"]["content"].get("text", "")
    ):
        assert json.loads(base64.urlsafe_b64decode(token + "=="))["iat"] == now, (
            entry["request"]["url"],
            now,
        )


def default_export(har: dict) -> dict:
    """Return what browsers write today unless one asks for sensitive data.

    It is the same without Cookie, Set-Cookie and Authorization.
    """
    log = har["log"]
    log["creator"]["name"] += ", then tools/record_har.py"
    log["comment"] = (
        "Derived from support-case.har: without Cookie, Set-Cookie and Authorization, as browsers "
        "export by default today."
    )
    for message in (entry[side] for entry in log["entries"] for side in ("request", "response")):
        message["headers"] = [
            header for header in message["headers"] if header["name"].lower() not in DROPPED
        ]
        message["cookies"] = []
    return har


def main(arguments: list[str] | None = None) -> int:
    """Record, settle, and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--python", default=sys.executable, help="the interpreter that has labutils"
    )
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent / "data")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        raw = pathlib.Path(folder, "raw.har")
        record(chosen.python, raw)
        har = settled(json.loads(raw.read_text(encoding="utf-8")))
    for name, change in (
        ("support-case.har", lambda har: har),
        ("support-case-default-export.har", default_export),
    ):
        text = json.dumps(change(har), indent=1, ensure_ascii=False) + "\n"
        (chosen.out / name).write_text(text, encoding="utf-8")
        print(f"{name}: {len(har['log']['entries'])} requests, {len(text.encode())} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
