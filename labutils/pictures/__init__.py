"""Draw the pictures of the course, one kind per module, each with a sentence that says the same."""

import importlib.util

if importlib.util.find_spec("matplotlib") is None:
    from labutils.pictures import blank

    blank.take_the_place_of_matplotlib()
