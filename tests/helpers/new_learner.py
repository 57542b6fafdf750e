"""Exercises and targets as somebody meets them who has tried none in this process."""

import sys

REMEMBERED = {
    "lesson_04.two_wikis": ("board", "refusals"),
    "lesson_08.news_article": ("the_article",),
    "lesson_12.token_budget": ("the_company", "missed"),
    "lesson_14.hidden_crew": ("the_crew",),
    "lesson_15.last_inventory": ("wrong_declarations",),
}  # what outlasts a new target(...), by module


def begin():
    """Forget what a process remembers as long as it lives: since when an exercise has been tried
    and how many hints were given; and refusals, wrong reports, failed corrections, settings,
    deployments and declarations, which targets count."""
    verbs = sys.modules.get("labutils.classroom.exercises")
    if verbs is not None:
        verbs._begun.clear()
        verbs._hints_given.clear()
    for module, names in REMEMBERED.items():
        loaded = sys.modules.get(f"labutils.lessons.{module}")
        for kept in names if loaded is not None else ():
            getattr(loaded, kept).cache_clear()
    lead = sys.modules.get("labutils.lessons.lesson_10.another_intruder")
    if lead is not None and lead.another_month.cache_info().currsize:
        lead.another_month()._failed = 0  # its logs take seconds, and stay
