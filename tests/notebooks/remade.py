"""Which lessons are remade: the rails of test_the_learner_acts.py hold these.

The list grows to all. The rails on predictions hold every lesson, remade or not.
"""

REMADE: tuple[str, ...] = (
    "00",
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "07",
    "08",
    "09",
    "10",
    "11",
    "12",
    "13",
    "14",
    "15",
)
