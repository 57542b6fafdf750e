"""The lab under the course Anatomy of a Cloud Hack: what a notebook imports, and nothing else."""
from labutils.classroom.exercises import check, hint, progress, quiz, solution
from labutils.classroom.guard import accepts, opened, refuses
from labutils.lab import Lab

__all__ = ["Lab", "accepts", "check", "hint", "opened", "progress", "quiz", "refuses", "show", "solution"]


def __getattr__(name: str):
    """`show` draws, so it is loaded when it is first asked for: a quarter of a second that `import labutils` need not take."""
    if name == "show":
        from labutils.classroom.figures import show
        return show
    raise AttributeError(f"labutils has no name {name!r}")
