"""Provide the verbs of a notebook: check, hint, solution, quiz, predict, reveal, mine and others.

What is asked and answered is in lessons/, a table each. Nothing here raises, whatever it is given:
a learner gets a sentence.
"""

import ast
import linecache
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from textwrap import fill
from types import CodeType, FunctionType
from typing import Any

from labutils.classroom import overview, toolbox, ways
from labutils.classroom import progress as progress_file
from labutils.classroom.buttons import offer
from labutils.classroom.course import lesson, numbers
from labutils.classroom.judging import PASSED, Tried, Verdict, does_nothing, is_plain
from labutils.classroom.mixed import SEEDS, Mixed, mixed
from labutils.classroom.panel import (
    SIGNS,
    answers,
    marked,
    moral,
    remark,
    say,
    say_as_it_is,
    state,
    tables,
)
from labutils.classroom.progress import WIDTH
from labutils.classroom.python_errors import explained
from labutils.classroom.registry import (
    QUOTES,
    AnyPrediction,
    Estimate,
    Exercise,
    GridRow,
    Lesson,
    Prediction,
    Quiz,
    Target,
)
from labutils.classroom.scenes import played
from labutils.text import counted, shown

# What any function can get wrong: for a mistake that an exercise has no sentence of its own for.
COMMON = {
    "no return": "For one of the cases it returned None, not True or False. "
    "Did you forget a `return`? A function that reaches its end without one returns None.",
    "kind": "Return only True or False.",
    "other refusal": "It refuses, but with a different exception. Raise ValueError; `python -O` "
    "skips "
    "`assert`.",
    "returned False": "Refuse by raising an exception: the caller takes whatever is returned as a "
    "yes. raise ValueError('why') is enough.",
}
NOT_PLAIN = (
    "Hand in a string, a number, a list, a set or a dictionary of Python's own. This is an object "
    "that decides for itself what it equals."
)
NOT_A_FUNCTION = "Give check the function itself, by its name, not what it returned."
NO_FLAG = "That is None: the scene gave no flag, and said above what is wrong."
NO_SENTENCE = "That is not right, and the course has no message for this mistake. A hint may help."
NOTHING_YET = (
    "Nothing is recorded yet. Your predictions, passed exercises and answers are saved in "
    "progress.json,\nin this notebook's folder. The file stays on this machine."
)
LONG_ENOUGH = 600  # seconds at one exercise, after which help is named
PREDICTIONS = (Prediction, Estimate, GridRow)
_hints_given: dict[str, int] = {}
_the_courses: list[object] = []  # the course's own answers, as `mine` made them


def _item(identifier: object, *kinds: type) -> Any:
    """The item of that name, or None after a sentence that says which names there are."""
    if isinstance(identifier, str) and (one := mixed(identifier)) and isinstance(one, kinds):
        return one
    number = identifier[:2] if isinstance(identifier, str) else ""
    try:
        course = lesson(number) if number.isdecimal() and number.isascii() else None
    except ValueError as fault:
        from labutils.sheets import SheetError  # not above: it wants PyYAML

        if not isinstance(fault, SheetError):
            raise
        say_as_it_is(shown(str(fault), 400))  # an author's own: the sentence names file and line
        return None
    item = course.items.get(identifier) if course and isinstance(identifier, str) else None
    if isinstance(item, kinds):
        return item
    names = (
        [name for name, other in course.items.items() if isinstance(other, kinds)] if course else []
    )
    what = {Exercise: "exercise", Target: "target", Quiz: "quiz"}.get(kinds[0], "prediction")
    there = (
        f"This lesson has: {', '.join(names)}."
        if names
        else ("A name looks like '02-1': lesson, then number.")
    )
    say_as_it_is(f"There is no {what} {shown(repr(identifier), 40)}. {there}")
    return None


def _is_blank(answer: object) -> bool:
    """Whether the stub is as the notebook gave it:

    `...`, nothing, a function that does nothing, or a dictionary of `...` and `[...]`.
    """
    if isinstance(answer, Yours):
        answer = answer.function
    if isinstance(answer, FunctionType):
        return ... in answer.__code__.co_consts or does_nothing(answer)
    if isinstance(answer, dict):
        return all(
            value is ... or (isinstance(value, list) and ... in value) for value in answer.values()
        )
    if isinstance(answer, str | list | set | tuple):
        return not answer or ... in list(answer)
    return answer is ... or answer is None


# --- exercises ----------------------------------------------------------------------------------

_begun: dict[str, float] = {}  # when an exercise was first tried and did not pass


def stuck(identifier: str, *, passed: bool) -> bool:
    """Return whether somebody has tried an exercise for LONG_ENOUGH without passing it."""
    if passed:
        _begun.pop(identifier, None)
        return False
    now = time.monotonic()
    return now - _begun.setdefault(identifier, now) >= LONG_ENOUGH


def verdict(exercise: Exercise, answer: Any) -> tuple[Verdict, str]:
    """Return what the judge says of an answer, and the words for it.

    Whatever the answer does, nothing is raised.
    """
    if isinstance(answer, Yours):
        answer = answer.function
    if exercise.kind == "function":
        if not callable(answer):
            return Verdict("differs"), NOT_A_FUNCTION
        answer = Tried(answer)
    try:
        judged = exercise.judge(answer)
    except Exception as error:
        if isinstance(answer, Tried) and error is answer.error:
            judged = answer.raised()
        else:
            what = f"{type(error).__name__}: {shown(str(error), 120)}"
            return Verdict("differs"), f"Your answer could not be tried: {what}."
    if judged is None:
        judged = PASSED
    if isinstance(judged, str):  # a judge of the first kind names the mistake alone
        judged = Verdict("differs", mistake=judged)
    if judged.kind == "passed":
        if exercise.kind == "value" and not is_plain(answer):
            return Verdict("differs"), NOT_PLAIN
        return PASSED, " ".join(filter(None, (exercise.praise, judged.note)))
    return judged, _words(exercise, judged, answer)


def _words(exercise: Exercise, judged: Verdict, answer: Any) -> str:
    """The counterexample, then the misconception where one fits."""
    belief = exercise.sentence(judged.mistake) or COMMON.get(judged.mistake or "", "")
    if isinstance(answer, Tried):
        if answer.error is not None and judged.kind in ("raised", "differs"):
            judged = answer.raised(judged.case, judged.mistake)
        if answer.is_misnamed():
            return judged.counterexample()  # any lecture would be beside the point
        if judged.kind == "raised":
            belief = belief or explained(answer.error)
        if answer.gave_nothing():
            return Verdict("none", judged.case).counterexample()
        if judged == Verdict("differs", mistake=judged.mistake) and answer.gave_none():
            return f"It returned None each time. {belief}"
    lines = [line for line in (judged.counterexample(), belief) if line]
    return "\n".join(lines) or NO_SENTENCE


@answers
def check(identifier: str, answer: object = ...) -> None:
    """Say whether an answer is right, and if not, what shows it and what to think about."""
    exercise = _item(identifier, Exercise)
    if exercise is None:
        return
    if answer is None and isinstance(exercise, Target):
        state("not yet")
        say_as_it_is(f"{identifier}: not yet. {NO_FLAG}")
        return
    if _is_blank(answer):
        state("not attempted")
        say_as_it_is(f"{identifier}: not attempted yet. Stuck? hint({identifier!r})")
        return
    if _is_the_courses(answer):
        say_as_it_is(
            f"{identifier}: this is the course's own answer, which `mine` supplied, so it does not "
            "count. Check the one that you wrote."
        )
        return
    judged, words = verdict(exercise, answer)
    passed = judged is PASSED
    if not isinstance(exercise, Mixed):
        known = exercise.sentence(judged.mistake)  # a name of the course's, nothing of the answer
        mistake = judged.mistake if known and judged.mistake else ""
        progress_file.tried(identifier, passed=passed, mistake=mistake)
    state("passed" if passed else "not yet")
    say_as_it_is(f"{identifier}: passed. {words}" if passed else f"{identifier}: not yet. {words}")
    if passed and not isinstance(exercise, Mixed | Target):
        _keep(exercise, answer)
    if stuck(identifier, passed=passed):
        say(
            "You have spent ten minutes on this exercise. "
            f"hint({identifier!r}) goes one step further each time, and solution({identifier!r}) "
            "shows one way to solve it. Nothing below depends on it, so you can go on, and come "
            "back later."
        )


def _keep(exercise: Exercise, answer: object) -> None:
    """Keep what passed where later lessons find it: a function, or a text of several lines, such
    as a rule."""
    is_text = isinstance(answer, str) and "\n" in answer
    if toolbox.path() is None or not (exercise.kind == "function" or is_text):
        return
    name = _name_of_answer(exercise)
    try:
        toolbox.keep(exercise.id, name, answer)
    except toolbox.NotKept as sentence:
        say(str(sentence))
    else:
        say(f"`{name}` is in your toolbox now.")


@answers
def hint(identifier: str) -> None:
    """Print the next hint to an exercise or a target; after the last one, the first again."""
    if exercise := _item(identifier, Exercise):
        place = _hints_given.get(identifier, 0) % len(exercise.hints)
        _hints_given[identifier] = place + 1
        say_as_it_is(f"Hint {place + 1} of {len(exercise.hints)}: {exercise.hints[place]}")


def solution(identifier: str) -> None:
    """Print a model solution, to read after your own attempt."""
    if exercise := _item(identifier, Exercise):
        say_as_it_is(exercise.solution)


def target(number: str, seed: int | None = None) -> Any:
    """Say what a lesson's target asks for, and return its scene: a lab of its own.

    `target("mixed", seed)` gives one without saying which lesson it is from.
    """
    identifier = f"{number}-target" if isinstance(number, str) and len(number) == 2 else number
    if number == "mixed":
        if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < SEEDS:
            say('A mixed target needs a seed, a number of 0 or more, such as target("mixed", 7).')
            return None
        identifier = f"mixed-{seed}"
    item = _item(identifier, Target)
    if item is None:
        return None
    _say_brief(item)
    scene = item.scene()
    return scene if type(scene).__module__ == "builtins" else played(scene)


@answers
def _say_brief(item: Target) -> None:
    """Say what a target asks for."""
    state("target")
    say(f"{item.id}: {item.brief}")
    if item.rows:
        goal = f'<div class="lu-question">{marked(item.goal)}</div>'
        rows = ((name, marked(says)) for name, says in item.rows.items())
        tables(goal + _pairs(rows))


# --- the learner's own code, used ---------------------------------------------------------------


class Yours:
    """A learner's function, for use in later cells.

    Where it fails, one sentence says so, and the course's goes on.
    """

    def __init__(
        self, exercise: Exercise, function: Callable[..., Any], course: Callable[..., Any]
    ):
        self.exercise, self.function, self.course = exercise, function, course
        self.__name__ = course.__name__
        self.failed = False

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        tried = Tried(self.function)
        try:
            return tried(*arguments, **named)
        except self.exercise.refusal:
            raise
        except Exception as error:
            result = self.course(*arguments, **named)  # where this raises, the input is at fault
            if not self.failed:
                self.failed = True
                what = f"{type(error).__name__}: {shown(str(error), 120)}"
                remark(
                    f"Your {self.exercise.id} raised {what}{tried.line()}. "
                    "The course's version is used instead."
                )
            return result


def mine(identifier: str, answer: Any = None) -> Any:
    """Return the learner's answer if it can be used, else the course's; print which.

    It looks in the notebook, by the name of the answer where none is given; then in the toolbox,
    where what passed in another lesson is kept, or before the kernel was restarted.

    A verifier that lets too much in, or too little, can be used: it meets the next forgery. What
    raises, or gives something else, would only stop later cells.
    """
    exercise = _item(identifier, Exercise)
    if exercise is None:
        return answer
    namespace = dict(sys._getframe(1).f_globals)
    if isinstance(answer, Yours):
        answer = answer.function
    if answer is None:
        answer = namespace.get(_name_of_answer(exercise))
    exec(_compiled(exercise), namespace)
    course = namespace[_name_of_answer(exercise)]
    again = _is_the_courses(answer)
    _the_courses.append(course)
    kept = (
        toolbox.load(identifier, _name_of_answer(exercise)) if again or _is_blank(answer) else None
    )
    if kept is not None:
        again, answer = False, kept
    where = "" if kept is None else " from your toolbox"
    if again:
        remark(
            f"{identifier}: this name holds the course's version from an earlier run, so that "
            "version is used. To use yours, run the exercise's cell."
        )
        return course
    if _is_blank(answer):
        remark(f"{identifier} is not written yet, so the course's version is used.")
        return course
    judged, _ = verdict(exercise, answer)
    if judged.kind not in ("passed", "let_in", "refused_good"):
        remark(
            f"{identifier}{where} does not work yet, so the course's version is used. check says "
            "what is missing."
        )
        return course
    unfinished = "" if judged is PASSED else ", although it has not passed yet"
    remark(f"Your version{where} is used{unfinished} ({identifier}).")
    return Yours(exercise, answer, course) if exercise.kind == "function" else answer


def _compiled(exercise: Exercise) -> CodeType:
    """The solution as code whose source `inspect` finds, as it does for a function of a cell."""
    name = f"<the course's {exercise.id}>"
    lines = exercise.solution.splitlines(keepends=True)
    linecache.cache[name] = len(exercise.solution), None, lines, name
    return compile(exercise.solution, name, "exec")


def _is_the_courses(answer: object) -> bool:
    """Whether this very object is one that `mine` gave in place of the learner's.

    A number, or a text of one line, can be one object for all who write it. So these never count.
    """
    if isinstance(answer, int | float) or (isinstance(answer, str) and "\n" not in answer):
        return False
    return any(answer is one for one in _the_courses)


def _name_of_answer(exercise: Exercise) -> str:
    """The name under which a solution leaves its answer:

    `answer`, or else the last that it binds.
    """
    names = []
    for statement in ast.parse(exercise.solution).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names.append(statement.name)
        elif isinstance(statement, ast.Assign):
            names += [node.id for node in statement.targets if isinstance(node, ast.Name)]
    return "answer" if "answer" in names else names[-1]


def _say_not_noted(answer: object) -> None:
    """Say of what answers no question that it is not noted; nothing where nothing was answered."""
    if answer is None or answer is ... or (isinstance(answer, str) and not answer.strip()):
        return
    say_as_it_is(f"{shown(repr(answer), 40)} is not one of the choices, so it is not recorded.")


# --- quizzes ------------------------------------------------------------------------------------


@answers
def quiz(identifier: str, choice: str = "") -> None:
    """Ask a question, or, given a choice, say what is right or wrong about its thought."""
    item = _item(identifier, Quiz)
    if item is None:
        return
    letter = item.read(choice)
    state("asked")
    say(f"{item.id}. {item.question}")
    for name, offered in item.choices.items():
        say(f"  {name}) {offered.text}", indent="     ")
    if letter is None:
        say_as_it_is(f"Put one letter {QUOTES}: {', '.join(item.choices)}.")
        _say_not_noted(choice)
        offer(item, quiz)
        return
    chosen = item.choices[letter]
    progress_file.chose(item.id, letter, right=chosen.right)
    state("passed" if chosen.right else "not yet")
    say(f"You chose {letter}: {'right' if chosen.right else 'not quite'}. {chosen.why}")


# --- predictions --------------------------------------------------------------------------------


def prediction(identifier: object) -> AnyPrediction | None:
    """Return the prediction of that name, or None after a sentence that says which there are."""
    item: AnyPrediction | None = _item(identifier, *PREDICTIONS)
    return item


def ask(item: AnyPrediction, guess: object, place: str = QUOTES) -> None:
    """Print what a prediction asks, with its options; say so if a guess is not one of them.

    `place` is where an answer is typed.
    """
    state("asked")
    for line in (f"{item.id}. {item.question}", *item.lines(place)):
        say(line, indent="     " if line.startswith("  ") else "")
    if item.read(guess) is None:
        _say_not_noted(guess)


@answers
def predict(identifier: str, guess: object = "") -> None:
    """Ask what the next experiment will show, and note the first guess."""
    item = _item(identifier, *PREDICTIONS)
    if item is None:
        return
    choice = item.read(guess)
    if choice is None:
        ask(item, guess)
        offer(item, predict)
        return
    noted = progress_file.guessed(item.id, choice)
    if noted is None:
        say(f"{item.id}: you predict {item.named(choice)}. Now run the experiment.")
    elif "after" in noted:
        say(
            f"{item.id}: the result has already been shown here, so this is a late guess, not a "
            "prediction."
        )
        say(f"You guessed {item.named(choice)}. {item.belief(choice) or 'That is right.'}")
        say(f"Result: {item.named(item.truth)}. {item.because}")
    elif noted.get("first") == choice:
        say(f"{item.id}: recorded: {item.named(choice)}. Now run the experiment.")
    else:
        say(f"{item.id}: your first guess stays: {_named(item, noted.get('first'))}.")


@answers
def reveal(identifier: str, observed: object = ...) -> None:
    """Say what came out, what was predicted, the belief behind a wrong guess, and why it is so."""
    item = _item(identifier, *PREDICTIONS)
    if item is None:
        return
    came_out = item.truth if observed is ... else item.observed(observed)
    noted = progress_file.before_the_result(item.id)
    say_as_it_is()
    if came_out is None:
        say_as_it_is(f"{item.id}. Result: {shown(repr(observed), 60)}.")
    else:
        say(f"{item.id}. Result: {item.named(came_out)}.")
    if came_out != item.truth:
        say(
            f"In the course's own run, the result was: {item.named(item.truth)}. A cell above was "
            "changed, or run twice. Restart the kernel, and run from the top."
        )
    if noted is not None:
        say(_compared(item, noted))
        right = came_true(item, noted.get("first"))
        state("told" if right is None else "passed" if right else "not yet")
        if came_out == item.truth:
            tables(_in_a_card(item, item.read(noted.get("first")), right))
    say(item.because)
    if item.moral:
        moral(item.moral)


def _in_a_card(item: AnyPrediction, choice: str | None, right: bool | None) -> str:
    """What came out and what was predicted, for a card: in one line for whoever was right."""
    came_out = marked(
        item.in_words(item.truth) if isinstance(item, GridRow) else item.named(item.truth)
    )
    if choice is None:
        return f'<div class="lu-line"><span class="lu-head">Result:</span> {came_out}</div>'
    if right:
        near = (
            "" if choice == item.truth else f" You said {marked(item.named(choice))}: near enough."
        )
        sign = f'<span class="lu-sign" aria-hidden="true">{SIGNS["passed"]}</span>'
        head = '<span class="lu-head">You saw it coming:</span>'
        return f'<div class="lu-line">{sign}{head} {came_out}{near}</div>'
    sign = f'<span class="lu-sign" aria-hidden="true">{SIGNS["not yet"]}</span>'
    if isinstance(item, GridRow):
        return _row_in_a_card(item, choice, sign)
    both = _pairs((("You", marked(item.named(choice))), ("Result", came_out)))
    head = f'<div class="lu-line">{sign}<span class="lu-head">Not what you expected.</span></div>'
    belief = f'<div class="lu-line">{marked(item.belief(choice))}</div>'
    return f"{head}{both}{belief}"


def _row_in_a_card(item: GridRow, choice: str, sign: str) -> str:
    """How many lines of a row came true; what happened in the others, and the beliefs behind."""
    words = dict(zip("ox", item.words, strict=True))
    lines = zip(item.columns, choice, item.truth, strict=True)
    others = [(column, guess, true) for column, guess, true in lines if guess != true]
    count = f"{len(item.columns) - len(others)} of {len(item.columns)} as you expected."
    said = [f'{sign}<span class="lu-head">{count}</span>']
    said += [
        f"{marked(column.text)} {marked(words[true])}, and you said: {marked(words[guess])}"
        for column, guess, true in others
    ]
    said += [marked(belief) for belief in item.beliefs_behind(choice)]
    return "".join(f'<div class="lu-line">{one}</div>' for one in said)


def _pairs(rows: Iterable[tuple[str, str]]) -> str:
    """Names and what belongs to them, below each other, in HTML."""
    both = "".join(f"<span>{name}</span><div>{says}</div>" for name, says in rows)
    return f'<div class="lu-both">{both}</div>'


def _named(item: AnyPrediction, noted: object) -> str:
    """A noted guess as a person reads it; a file may hold one that is none."""
    choice = item.read(noted)
    return item.named(choice) if choice else shown(str(noted), 30)


def _compared(item: AnyPrediction, noted: Mapping[str, Any]) -> str:
    """What was predicted, and what somebody believes who predicts that."""
    choice, after = item.read(noted.get("first")), item.read(noted.get("after"))
    if choice is None:
        if after is None:
            return "You made no prediction."
        judged = item.belief(after) or "That is right."
        return f"You made no prediction. After the result you guessed {item.named(after)}. {judged}"
    belief = item.belief(choice)
    if not belief and choice == item.truth:
        return f"You predicted {item.named(choice)}, and you were right."
    if not belief:
        return f"You predicted {item.named(choice)}. That is near enough."
    return f"You predicted {item.named(choice)}. {belief}"


# --- progress -----------------------------------------------------------------------------------


def came_true(item: AnyPrediction, noted: str | None) -> bool | None:
    """Return whether a noted guess came true; None if there is none."""
    choice = item.read(noted)
    return (
        None
        if choice is None
        else not item.belief(choice) and (choice == item.truth or isinstance(item, Estimate))
    )


@answers
def progress(receipt: str = "") -> None:
    """Say what is done, which predictions came true, and which beliefs fell.

    The last line is a receipt: give it to `progress` on another machine, and nothing is lost.
    `progress("story")` takes the way from the breach down, `progress("tokens")` the other one.
    """
    if isinstance(receipt, str) and receipt in ways.NAMES:
        progress_file.choose_way(receipt)
        say(f"{ways.NAMES[receipt]}: from now on, the last cell of each lesson goes this way.")
        return
    carried, strangers = progress_file.from_receipt(receipt if isinstance(receipt, str) else "")
    strangers += sorted(set(carried) - set(_known(carried)))
    carried = _known(carried)
    noted = progress_file.carry(carried)
    if strangers:
        say_as_it_is(f"Ignored, because no item has this name: {shown(' '.join(strangers), 80)}")
    if noted is None:  # it could not be read, and that was said
        return
    items = _known(noted)
    if not progress_file.answered(items):
        say_as_it_is(NOTHING_YET)
        return
    if carried:
        say_as_it_is(f"Restored from the receipt: {counted(len(carried), 'item')}.")
    course = _lessons_of(items)
    for each in course.values():
        if line := _standing(each, items):
            say_as_it_is(line)
            left = _left(each, items)
            say_as_it_is(fill(left, WIDTH, initial_indent="  ", subsequent_indent="  "))
    last = progress_file.last_answered()
    link = overview.go_on(course, items, numbers(), last)
    tables(overview.dots(course, items, numbers(), last) + link)
    say(overview.next_step(course, items, numbers(), last))
    _say_beliefs(course, items)
    say_as_it_is("To continue on another machine, run this line there:")
    say_as_it_is(f'progress("{progress_file.receipt(items)}")')


def _lessons_of(items: Mapping[str, progress_file.Item]) -> dict[str, Lesson]:
    """The lessons, by number, that items are called after."""
    numbers = sorted({name[:2] for name in items})
    return {number: course for number in numbers if (course := lesson(number))}


def _known(items: Mapping[str, progress_file.Item]) -> dict[str, progress_file.Item]:
    """The items that a lesson has."""
    known = {name for each in _lessons_of(items).values() for name in each.items}
    return {name: item for name, item in items.items() if name in known}


def _left(each: Lesson, items: Mapping[str, Mapping[str, Any]]) -> str:
    """What is left to do in a lesson: exercises and target that have not passed, the quiz; then
    the predictions."""
    asked: tuple[Exercise | Quiz, ...] = (*each.checked, *each.quizzes)
    left = [item.id for item in asked if not items.get(item.id, {}).get("passed")]
    long = overview.paths(each.number)[1]
    on_the_long_path = [name for name in left if name in long]
    if still := [name for name in left if name not in long]:
        return f"Still to do: {', '.join(still)}."
    if on_the_long_path:
        return f"The short path is done. On the long path: {', '.join(on_the_long_path)}."
    open_ = [
        item.id for item in each.predictions if not {"first", "after"} & set(items.get(item.id, {}))
    ]
    if open_:
        return f"Everything is done, but these predictions are still open: {', '.join(open_)}."
    return "Everything is done."


def _standing(each: Lesson, items: Mapping[str, progress_file.Item]) -> str:
    """One line on a lesson: what is passed, and how the predictions went."""
    if not set(each.items) & set(progress_file.answered(items)):
        return ""

    def passed(group: Any) -> str:
        return (
            f"{sum(bool(items.get(item.id, {}).get('passed')) for item in group)} of {len(group)}"
        )

    parts = [f"exercises {passed(each.exercises)}"]
    if each.target:
        reached = items.get(each.target.id, {}).get("passed")
        parts.append("target reached" if reached else "target open")
    if each.predictions:
        outcomes = [came_true(p, items.get(p.id, {}).get("first")) for p in each.predictions]
        made = [outcome for outcome in outcomes if outcome is not None]
        parts.append(f"predictions {len(made)} of {len(outcomes)} made, {sum(made)} right")
    parts.append(f"quiz {passed(each.quizzes)}")
    return f"Lesson {each.number}: {', '.join(parts)}."


def _say_beliefs(course: Mapping[str, Lesson], items: Mapping[str, Mapping[str, Any]]) -> None:
    """The beliefs that fell: what stood behind the guesses that did not come true."""
    fallen = []
    for each in course.values():
        for item in each.predictions:
            choice = item.read(items.get(item.id, {}).get("first"))
            if choice is not None and (belief := item.belief(choice)):
                fallen.append(f"{item.id}  {belief}")
    if fallen:
        say_as_it_is("What your wrong predictions assumed:")
        for line in fallen:
            say_as_it_is(fill(line, WIDTH, initial_indent="  ", subsequent_indent="         "))
