"""What each lesson is made of, in numbers: `python tools/lesson_numbers.py`.

A line for each lesson: its mould and instruments, cells, words to read, words in cards, lines to
write, minutes by the formula, the learner's share, the names that its cells use, and which of them
no other lesson uses.
"""

import ast
import builtins
import re
import sys
from collections import Counter

import lessons
import nbformat
import share

FOR_AN_INSTRUMENT = 2  # minutes to play with one
KERNEL = (
    "*No module named `labutils`? Start this with `make lab`, and choose the kernel Python 3. A "
    "name is not defined? Run the first grey cell again, and go on from there.*"
)
# The verbs of every lesson: what a cell does with them is asking, keeping or judging.
VERBS = ("mine", "check", "experiment", "ending", "target", "seen", "hint", "solution", "quiz")
INSTRUMENTS = ("glass", "wire", "ribbons", "controls", "logs", "board", "bands", "clock")


def words_in(text):
    """Count the words that are read: no comment, no address of a link."""
    text = re.sub(r"<!--.*?-->|\]\(\S+\)", "", text.replace(KERNEL, ""))
    return len(text.split())


def cells_of(number):
    """Return the cells of a lesson."""
    return nbformat.read(lessons.notebook(number), as_version=4).cells


def asked_in(cells):
    """Return the ids of the questions and targets that these cells ask."""
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return re.findall(r'\b(?:experiment|target)\("([\d\w-]+)"', code)


def words_in_cards(number):
    """Count the words that the cards of a lesson's questions and of its target show."""
    from labutils.classroom.course import lesson

    course, shown = lesson(number), []
    for name in asked_in(cells_of(number)):
        if name == number and course.target:
            shown.append(course.target.brief)
        elif name in course.items:
            item = course.items[name]
            shown += [item.question, item.because, item.moral, *item.lines()]
    return sum(len(text.split()) for text in shown)


def words_of(number):
    """Count the words of a lesson's text."""
    return sum(words_in(one.source) for one in cells_of(number) if one.cell_type == "markdown")


def minutes_of(number):
    """Return how long a lesson takes: words, lines to write, cells and instruments."""
    cells = cells_of(number)
    words = words_of(number) + words_in_cards(number)
    outputs = [out for cell in cells if cell.cell_type == "code" for out in cell.outputs]
    instruments = sum("image/svg+xml" in out.get("data", {}) for out in outputs)
    own = share.written(number)
    return words / 130 + 1.5 * own + len(cells) / 2 + FOR_AN_INSTRUMENT * instruments


def names_in(number):
    """Return the names that a lesson's cells take from its start, its verbs left out."""
    code = [ast.parse(cell.source) for cell in cells_of(number) if cell.cell_type == "code"]
    nodes = [node for tree in code for node in ast.walk(tree)]
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    made = {node.id for node in nodes if isinstance(node, ast.Name) and type(node.ctx) is ast.Store}
    made |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    made |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    return used - made - set(dir(builtins)) - set(VERBS)


def earlier_functions(number):
    """Return the exercises of other lessons whose functions a lesson uses."""
    code = "\n".join(cell.source for cell in cells_of(number) if cell.cell_type == "code")
    return [one for one in re.findall(r'mine\("([\d-]+)"\)', code) if one[:2] != number]


def harness(number):
    """Return which share of a lesson's lines of code asks, keeps, judges or imports."""
    code = "\n".join(cell.source for cell in cells_of(number) if cell.cell_type == "code")
    lines = [line for line in code.splitlines() if line.strip()]
    of_harness = re.compile(r"\b(import|mine|check|experiment|ending|target)\b|seen\.result")
    return sum(bool(of_harness.search(line)) for line in lines) / len(lines)


def instruments_of(number):
    """Return the instruments of a lesson: those whose pictures are stored, by what start uses."""
    text = "\n".join(cell.source for cell in cells_of(number))
    start = lessons.ROOT / "labutils" / "lessons" / f"lesson_{number}" / "start.py"
    text += start.read_text(encoding="utf-8") if start.exists() else ""
    return [name for name in INSTRUMENTS if re.search(rf"\b{name}\(", text)]


def first_act(number):
    """Return the place of the first code cell."""
    return next(at for at, cell in enumerate(cells_of(number)) if cell.cell_type == "code")


def main():
    """Print the table."""
    numbers = [path.name[:2] for path in lessons.paths()]
    used = {number: names_in(number) for number in numbers}
    everywhere = Counter(name for names in used.values() for name in names)
    print("    mould       cells words cards lines  min share names alone harness act  instruments")
    for number in numbers:
        course = nbformat.read(lessons.notebook(number), as_version=4).metadata["labutils"]
        alone = sorted(name for name in used[number] if everywhere[name] == 1)
        print(
            f"{number}  {course.get('mould', '-'):11} {len(cells_of(number)):4} "
            f"{words_of(number):5} {words_in_cards(number):5} {share.written(number):5} "
            f"{minutes_of(number):4.0f} "
            f"{share.share(number):5.0%} {len(used[number]):5} {len(alone):5} "
            f"{harness(number):7.0%} {first_act(number):3}  {' '.join(instruments_of(number))} "
            f"{' '.join(earlier_functions(number))}"
        )
    alone = sum(count == 1 for count in everywhere.values())
    print(f"{len(everywhere)} names in all, {alone} of them in one lesson alone")
    return 0


if __name__ == "__main__":
    sys.exit(main())
