"""17 · Capstone: what functions that were written here need wherever they are used."""

from .unseen import DAY, HOUR, by_address, moment, opened
