"""The room on the wall: a page of the hub, for the instructor alone.

It shows what `python -m labutils room` prints, over the homes of the class and read afresh each
time: no names, no link followed, 64 KiB of a file, known ids only. The page has no script, asks
nothing of anybody, and loads itself again. Which guess is right, and what stands behind the others,
is on a page of its own: the first one can be shown before the experiment.
"""

import os
from collections.abc import Iterator
from html import escape
from urllib.parse import urlparse

from labutils.classroom.exercises import came_true
from labutils.classroom.progress import Item
from labutils.classroom.registry import AnyPrediction, Lesson, lesson
from labutils.classroom.room import choices_of, of_homes, standing
from tools.classroom import accounts
from tools.classroom.settings import read

EVERY = 15  # seconds
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
.stuck {{ color: #a33c00; font-weight: bold }}
.belief {{ margin: .1rem 0 .4rem 1.5rem; color: #444 }}
</style>
<h1>The room</h1>
<p>{count} with something noted. {other}</p>
{body}
<p><small>Counts of a whole room, without names. Read again every {every} seconds.</small></p>
</html>
"""
WITH_ANSWERS = '<a href="?answers">With what is right, and the beliefs</a> (not for the wall).'
WITHOUT = '<a href="?">Without the answers</a>, to show it.'


def page(everybody: list[dict[str, Item]], *, answers: bool = False) -> str:
    """The page for these learners' progress: every text is escaped, whoever wrote it."""
    numbers = sorted({name[:2] for items in everybody for name in items})
    lessons = [course for number in numbers if (course := lesson(number))]
    return PAGE.format(
        every=EVERY,
        count=len(everybody),
        other=WITHOUT if answers else WITH_ANSWERS,
        body="\n".join(part for each in lessons for part in _lesson(each, everybody, answers)),
    )


def _lesson(course: Lesson, everybody: list[dict[str, Item]], answers: bool) -> Iterator[str]:
    """The exercises and the predictions of a lesson that somebody noted something in."""
    predictions = [
        part for item in course.predictions for part in _prediction(item, everybody, answers)
    ]
    rows = list(_exercises(course, everybody))
    if rows or predictions:
        yield f"<h2>Lesson {escape(course.number)}</h2>"
        yield f"<table>{''.join(rows)}</table>"
        yield from predictions


def _exercises(course: Lesson, everybody: list[dict[str, Item]]) -> Iterator[str]:
    for exercise in course.checked:
        tried = [items[exercise.id] for items in everybody if exercise.id in items]
        if tried:
            passed, stuck = standing(tried)
            said = f"passed by {passed} of {len(tried)}"
            stuck_here = f'<span class="stuck">stuck: {stuck}</span>' if stuck else ""
            yield _row(exercise.id, passed, len(everybody), said, stuck_here)


def _prediction(
    item: AnyPrediction, everybody: list[dict[str, Item]], answers: bool
) -> Iterator[str]:
    choices = choices_of(item, everybody)
    if not choices:
        return
    yield f"<h3>{escape(item.id)}</h3><p>{escape(item.question)}</p>"
    shown = sorted(choices.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_ROWS]
    rows = []
    for choice, count in sorted(shown):
        right = "came true" if answers and came_true(item, choice) else ""
        rows.append(_row(item.named(choice), count, choices.total(), str(count), right))
    yield f"<table>{''.join(rows)}</table>"
    if answers:
        for choice, count in shown:
            if belief := item.belief(choice):
                yield f'<p class="belief">Held by {count}: {escape(belief)}</p>'


def _row(name: str, count: int, most: int, said: str, more: str) -> str:
    """A row: a name, a bar with the number in words beside it, and what else there is to say."""
    bar = f'<meter max="{most}" value="{count}">{count}</meter>'
    return f"<tr><th>{escape(name)}</th><td>{bar}</td><td>{escape(said)}</td><td>{more}</td></tr>"


def serve() -> None:
    """Serve the page to whoever the hub lets in."""
    from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
    from tornado.ioloop import IOLoop
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
            self.finish(page(of_homes(homes), answers=answers))

    prefix = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
    handlers = [(prefix, Wall), (prefix + "oauth_callback", HubOAuthCallbackHandler)]
    application = Application(handlers, cookie_secret=os.urandom(32))
    address = urlparse(os.environ["JUPYTERHUB_SERVICE_URL"])
    application.listen(address.port, address.hostname)
    IOLoop.current().start()


if __name__ == "__main__":
    serve()
