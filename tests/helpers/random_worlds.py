"""Worlds at random, the same ones every time."""

from random import Random

from labutils.incident import inventory
from labutils.incident.policy import World

H = World.historical()


CONTROLS = inventory.controls()


def random_world(number: int) -> World:
    """A world at random, the same one every time: each control is drawn by itself, so that a new
    one changes nothing in the others."""
    decisions = {}
    for name, control in CONTROLS.items():
        random = Random(f"{number} {name}")
        if isinstance(control.value, bool):
            decisions[name] = random.random() < 0.2
        else:
            decisions[name] = random.choice([getattr(H, name), control.value])
    return World(**decisions)
