"""Where the target of lesson 15 takes place, and what proves it."""

from .last_inventory import FLAG, LastInventory


def flag_mistake(answer: object) -> str | None:
    if answer == FLAG:
        return None
    text = str(answer)
    for words, mistake in (
        ("archives", "late"),
        ("still exist", "alive"),
        ("door", "both"),
        ("The intruder is in", "in"),
        ("stopped", "outage"),
    ):
        if words in text:
            return mistake
    return "other"


scene = LastInventory
