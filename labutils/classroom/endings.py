"""How a lesson ends, and how one comes back to it: what was assumed, what is in the toolbox now,
the sentence that opens the next lesson, and the two ways there."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from textwrap import fill

from labutils.classroom import asking, cards, exercises, overview, panel, progress, toolbox
from labutils.classroom.course import lesson
from labutils.classroom.registry import AnyPrediction, Lesson, Prediction
from labutils.classroom.ways import NAMES, STORY, TOKENS, taken, ways
from labutils.text import counted

Items = progress.Items


@dataclass(frozen=True)
class WayOn:
    """A way on: the lesson that it leads to, what its button says, and the sentence above it."""

    number: str
    words: str
    hook: str = ""


def ending(number: str) -> None:
    """Show how a lesson ends: the predictions that came true and the beliefs behind the others,
    what is in the toolbox, and where to go on."""
    course = lesson(number) if isinstance(number, str) and len(number) == 2 else None
    if course is None:
        print(f"There is no lesson {number!r}. Write its two digits, as in ending('06').")
        return
    items = progress.load()
    made, right, fallen = came_of(course, items)
    names = toolbox.names(number)
    doors = list(ways_on(course, items))
    lines = [f"{right} of {counted(made, 'prediction')} came true."] if made else []
    lines += [f"You assumed: {one}" for one in fallen]
    lines += [f"In your toolbox: {', '.join(names)}."] if names else []
    for door in doors:
        lines += [door.hook, f"{door.words}."] if door.hook else [f"{door.words}."]
    text = "\n".join(fill(line, progress.WIDTH) for line in lines)
    html = _standing(made, right, fallen, names) + "".join(map(_door, doors))
    cards.show(text, html, "lu-ending", "What today changed" if made else "")


def came_of(course: Lesson, items: Items) -> tuple[int, int, list[str]]:
    """Return how many predictions were made, how many came true, and the beliefs behind the
    others, each as a sentence."""
    made = right = 0
    fallen: list[str] = []
    for item in course.predictions:
        choice = item.read(items.get(item.id, {}).get("first"))
        if choice is None:
            continue
        made += 1
        right += bool(exercises.came_true(item, choice))
        fallen += [_assumed(item, choice, belief) for belief in item.beliefs_behind(choice)]
    return made, right, list(dict.fromkeys(fallen))


def _assumed(item: AnyPrediction, choice: str, belief: str) -> str:
    """What somebody assumed who chose this, as a sentence: the thought with which a belief begins,
    `*A logout ends the tokens.*`, or else the words of the choice."""
    if belief.startswith("*"):
        said = belief[1:].partition("*")[0]
    else:
        said = item.guesses[choice].text if isinstance(item, Prediction) else belief
    return f"{said[:1].upper()}{said[1:].rstrip('.')}."


def ways_on(course: Lesson, items: Items) -> Iterator[WayOn]:
    """The ways on from a lesson: first that of whoever goes on by the way that they came."""
    number, order = course.number, ways()
    begun = sorted({name[:2] for name in progress.answered(items)})
    on = taken(progress.chosen_way(), begun)
    after = f"{int(number) + 1:02d}" if lesson(f"{int(number) + 1:02d}") else ""
    following = order.next_in_story(number)
    if number == order.story[0]:  # here the two ways part
        yield WayOn(after, f"{NAMES[TOKENS]}: {_called(after)}", course.ending.next)
        yield WayOn(following, f"{NAMES[STORY]}: {_called(following)}", course.ending.story)
        return
    if on == STORY and following:
        hook = course.ending.story or (course.ending.next if following == after else "")
        words = "Next in the story" if number in order.story else "Back to the story"
        yield WayOn(following, f"{words}: {_called(following)}", hook)
        if visit := order.visits.get(number):
            yield WayOn(visit, f"How did that work? {_called(visit)}, and back")
    elif after and not (on == STORY and number == order.story[-1]):
        yield WayOn(after, f"Next: {_called(after)}", course.ending.next)
    else:  # the last lesson leads out of the course
        yield WayOn("", "Next: a month of your own, from any seed", course.ending.next)


def _called(number: str) -> str:
    """A lesson as a button names it: its number and its title."""
    title = overview.title_of(number)
    return title if title.startswith(number) else f"{number} {title}".rstrip()


def _standing(made: int, right: int, fallen: list[str], names: list[str]) -> str:
    """What came of the predictions, and what is in the toolbox, in HTML."""
    html = ""
    if made:
        came = "came true" if made > 1 else "prediction came true"
        what = f"predictions {came}" if made > 1 else came
        html += f'<div class="lu-answer"><span class="lu-big">{right} of {made}</span>{what}</div>'
    if fallen:
        each = "".join(f"<li>{panel.marked(one)}</li>" for one in fallen)
        html += f'<div class="lu-head">Until today you assumed</div><ul>{each}</ul>'
    if names:
        kept = ", ".join(f"<code>{escape(name)}</code>" for name in names)
        html += f'<div class="lu-line"><span class="lu-head">In your toolbox</span>: {kept}</div>'
    return html


def _door(door: WayOn) -> str:
    """A way on in HTML: the sentence, and a link to the lesson where its notebook is here."""
    hook = panel.large(door.hook) if door.hook else ""
    path = overview.notebook_of(door.number)
    if path is None:
        return f'{hook}<div class="lu-line">{escape(door.words)}</div>'
    kind = "lu-door" if door.hook else "lu-door lu-side"
    link = f'<a class="{kind}" href="{escape(overview.address(path))}">{escape(door.words)}</a>'
    return f"{hook}<div>{link}</div>"


def welcome_back(number: str) -> None:
    """Say where somebody was who comes back to a lesson; nothing to whoever is new in it.

    In a class, offer everybody a button that asks for help.
    """
    course = lesson(number)
    if course is None or not panel.wanted():
        return
    asking.offer(number)
    items = progress.load()
    made = came_of(course, items)[0]
    names = toolbox.names(number)
    if not made and not names:
        return
    answered = counted(made, "prediction")
    kept = f", {' and '.join(f'`{name}`' for name in names)} in your toolbox" if names else ""
    panel.remark(f"You were here: {answered}{kept}. *Run All* is safe: it brings that back.")
