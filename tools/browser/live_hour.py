"""Play a whole live exercise in real browsers, and measure what it costs and loses.

    python tools/browser/live_hour.py [--minutes 60] [--seed 5] [--port 8765] [--folder DIR]

It starts the server as docs/live.md says, and opens six pages, each in a context of its own: three
teams, the wall, the instructor, the intruder's console. All that happens is done with the pages'
own forms and buttons, from a plan that the seed draws. In the middle the server is killed and
started again from its journal. The last line is JSON with what was measured; the exit status is 1
if an event was lost, a page failed, or two pages disagree on a score. A shorter exercise has the
same plan, only faster.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools" / "browser")]

from first_question import chromium  # noqa: E402

from labutils.live.exercise import LiveExercise, Settings  # noqa: E402
from labutils.live.referee import judge  # noqa: E402

COMPANY_MINUTES, TEAMS = 240, 3
PAUSE = 3  # minutes of an hour, as in the script for instructors
DOWN = 5  # seconds for which the killed server stays away
PATIENCE = 20_000  # milliseconds
SCREENS = {"team 2": (390, 844)}  # the others have 1440 by 900
WORDS = ("okta", "jira", "-cloudtrail", "svc", "read", "refused", "token")
LINES = """async () => {
  const answer = await fetch('now?q=&most=99999&seen=');
  const template = document.createElement('template');
  template.innerHTML = (await answer.json()).stream;
  return [...template.content.querySelectorAll('li')].map(one => one.id);
}"""
SHOWN = "() => [...document.querySelectorAll('#stream > li')].map(one => one.id)"


class Server:
    """The exercise's process, started by the command that docs/live.md gives."""

    def __init__(self, folder: pathlib.Path, seed: str, minutes: float, port: int) -> None:
        self.folder, self.port = folder, port
        self.command = [sys.executable, "-m", "labutils", "live", "--seed", seed]
        self.command += ["--teams", str(TEAMS), "--speed", f"{COMPANY_MINUTES / minutes:g}"]
        self.command += ["--minutes", str(COMPANY_MINUTES), "--intruder", "person", "--paused"]
        self.command += ["--port", str(port), "--folder", str(folder)]
        self.output = folder.with_name(f"{folder.name}.log")

    def start(self) -> float:
        """Start it, and return the seconds until it answered."""
        began = time.monotonic()
        with self.output.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
            )
        while not self.answers():
            if self.process.poll() is not None:
                raise RuntimeError(self.output.read_text(encoding="utf-8"))
            time.sleep(0.05)
        return time.monotonic() - began

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/wall/now", timeout=2)
        except OSError:
            return False
        return True

    def links(self) -> dict[str, str]:
        """The addresses that it printed, by whom they are for."""
        lines = self.output.read_text(encoding="utf-8").splitlines()
        links = dict(line.rsplit(" ", 1) for line in lines if " http://127.0.0.1:" in line)
        return links | {"wall": f"{links['serving']}/wall/"}

    def memory(self) -> float:
        """Its resident memory, in MB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return round(int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024, 1)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(30)


class Watch:
    """What the browsers tell of requests and errors. `is_down`: the server was killed."""

    def __init__(self) -> None:
        self.is_down = self.is_leaving = False
        self.polls: list[float] = []  # milliseconds
        self.while_down = self.cut_off = 0
        self.failed: list[str] = []
        self.errors: list[str] = []

    def of(self, name: str, page: Any) -> None:
        """Watch a page from now on."""
        page.on("requestfinished", self.finished)
        page.on("requestfailed", lambda one: self.failure(name, one))
        page.on("response", lambda one: self.answered(name, one))
        page.on("pageerror", lambda one: self.errors.append(f"{name}: {one}"))
        page.on("console", lambda one: self.heard(name, one))

    def finished(self, request: Any) -> None:
        if request.url.split("?")[0].endswith("/now") and request.timing["responseEnd"] >= 0:
            self.polls.append(request.timing["responseEnd"])

    def failure(self, name: str, request: Any) -> None:
        if self.is_down:
            self.while_down += 1
        elif self.is_leaving and "ERR_ABORTED" in (request.failure or ""):
            self.cut_off += 1
        else:
            self.failed.append(f"{name}: {request.method} {request.url}: {request.failure}")

    def answered(self, name: str, response: Any) -> None:
        if response.status >= 400 and response.status != 409:  # 409: refused, with a sentence
            self.failed.append(f"{name}: {response.url}: {response.status}")

    def heard(self, name: str, message: Any) -> None:
        is_refusal = "status of 409" in message.text
        if message.type == "error" and not is_refusal and not self.is_down:
            self.errors.append(f"{name}: {message.text}")


class Seat:
    """Somebody at a page. `done`: by what was done, how many forms the server accepted."""

    def __init__(self, name: str, page: Any, seed: str) -> None:
        self.name, self.page = name, page
        self.dice = random.Random(f"{seed}/{name}")
        self.done: collections.Counter[str] = collections.Counter()
        self.refused: list[str] = []

    def tab(self, name: str) -> None:
        """Open a part of the page, where the screen shows one at a time."""
        link = self.page.locator(f"nav [data-tab={name}]")
        if link.is_visible():
            link.click()

    def sends(self, does: str, press: Callable[[], None]) -> str:
        """Press what sends a form, and return what the server said."""
        with self.page.expect_response(
            lambda one: one.request.method == "POST", timeout=PATIENCE
        ) as answer:
            press()
        said = answer.value.text()
        if answer.value.ok:
            self.done[does] += 1
        else:
            self.refused.append(f"{does}: {said}")
        return said

    def button(self, named: str) -> Any:
        return self.page.get_by_role("button", name=named, exact=True)

    def any_of(self, selector: str, most: int = 12) -> Any:
        """One of the first elements that a selector finds; None if it finds none."""
        every = self.page.locator(selector)
        number = min(every.count(), most)
        return every.nth(self.dice.randrange(number)) if number else None


class TeamSeat(Seat):
    """A team at its page."""

    def something(self) -> None:
        """Do one of the things that a team does."""
        every = [self.suspect, self.suspect, self.read, self.search, self.ask, self.act]
        every += [self.report, self.say, self.switch, self.certainty]
        if self.name == "team 3":  # it is to earn points: it acts and reports by the plan alone
            every = [one for one in every if one not in (self.act, self.report)]
        self.dice.choice(every)()

    def suspect(self) -> None:
        self.tab("stream")
        if plus := self.any_of("#stream > .one > button"):
            self.sends("suspect", plus.click)

    def read(self) -> None:
        """Open a line, until all of it is there, and shut it."""
        self.tab("stream")
        if line := self.any_of("#stream > .one summary"):
            line.click()
            self.page.wait_for_selector("#stream [open] .fields", timeout=PATIENCE)
            self.page.locator("#stream [open] > summary").first.click()

    def search(self) -> None:
        self.tab("stream")
        self.page.fill("#q", self.dice.choice(WORDS))
        self.page.wait_for_timeout(2_500)
        self.sends("share", self.button("Share").click)
        self.page.fill("#q", "")
        self.page.wait_for_timeout(2_500)

    def from_board(self, what: str) -> bool:
        """Fill in a form from a suspicion; False if there is none."""
        self.tab("board")
        button = self.any_of(f"#board [data-fill={what}]", 4)
        if button is not None:
            button.click()
        return button is not None

    def ask(self) -> None:
        if self.from_board("ask"):
            self.sends("ask", self.button("Ask").click)

    def act(self) -> None:
        if self.from_board("act"):
            self.page.select_option("#act", self.dice.choice(["revoke", "bind", "disable"]))
            self.sends("act", self.button("Do it").click)

    def report(self) -> None:
        if self.from_board("report"):
            self.page.fill("#note", "It came from a host that we do not know.")
            self.sends("report", self.page.locator("#pane-report button", has_text="Report").click)

    def say(self) -> None:
        self.tab("report")
        self.page.fill("#say", f"We are looking at the {self.dice.choice(WORDS)} lines.")
        self.sends("say", self.button("Say it").click)

    def switch(self) -> None:
        self.tab("rules")
        if rule := self.any_of(".rule-switch button", 6):
            self.sends("rule", rule.click)

    def certainty(self) -> None:
        self.tab("board")
        if degree := self.any_of(".certainty button", 12):
            self.sends("suspect", degree.click)

    def report_host(self, host: str) -> None:
        """Report the account that used a host, by the first line with it."""
        self.tab("stream")
        self.page.fill("#q", host)
        self.page.wait_for_timeout(2_500)
        if plus := self.any_of("#stream > .one > button", 1):
            who = self.sends("suspect", plus.click).partition(" is on the board")[0]
            self.tab("board")
            self.page.click(f"article[aria-label='{who}'] [data-fill=report]")
            self.sends("report", self.page.locator("#pane-report button", has_text="Report").click)
        self.tab("stream")
        self.page.fill("#q", "")

    def replace(self, what: str) -> None:
        """Replace a credential by its name."""
        self.tab("act")
        self.page.select_option("#act", "revoke")
        self.page.fill("#what", what)
        self.sends("act", self.button("Do it").click)


class IntruderSeat(Seat):
    """Somebody at the intruder's console."""

    OTHERS = ("take-back", "wake", "lie-low", "move", "read-again", "stop")

    def something(self) -> None:
        """Come back where that is possible; else what was never done; else a step."""
        never = [name for name in self.OTHERS if not self.done[name]]
        is_time = self.done["prepare"] > 3 and self.dice.random() < 0.4
        for name in ["return", *(one for one in never if is_time or one == "wake")]:
            is_form = name in ("take-back", "lie-low")
            named = f"[name={name}]" if is_form else f"[name=what][value={name}]"
            if button := self.any_of(f"#companies {named}"):
                self.press(name, button)
                return
        if button := self.any_of("#choices .does button", 4):
            self.press("prepare", button)

    def press(self, does: str, button: Any) -> None:
        self.sends(does, lambda: button.click(timeout=5_000))

    def go_for(self, team: int) -> None:
        """Prepare everything that is possible at a team's company."""
        for _ in range(6):
            button = self.any_of(f"#choices .does button[value='{team}']", 6)
            if button is None:
                return
            self.press("prepare", button)
            self.page.wait_for_timeout(2_000)


class Hour:
    """An exercise from the first page to the last."""

    def __init__(self, browser: Any, server: Server, seed: str, minutes: float) -> None:
        self.browser, self.server, self.seed, self.minutes = browser, server, seed, minutes
        self.watch, self.figures = Watch(), dict[str, Any]()
        self.memory: dict[str, float] = {}
        self.restarts: dict[str, Any] = {}
        self.wrong: list[str] = []
        self.missed: list[str] = []  # a button that went while it was pressed

    def open_pages(self) -> None:
        """Open every page in a context of its own."""
        kinds = {"intruder": IntruderSeat, "instructor": Seat, "wall": Seat}
        self.seats: dict[str, Any] = {}
        for name, address in self.server.links().items():
            if name == "serving":
                continue
            wide, high = SCREENS.get(name, (1440, 900))
            page = self.browser.new_context(viewport={"width": wide, "height": high}).new_page()
            self.watch.of(name, page)
            page.goto(address)
            self.seats[name] = kinds.get(name, TeamSeat)(name, page, self.seed)
        self.teams = [self.seats[f"team {n}"] for n in range(1, TEAMS + 1)]
        self.intruder, self.instructor = self.seats["intruder"], self.seats["instructor"]
        self.wait = self.seats["wall"].page.wait_for_timeout

    # --- the plan ---

    def plan(self) -> list[tuple[float, str, Callable[[], None]]]:
        """What happens at which minute of an hour, after the start."""
        dice, rows = random.Random(f"{self.seed}/plan"), list[tuple[float, str, Any]]()
        for seat in [*self.teams, self.intruder]:
            minute = dice.uniform(0.2, 1.5)
            while minute < 58:
                rows.append((minute, f"{seat.name} does something", seat.something))
                minute += dice.uniform(1, 2)
        for minute in (14, 17, 20, 26, 29, 38):
            rows.append((minute, "team 3 shuts what is open", self.shut_open_doors))
            rows.append((minute + 0.5, "the intruder goes for it", lambda: self.intruder.go_for(3)))
        leads = {20: "false-lead", 33.5: "symptom", 42: "message", 46: "leak", 50: "hurry"}
        for minute, kind in leads.items():
            rows.append((minute, f"inject {kind}", lambda kind=kind: self.inject(kind)))
        rows += [
            (16, "team 3 reports", self.report_the_intruder),
            (22, "team 1 has no script", self.without_a_script),
            (24, "kill -9", self.kill),
            (34, "team 3 reports", self.report_the_intruder),
            (30.2, "pause", self.pause),
            (36, "team 2 reloads", self.reload),
            (45, "count the lines", self.count_lines),
            (57, "count the lines", self.count_lines),
        ]
        return sorted(rows, key=lambda row: row[0])

    def play(self) -> None:
        """Start the clock, and follow the plan until the exercise is over."""
        self.memory["0"] = self.server.memory()
        self.instructor.sends("resume", self.instructor.button("Start").click)
        began, self.stood = time.monotonic(), 0.0
        plan = [*self.plan(), (30.1, "", self.look_at("30")), (59.5, "", self.look_at("60"))]
        for minute, what, does in sorted(plan, key=lambda row: row[0]):
            due = began + minute * self.minutes
            while time.monotonic() - self.stood < due:
                self.wait(100)
            if what:
                print(f"{minute:5.1f} {what}", file=sys.stderr, flush=True)
            try:
                does()
            except Exception as error:
                first = str(error).splitlines()[0]
                print(f"      {what}: {first}", file=sys.stderr, flush=True)
                if "Timeout" not in type(error).__name__:
                    raise
                self.missed.append(f"{minute:.1f} {what}: {first}")
        while "over" not in self.clock(self.instructor):
            if time.monotonic() - self.stood > began + 60 * self.minutes + 30:
                raise TimeoutError("The exercise does not end.")
            self.wait(200)

    def look_at(self, minute: str) -> Callable[[], None]:
        def look() -> None:
            self.memory[minute] = self.server.memory()

        return look

    def clock(self, seat: Seat) -> str:
        return seat.page.inner_text("#clock")

    # --- what happens ---

    def without_a_script(self) -> None:
        """Somebody of team 1 whose browser runs no script tells the instructor something."""
        context = self.browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(self.teams[0].page.url)
        page.fill("#say", "This browser runs no script.")
        with page.expect_navigation():
            page.get_by_role("button", name="Say it", exact=True).click()
        said = page.inner_text("#said", timeout=PATIENCE)
        context.close()
        if said == "Your instructor can read it.":
            self.teams[0].done["say"] += 1
        else:
            self.wrong.append(f"without a script: {said}")

    def shut_open_doors(self) -> None:
        """Team 3 replaces whatever the instructor's page says is open at its company."""
        cells = self.instructor.page.locator("#teams tr").nth(3).locator("td").all_inner_texts()
        for name in cells[4].split(", "):
            if name != "none":
                self.teams[2].replace(name)

    def report_the_intruder(self) -> None:
        """Team 3 reports whom the instructor's page has seen the intruder use last."""
        rows = self.instructor.page.locator("#doing tbody tr", has_text="Team 3")
        if rows.count():
            self.teams[2].report_host(rows.first.locator("td").nth(5).inner_text())

    def inject(self, kind: str) -> None:
        page = self.instructor.page
        page.select_option("#kind", kind)
        page.select_option("#team", "0")
        if kind == "message":
            page.fill("#text", "The board asks whether data has been stolen.")
        self.instructor.sends("inject", self.instructor.button("Inject").click)

    def pause(self) -> None:
        """Stop the clock; nobody but the instructor gets anything done until it goes on."""
        began = time.monotonic()
        self.instructor.sends("pause", self.instructor.button("Pause").click)
        self.wait(2_000)
        stands = self.clock(self.teams[0])
        for seat in (self.teams[0], self.intruder):
            before = len(seat.refused)
            if seat is self.intruder:
                button = seat.any_of("#choices .does button") or seat.any_of("#companies button")
                seat.press("prepare", button)
            else:
                seat.replace("svc-runner")
            if len(seat.refused) == before:
                self.wrong.append(f"{seat.name}: what was sent in the pause was done")
        while time.monotonic() - began < PAUSE * self.minutes:
            self.wait(100)
        if self.clock(self.teams[0]) != stands:
            self.wrong.append(f"the clock went on in the pause, from {stands}")
        self.instructor.sends("resume", self.instructor.button("Go on").click)
        self.stood += time.monotonic() - began

    def reload(self) -> None:
        """What team 2 has typed survives a reload."""
        page = self.teams[1].page
        self.teams[1].tab("report")
        page.fill("#note", "half a sentence")
        self.watch.is_leaving = True
        page.reload()
        self.wait(2_000)
        self.watch.is_leaving = False
        if page.input_value("#note") != "half a sentence":
            self.wrong.append("team 2: what was typed is gone after the reload")
        page.fill("#note", "")

    def kill(self) -> None:
        """Kill the server while team 1 sends a form, and start it again by the same command."""
        team, page = self.teams[0], self.teams[0].page
        team.tab("report")
        page.fill("#say", "This was typed while nobody answered.")
        before = self.server.memory()
        self.watch.is_down = True
        self.server.kill()
        team.button("Say it").click()
        self.wait(DOWN * 1_000)
        seconds = self.server.start()
        for seat in self.teams:
            seat.page.wait_for_function(
                "() => document.querySelector('#said').textContent.includes('answers again')",
                timeout=PATIENCE,
            )
        self.wait(2_000)
        self.watch.is_down = False
        if page.input_value("#say") != "This was typed while nobody answered.":
            self.wrong.append("team 1: what was typed is gone after the kill")
        team.sends("say", team.button("Say it").click)
        self.restarts = {
            "MB before": before,
            "MB after": self.server.memory(),
            "seconds": round(seconds, 2),
        }

    def count_lines(self) -> None:
        """Every row that the server has from a page's first one on is on the page."""
        for seat in self.teams:
            rows = seat.page.evaluate(LINES)
            self.wait(4_000)
            shown = set(seat.page.evaluate(SHOWN))
            first = {kind: min(map(number, some)) for kind, some in by_kind(shown).items()}
            lost = [
                one
                for one in rows
                if one not in shown and number(one) >= first.get(kind_of(one), 1 << 30)
            ]
            key = f"rows on the page of {seat.name}"
            self.figures[key] = self.figures.get(key, 0) + len(shown)
            self.wrong += [f"{seat.name}: {one} is not on the page" for one in lost]

    # --- the end ---

    def scores(self) -> dict[str, list[str]]:
        """The points of the teams, by where they are read."""
        in_all = re.compile(r"<td>in all</td><td>(\d+)</td>")
        every: dict[str, list[str]] = {"team pages": []}
        self.watch.is_leaving = True  # a poll is cut off where a page gives way to the debrief
        for seat in self.teams:
            with seat.page.expect_navigation():
                seat.page.click("#over", timeout=PATIENCE)
            every["team pages"] += in_all.findall(seat.page.content())
        self.seats["wall"].page.wait_for_selector("#wall details", state="attached")
        every["wall"] = in_all.findall(self.seats["wall"].page.content())
        rows = self.instructor.page.locator("#teams tbody tr").all()
        every["instructor"] = [row.locator("td").nth(1).inner_text() for row in rows]
        debrief = self.server.folder / "debrief.html"
        every["debrief.html"] = in_all.findall(debrief.read_text(encoding="utf-8"))
        every["journal, played again"] = self.played_again()
        return every

    def journal(self) -> list[dict[str, Any]]:
        text = (self.server.folder / "exercise.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def played_again(self) -> list[str]:
        begin, *rows = self.journal()
        settings = {k: v for k, v in begin.items() if k not in ("t", "do")}
        exercise = LiveExercise(Settings(**settings))
        for row, reason in exercise.replay(rows):
            self.wrong.append(f"the journal has {row}, and {reason}")
        exercise.advance(exercise.length)
        return [f"{judge(exercise, team).total:.0f}" for team in exercise.teams]

    def lost_events(self) -> list[str]:
        """What the server accepted, and is not in the journal as often."""
        kept = collections.Counter(
            ("intruder" if row["do"] == "intrude" else f"team {row['team']}")
            if row.get("team") or row["do"] == "intrude"
            else "instructor"
            for row in self.journal()[1:]
            if row["do"] != "pause" or row["t"]
        )
        return [
            f"{seat.name}: {sum(seat.done.values())} accepted, {kept[seat.name]} in the journal"
            for seat in self.seats.values()
            if sum(seat.done.values()) != kept[seat.name]
        ]

    def result(self) -> dict[str, Any]:
        scores = self.scores()
        lost = self.lost_events()
        if len({tuple(one) for one in scores.values()}) != 1:
            self.wrong.append(f"scores differ: {scores}")
        self.wrong += [*lost, *self.watch.failed, *self.watch.errors]
        polls = sorted(self.watch.polls)
        path = self.server.folder / "exercise.jsonl"
        return self.figures | {
            "done": {name: dict(seat.done) for name, seat in self.seats.items() if seat.done},
            "refused": {name: seat.refused for name, seat in self.seats.items() if seat.refused},
            "polls": len(polls),
            "poll p50, p95, max in ms": [
                round(statistics.median(polls), 1),
                round(polls[int(0.95 * len(polls))], 1),
                round(polls[-1], 1),
            ],
            "missed": self.missed,
            "failed requests": self.watch.failed,
            "failed while the server was down": self.watch.while_down,
            "cut off by a page that was left": self.watch.cut_off,
            "console errors": self.watch.errors,
            "events lost": lost,
            "MB by minute": self.memory,
            "restart": self.restarts,
            "journal, bytes": path.stat().st_size,
            "journal, lines": len(self.journal()),
            "scores": scores,
            "wrong": self.wrong,
        }


def kind_of(row: str) -> str:
    """The log of a row of the stream, by its id."""
    return re.split(r"[:-]\d+$", row)[0]


def number(row: str) -> int:
    """The place of a row in its log."""
    return int(re.split(r"[:-]", row)[-1])


def by_kind(rows: set[str]) -> dict[str, list[str]]:
    """Rows, by their log."""
    kinds: dict[str, list[str]] = {}
    for row in rows:
        kinds.setdefault(kind_of(row), []).append(row)
    return kinds


def main() -> int:
    parser = argparse.ArgumentParser(description="Play a live exercise in real browsers.")
    parser.add_argument("--minutes", type=float, default=60, help="real minutes without the pause")
    parser.add_argument("--seed", default="5")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--folder", type=pathlib.Path, help="where the journal is kept")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or pathlib.Path(temporary, "live-exercise")
        server = Server(folder.resolve(), chosen.seed, chosen.minutes, chosen.port)
        folder.parent.mkdir(parents=True, exist_ok=True)
        server.start()
        try:
            with chromium() as browser:
                hour = Hour(browser, server, chosen.seed, chosen.minutes)
                hour.open_pages()
                hour.play()
                result = hour.result()
        finally:
            server.stop()
    print(json.dumps(result))
    return 1 if result["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
