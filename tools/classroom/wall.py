"""The room on the wall: a page of the hub, for the instructor alone.

It shows what `python -m labutils room` prints, over the homes of the class and read afresh each
time: no names, no link followed, 64 KiB of a file, known ids only. The page has no script, asks
nothing of anybody, and loads itself again. Which guess is right, and what stands behind the others,
is on a page of its own: the first one can be shown before the experiment, as what `room --before`
prints.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from html import escape

from labutils.classroom.exercises import came_true
from labutils.classroom.progress import Item
from labutils.classroom.registry import AnyPrediction, Estimate, GridRow, Lesson, Prediction, Quiz
from labutils.classroom.room import (
    STUCK_MEANS,
    Room,
    beliefs_of,
    choices_of,
    lessons_of,
    of_homes,
    rows_of,
    standing,
    tries,
)
from tools.classroom import accounts, instructor, plain_log
from tools.classroom.settings import read

EVERY = 15  # seconds
SLOT, MOST_SLOTS = 5, 18  # minutes of a column in the table of the pace, and columns
MOST_ROWS = 6  # guesses of one prediction that are shown, the most frequent first
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="{every}">
<title>The room</title>
<style>
body {{ font: 1.25rem/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem;
       padding: 0 1rem; color: #111; background: #fff }}
h2 {{ font-size: 1.5rem; margin: 2rem 0 .5rem; border-bottom: 3px solid #0072b2 }}
h3 {{ font-size: 1.25rem; margin: 1.2rem 0 .2rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; font-weight: normal; padding: .15rem .8rem .15rem 0;
         vertical-align: top }}
td:nth-child(2) {{ width: 14rem }} td:nth-child(3) {{ width: 11rem }}
meter {{ width: 13rem; height: 1.2rem }}
meter::-webkit-meter-optimum-value {{ background: #555 }}
meter::-moz-meter-bar {{ background: #555 }}
.pace td, .pace th {{ width: auto; text-align: right; font-variant-numeric: tabular-nums }}
.stuck {{ color: #a33c00; font-weight: bold }}
.belief {{ margin: .1rem 0 .4rem 1.5rem; color: #444 }}
</style>
<h1>The room</h1>
<p>People who have recorded something: {count}. {other}</p>
{body}
<p><small>{small}</small></p>
</html>
"""
EACH_TIME = f"Counts of a whole room, without names. Read again every {EVERY} seconds."
WITH_ANSWERS = '<a href="?answers">With what is right, and the beliefs</a> (not for the wall).'
WITHOUT = '<a href="?">Without the answers</a>, to show it.'


class Pace:
    """How far the room was in each lesson, slot by slot of some minutes. `slots`: by number of the
    slot since the class began, by lesson the exercises that were passed, of all that people there
    can pass."""

    def __init__(self) -> None:
        self.slots: dict[int, dict[str, tuple[int, int]]] = {}

    def note(self, minutes: int, people: list[dict[str, Item]]) -> None:
        """Note where the room is, so many minutes after the first time."""
        passed: dict[str, tuple[int, int]] = {}
        for lesson in lessons_of(people):
            here = [one for one in people if any(name.startswith(lesson.number) for name in one)]
            counts = [standing(tried)[0] for _, tried in tries(lesson, here)]
            passed[lesson.number] = sum(counts), len(counts) * len(here)
        self.slots[minutes // SLOT] = passed

    def rows(self) -> Iterator[str]:
        """A table of lesson by minute: of a hundred exercises, how many are passed."""
        last = sorted(self.slots)[-MOST_SLOTS:]
        lessons = sorted({name for slot in last for name in self.slots[slot]})
        if not lessons:
            return
        heads = "".join(f"<th>{slot * SLOT}</th>" for slot in last)
        yield f'<h2>Lesson by minute</h2><table class="pace"><tr><th>lesson</th>{heads}</tr>'
        for name in lessons:
            cells = "".join(self._cell(slot, name) for slot in last)
            yield f"<tr><th>{escape(name)}</th>{cells}</tr>"
        yield "</table><p><small>Percent of the exercises passed by those who began.</small></p>"

    def _cell(self, slot: int, lesson: str) -> str:
        passed, of = self.slots[slot].get(lesson, (0, 0))
        return f"<td>{100 * passed // of}</td>" if of else "<td></td>"


def page(room: Room, pace: Pace | None = None, *, answers: bool = False) -> str:
    """The page for these learners' progress: every text is escaped, whoever wrote it."""
    lessons = lessons_of(room.people)
    small = [EACH_TIME, STUCK_MEANS, room.left_out_in_words()]
    return PAGE.format(
        every=EVERY,
        count=len(room.people),
        other=WITHOUT if answers else WITH_ANSWERS,
        body="\n".join(
            [
                *(pace.rows() if pace else ()),
                *(part for each in lessons for part in _lesson(each, room.people, answers)),
            ]
        ),
        small=escape(" ".join(sentence for sentence in small if sentence)),
    )


def _lesson(course: Lesson, everybody: list[dict[str, Item]], answers: bool) -> Iterator[str]:
    """The exercises, the predictions and the quiz of a lesson that somebody noted something in."""
    yield f"<h2>Lesson {escape(course.number)}</h2>"
    yield f"<table>{''.join(_exercises(course, everybody))}</table>"
    for item in course.predictions:
        yield from _prediction(item, choices_of(item, everybody), answers)
    for question in course.quizzes:
        yield from _quiz(question, choices_of(question, everybody), answers)


def _exercises(course: Lesson, everybody: list[dict[str, Item]]) -> Iterator[str]:
    for name, tried in tries(course, everybody):
        passed, stuck = standing(tried)
        said = f"passed by {passed} of {len(tried)}"
        stuck_here = f'<span class="stuck">stuck: {stuck}</span>' if stuck else ""
        yield _row(name, passed, len(everybody), said, stuck_here)


def _prediction(item: AnyPrediction, choices: Counter[str], answers: bool) -> Iterator[str]:
    """How the room predicted; with the answers also what is right, and each belief by itself."""
    if not choices:
        return
    yield f"<h3>{escape(item.id)}</h3><p>{escape(item.question)}</p>"
    rows = _letters if isinstance(item, GridRow) else _guesses
    yield f"<table>{''.join(rows(item, choices, answers))}</table>"
    for belief, count in beliefs_of(item, choices) if answers else []:
        yield f'<p class="belief">Held by {count}: {escape(belief)}</p>'


def _guesses(item: Prediction | Estimate, choices: Counter[str], answers: bool) -> Iterator[str]:
    """A row for each guess that is made most, in the order of the guesses."""
    most = sorted(choices.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_ROWS]
    for choice, count in sorted(most):
        right = "came true" if answers and came_true(item, choice) else ""
        yield _row(item.named(choice), count, choices.total(), str(count), right)


def _letters(item: GridRow, choices: Counter[str], answers: bool) -> Iterator[str]:
    """A row for each place of the letters: the bar shows how many said o."""
    opens, refused = item.words
    for (name, yes, no), truth in zip(rows_of(item, choices), item.truth, strict=True):
        right = escape(f"right: {opens if truth == 'o' else refused}") if answers else ""
        yield _row(name, yes, choices.total(), f"{opens}: {yes}; {refused}: {no}", right)


def _quiz(item: Quiz, choices: Counter[str], answers: bool) -> Iterator[str]:
    """How the room voted: the first choice of each."""
    if not choices:
        return
    yield f"<h3>{escape(item.id)}</h3><p>{escape(item.question)}</p>"
    rows = []
    for choice in item.choices:
        right = "right" if answers and item.choices[choice].right else ""
        count = choices[choice]
        rows.append(_row(item.named(choice), count, choices.total(), str(count), right))
    yield f"<table>{''.join(rows)}</table>"


def _row(name: str, count: int, most: int, said: str, more: str) -> str:
    """A row: a name, a bar with the number in words beside it, and what else there is to say."""
    bar = f'<meter max="{most}" value="{count}">{count}</meter>'
    return f"<tr><th>{escape(name)}</th><td>{bar}</td><td>{escape(said)}</td><td>{more}</td></tr>"


def serve() -> None:
    """Serve the page to whoever the hub lets in."""
    from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
    from tornado.httpserver import HTTPServer
    from tornado.ioloop import IOLoop, PeriodicCallback
    from tornado.netutil import bind_unix_socket
    from tornado.web import Application, RequestHandler, authenticated

    class Wall(HubOAuthenticated, RequestHandler):
        """The page; the hub is asked for each request whether this person may see it."""

        @authenticated
        def get(self):
            settings = read()
            homes = [entry.pw_dir for entry in accounts.all_of(settings)]
            policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
            self.set_header("Content-Security-Policy", policy)
            self.set_header("Cache-Control", "no-store")
            answers = "answers" in self.request.arguments
            self.finish(page(of_homes(homes), pace, answers=answers))

    pace, begun = Pace(), time.monotonic()

    def note():
        homes = [entry.pw_dir for entry in accounts.all_of(read())]
        pace.note(int(time.monotonic() - begun) // 60, of_homes(homes).people)

    plain_log.to_stderr()
    PeriodicCallback(note, 60_000).start()
    prefix = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
    handlers = [
        (prefix, Wall),
        *instructor.handlers(prefix),
        (f"{prefix}oauth_callback", HubOAuthCallbackHandler),
    ]
    secret, silent = os.urandom(32), lambda _: None
    application = Application(handlers, cookie_secret=secret, log_function=silent)
    server = HTTPServer(application, xheaders=True)
    server.add_socket(bind_unix_socket(str(read().socket("front/wall")), mode=0o660))
    IOLoop.current().start()


if __name__ == "__main__":
    serve()
