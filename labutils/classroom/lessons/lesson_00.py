"""00 · Start here."""

import sys

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz
from labutils.lab import Lab


def _at_the_vault() -> tuple[int, int, int]:
    """Requests to the vault, how many of them it wrote down, and Tom's share.

    They are counted in the learner's own lab, where there is one: whoever runs the visitors' cell
    twice has twice as many of each.
    """
    lab = getattr(sys.modules["__main__"], "lab", None)
    if not isinstance(lab, Lab) or "vault.example" not in lab.hosts:
        return 5, 2, 4
    visits = [each for each in lab.wire if each.host == "vault.example"]
    written = [line for line in lab.audit if line["service"] == "vault.example"]
    return len(visits), len(written), sum(each.client == "tom" for each in visits)


def _missing_lines(answer: object) -> str | None:
    if not isinstance(answer, int):
        return "text"
    visits, written, toms = _at_the_vault()
    if answer in (3, visits - written):  # 3 is what the picture shows, drawn before a second run
        return None
    return {visits: "all", written: "logged", toms: "tom"}.get(answer, "other")


def _second_draw(answer: object) -> str | None:
    if not isinstance(answer, str):
        return "other"
    lab = Lab("lesson-00")
    first, second, third = (lab.draw("login.example") for _ in range(3))
    elsewhere = Lab("lesson-00")
    others = [elsewhere.draw("vault.example") for _ in range(2)]
    return {second: None, first: "first", third: "third", **dict.fromkeys(others, "party")}.get(
        answer, "other"
    )


LESSON = Lesson(
    "00",
    (
        Exercise(
            "00-1",
            "value",
            _missing_lines,
            "The guesses that failed left no trace; the lucky one looks like any other visit.",
            {
                "all": "That is how many requests reached the vault in all. How many of them did it write down?",
                "logged": "That is how many were written down. The question is how many were not.",
                "tom": "That is how many tries Tom made. One badge was let in, and that try was logged.",
                "text": "Give a number, without quotes or brackets.",
                "other": "Count the arrows to vault.example in the picture, then subtract the lines of the audit log.",
            },
            {
                "all": "answer = 5",
                "logged": "answer = 2",
                "tom": "answer = 4",
                "text": "answer = '3'",
                "other": "answer = 17",
            },
            (
                "Count the arrows that end at vault.example in the picture.",
                "sum(e.host == 'vault.example' for e in lab.wire) counts them; len(lab.audit) counts the lines that were kept.",
            ),
            "answer = sum(e.host == 'vault.example' for e in lab.wire) - len(lab.audit)",
        ),
        Exercise(
            "00-2",
            "value",
            _second_draw,
            "Whoever knows the seed knows every session number that will ever be drawn.",
            {
                "first": "That is the first identifier, the one printed above. Tom wants the next one.",
                "third": "That is one too far: you drew three times.",
                "party": "That is what another host would draw. Each party has dice of its own; ask for login.example.",
                "other": "Build a lab of your own with the same seed, and draw from login.example twice.",
            },
            {
                "first": "from labutils import Lab\nanswer = Lab('lesson-00').draw('login.example')",
                "third": "from labutils import Lab\nmine = Lab('lesson-00')\nanswer = [mine.draw('login.example') for _ in range(3)][-1]",
                "party": "from labutils import Lab\nanswer = Lab('lesson-00').draw('vault.example')",
                "other": "answer = '1234'",
            },
            (
                "The cell with `one` and `two` shows that a second lab with the same seed has the same dice.",
                "Make a third lab, draw twice from 'login.example', and keep the second result.",
            ),
            "mine = Lab('lesson-00')\nmine.draw('login.example')\nanswer = mine.draw('login.example')",
        ),
    ),
    (
        Quiz(
            "00-q1",
            "A colleague asks you to try what you learn here on the company's own wiki. What do you need first?",
            {
                "a": Choice(
                    "Nothing: it is our own company",
                    "Owning a badge is not owning the system. Without an authorisation it is an intrusion, "
                    "however friendly.",
                ),
                "b": Choice(
                    "A written authorisation from whoever is responsible for the wiki",
                    "Yes: written, by the one who may give it, and with its limits named.",
                    True,
                ),
                "c": Choice(
                    "To do it at night, so that nobody is disturbed",
                    "That only makes it look worse. What is missing is permission.",
                ),
            },
        ),
        Quiz(
            "00-q2",
            "Why does the lab use dice with a fixed seed?",
            {
                "a": Choice(
                    "Because it is safer",
                    "It is the opposite of safe: you have just predicted an identifier. It is done for another reason.",
                ),
                "b": Choice(
                    "Because it is faster",
                    "Speed has nothing to do with it; the operating system's random numbers are fast enough.",
                ),
                "c": Choice(
                    "So that every output is the same on every machine and can be compared by a test",
                    "Yes. And it is allowed only because nothing here protects anything.",
                    True,
                ),
            },
        ),
    ),
)
