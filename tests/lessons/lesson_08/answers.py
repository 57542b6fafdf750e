"""Answers to the exercises of lesson 08, beside the model solutions."""

# Exercise -> right answers in other styles.
OTHER_RIGHT: dict[str, list[str]] = {
    "08-1": [
        """
def answer(readings):
    texts = {"original": set(), "translation": set(), "retelling": []}
    for one in readings:
        if one["read"] and one["kind"] == "retelling":
            texts["retelling"].append(one["says"])
        elif one["read"]:
            texts[one["kind"]].add(one["says"])
    if texts["original"]:
        return "confirmed" if len(texts["original"]) == 1 else "disputed"
    if len(texts["translation"] | set(texts["retelling"])) > 1:
        return "disputed"
    if texts["translation"]:
        return "confirmed"
    return ["unread", "single", "reported"][min(2, len(texts["retelling"]))]
""",
        """
def answer(readings):
    def says(*kinds):
        return [one["says"] for one in readings if one["read"] and one["kind"] in kinds]
    first = says("original")
    every = says("original", "translation", "retelling")
    if not every:
        return "unread"
    heard = first if first else every
    if any(text != heard[0] for text in heard):
        return "disputed"
    if first or says("translation"):
        return "confirmed"
    return "single" if len(every) == 1 else "reported"
""",
        """
from collections import Counter
def answer(readings):
    read = [one for one in readings if one["read"]]
    kinds = Counter(one["kind"] for one in read)
    kept = [one for one in read if one["kind"] == "original"] if kinds["original"] else read
    match len({one["says"] for one in kept}):
        case 0:
            return "unread"
        case 1 if kinds["original"] + kinds["translation"]:
            return "confirmed"
        case 1:
            return "reported" if kinds["retelling"] > 1 else "single"
    return "disputed"
""",
    ],
    "08-2": [
        """
def answer(time, precision):
    first = seconds(time)
    if precision == "day":
        return first, first + 24 * 60 * 60 - 1
    if precision == "minute":
        first = first // 60 * 60
        return first, first + 59
    return first, first
""",
        """
from datetime import datetime, timedelta
def answer(time, precision):
    begin = datetime.fromisoformat(time.replace("Z", "+00:00")).replace(tzinfo=None)
    begin = begin.replace(second=0) if precision == "minute" else begin
    long = {"day": timedelta(days=1), "minute": timedelta(minutes=1)}
    end = begin + long.get(precision, timedelta(seconds=1)) - timedelta(seconds=1)
    epoch = datetime(1970, 1, 1)
    return tuple(int((moment - epoch).total_seconds()) for moment in (begin, end))
""",
        """
def answer(time, precision):
    if precision == "day":
        return [seconds(time + "T00:00:00Z"), seconds(time + "T23:59:59Z")]
    if precision == "minute":
        return [seconds(time[:17] + "00Z"), seconds(time[:17] + "59Z")]
    return [seconds(time), seconds(time)]
""",
    ],
    "08-3": [
        """
def answer(first, second):
    if max(first) < min(second):
        return "before"
    return "after" if max(second) < min(first) else "unknown"
""",
        """
def answer(first, second):
    (a, b), (c, d) = first, second
    overlap = a <= d and c <= b
    if overlap:
        return "unknown"
    return "before" if a < c else "after"
""",
        """
def answer(first, second):
    known = {(True, False): "before", (False, True): "after"}
    return known.get((first[1] < second[0], second[1] < first[0]), "unknown")
""",
    ],
    "08-12": [
        """
def answer(search, desk):
    def sees(way):
        before = len(search(desk.lines()))
        desk.do(way)
        return len(search(desk.lines())) > before
    return [way for way in desk.ways if not sees(way)]
""",
        """
def answer(search, desk):
    counts = [len(search(desk.lines()))]
    for way in desk.ways:
        desk.do(way)
        counts.append(len(search(desk.lines())))
    return [way for way, one, other in zip(desk.ways, counts, counts[1:]) if one == other]
""",
        """
def answer(search, desk):
    blind = list(desk.ways)
    for way in desk.ways:
        old = desk.lines()
        desk.do(way)
        new = desk.lines()[len(old):]
        if new and search(new):
            blind.remove(way)
    return blind
""",
    ],
    "08-9": [
        """
def answer(lines):
    pairs = {(line["user"], line["address"]) for line in lines}
    names = [user for user, _ in pairs]
    return {user for user in names if names.count(user) > 1}
""",
        """
from collections import defaultdict
def answer(lines):
    seen = defaultdict(set)
    for line in lines:
        seen[line["user"]].add(line["address"])
    return set(filter(lambda user: len(seen[user]) >= 2, seen))
""",
        """
def answer(lines):
    first, moved = {}, set()
    for line in lines:
        if first.setdefault(line["user"], line["address"]) != line["address"]:
            moved.add(line["user"])
    return moved
""",
    ],
}

EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {
    "08-12": {
        "ways": [
            """
def answer(search, desk):
    found = []
    for way in desk.ways:
        before = len(search(desk.lines()))
        desk.do(way)
        if len(search(desk.lines())) > before:
            found.append(way)
    return found
"""
        ],
        "each": [
            """
def answer(search, desk):
    before = len(search(desk.lines()))
    blind = []
    for way in desk.ways:
        desk.do(way)
        if len(search(desk.lines())) <= before:
            blind.append(way)
    return blind
"""
        ],
    },
    "08-1": {
        "outweighs": [
            """
def answer(readings):
    read = [one for one in readings if one["read"]]
    if len({one["says"] for one in read}) > 1:
        return "disputed"
    if any(one["kind"] != "retelling" for one in read):
        return "confirmed"
    return "reported" if len(read) > 1 else "single" if read else "unread"
"""
        ],
        "unread original": [
            """
def answer(readings):
    read = [one for one in readings if one["read"]]
    originals = [one for one in readings if one["kind"] == "original"]
    if len({one["says"] for one in originals}) > 1:
        return "disputed"
    if not originals and len({one["says"] for one in read}) > 1:
        return "disputed"
    if any(one["kind"] != "retelling" for one in read):
        return "confirmed"
    return "reported" if len(read) > 1 else "single" if read else "unread"
"""
        ],
        "cited": [
            """
def answer(readings):
    if any(one["kind"] == "original" for one in readings):
        return "confirmed"
    return "reported" if len(readings) > 1 else "single" if readings else "unread"
"""
        ],
    },
    "08-2": {
        "begins": [
            """
def answer(time, precision):
    start = seconds(time)
    return start, start + {"second": 0, "minute": 59, "day": 86399}[precision]
""",
        ],
        "minute": [
            """
def answer(time, precision):
    start = seconds(time)
    if precision == "minute":
        return start - 30, start + 29
    return start, start + {"second": 0, "day": 86399}[precision]
""",
        ],
    },
    "08-3": {
        "swapped": [
            """
def answer(first, second):
    if first[1] < second[0]:
        return "after"
    return "before" if second[1] < first[0] else "unknown"
""",
            """
def answer(first, second):
    return "before"
""",
        ],
        "starts": [
            """
def answer(first, second):
    if first[0] == second[0]:
        return "unknown"
    return "before" if first[0] < second[0] else "after"
"""
        ],
        "touch": [
            """
def answer(first, second):
    if first[1] < second[0]:
        return "before"
    return "after" if second[1] <= first[0] else "unknown"
"""
        ],
    },
}
