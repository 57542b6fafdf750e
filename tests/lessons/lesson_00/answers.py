"""Lesson 00: right answers in other styles, and changes of the solution that change nothing."""

OTHER_RIGHT = {
    "00-2": [
        """
def answer(audit, known):
    found = []
    for line in audit:
        if line["user"] == "u-1815" and not line["ip"] in known:
            found.append(line)
    return found
""",
        """
def answer(audit, known):
    hers = filter(lambda line: line["user"] == "u-1815", audit)
    return list(filter(lambda line: line["ip"] not in known, hers))
""",
        """
def answer(audit, known):
    strange = lambda line: all(line["ip"] != address for address in known)
    return [line for line in audit if strange(line) and "1815" in line["user"]]
""",
    ],
}

EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES = {
    "00-2": {
        "near": [
            """
def answer(audit, known):
    return [l for l in audit if l["user"] == "u-1815" and l["ip"] not in "".join(known)]
""",
            """
def answer(audit, known):
    return [l for l in audit if l["user"] == "u-1815" and l["ip"] not in str(known)]
""",
        ],
    },
}
