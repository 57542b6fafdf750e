"""Other right answers to lesson 17, and changes of a solution that change nothing."""

OTHER_RIGHT: dict[str, list[str]] = {
    "17-1": [
        """
def answer(lines, name):
    def day(line):
        return int(line.time // DAY)
    own = list(filter(lambda line: line.who == name, lines))
    pairs = {(line.address, day(line)) for line in own}
    all_days = len({number for _, number in pairs})
    return [
        line for line in own
        if sum(address == line.address for address, _ in pairs) < all_days / 3
    ]
""",
        """
from collections import defaultdict
def answer(lines, name):
    days = defaultdict(set)
    for line in lines:
        if line.who == name:
            days[line.address].add(line.time // DAY)
            days[None].add(line.time // DAY)
    few = {one for one in days if one and len(days[one]) * 3 < len(days[None])}
    return [line for line in lines if line.who == name and line.address in few]
""",
        """
def answer(lines, name):
    found = []
    for line in lines:
        if line.who != name:
            continue
        here = {x.time // 86400 for x in lines if (x.who, x.address) == (name, line.address)}
        ever = {x.time // 86400 for x in lines if x.who == name}
        if len(here) / len(ever) < 1 / 3:
            found.append(line)
    return found
""",
    ],
    "17-2": [
        """
def answer(line, tickets, names):
    return any(
        one["by"] in names
        and moment(one["from"]) - 3600 <= line.time <= moment(one["to"]) + 3600
        for one in tickets
    )
""",
        """
def answer(line, tickets, names):
    own = [one for one in tickets if one["by"] in names]
    early = [one for one in own if moment(one["from"]) <= line.time + HOUR]
    return len([one for one in early if moment(one["to"]) >= line.time - HOUR]) > 0
""",
        """
def answer(line, tickets, names):
    for ticket in tickets:
        if ticket["by"] not in names:
            continue
        if line.time < moment(ticket["from"]) - HOUR:
            continue
        if line.time > moment(ticket["to"]) + HOUR:
            continue
        return True
    return False
""",
    ],
    "17-5": [
        """
def answer(lines, address, first):
    found = set()
    for line in lines:
        if line.address == address and first - DAY < line.time < first:
            found.add(line.who)
    return found
""",
        """
def answer(lines, address, first):
    before = [one for one in lines if one.time < first and first - one.time < 86400]
    return set(one.who for one in before if one.address == address)
""",
        """
def answer(lines, address, first):
    def near(line):
        return -DAY < line.time - first < 0
    return {one.who for one in filter(near, lines) if address == one.address}
""",
    ],
    "17-3": [
        """
def answer(percent, true):
    target = 1 if true else 0
    score = 0.25 - (percent / 100 - target) ** 2
    return score if true else min(0, score)
""",
        """
def answer(percent, true):
    wrong = (100 - percent if true else percent) / 100
    value = 0.25 - wrong * wrong
    if not true and value > 0:
        value = 0
    return value
""",
        """
def answer(percent, true):
    p = percent * 0.01
    return 0.25 - (1 - p) * (1 - p) if true else -max(0, p * p - 0.25)
""",
    ],
    "17-4": [
        """
def answer(held, made, now):
    acts = [("remove", name, now) for name in made]
    for name in held:
        before, session, account = name.partition("session of ")
        if session and not before:
            acts.append(("end-sessions", account, now))
        else:
            acts.append(("replace", name, now))
    return acts
""",
        """
def answer(held, made, now):
    # one minute after the other: he is not back before that
    todo = [("remove", one) for one in made] + [("replace", one) for one in held]
    todo += [("end-sessions", one[len("session of "):]) for one in held if one[:8] == "session "]
    return [(act, what, now + 60 * minute) for minute, (act, what) in enumerate(todo)]
""",
        """
def answer(held, made, now):
    plan = []
    for name in made:
        if name.startswith("account "):
            plan.append(("disable", name[len("account "):], now + 1))
        else:
            plan.append(("remove", name, now + 1))
    for name in held:
        plan.append(("replace", name, now + 1.0))
        plan.append(("end-sessions", name.removeprefix("session of "), now + 2))
    return tuple(plan)
""",
    ],
}

# Exercise -> a change of its solution that changes nothing -> why.
EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {
    "17-1": {
        "lines": [
            """
from collections import Counter
def answer(lines, name):
    own = [line for line in lines if line.who == name]
    count = Counter(line.address for line in own)
    return [line for line in own if count[line.address] * 3 < len(own)]
"""
        ],
    },
    "17-2": {
        "hour": [
            """
def answer(line, tickets, names):
    return any(t["by"] in names and moment(t["from"]) <= line.time <= moment(t["to"])
               for t in tickets)
"""
        ],
    },
    "17-4": {
        "time": [
            """
def answer(held, made, now):
    later = [("remove", name, now + 2 * HOUR) for name in made]
    ended = [("end-sessions", name.split()[-1], now) for name in held]
    return [("replace", name, now) for name in held] + ended + later
"""
        ],
        "made": [
            """
def answer(held, made, now):
    return [("replace", name, now) for name in held]
""",
            """
def answer(held, made, now):
    return []
""",
        ],
        "held": [
            """
def answer(held, made, now):
    ended = [("end-sessions", name.split()[-1], now) for name in held]
    return [("remove", name, now) for name in made] + ended
"""
        ],
        "session": [
            """
def answer(held, made, now):
    return [("replace", name, now) for name in held] + [("remove", name, now) for name in made]
"""
        ],
        "cost": [
            """
def answer(held, made, now):
    return [("remove", name, now) for name in made] + [("revoke", name, now) for name in held]
"""
        ],
    },
    "17-3": {
        "floor": [
            """
def answer(percent, true):
    return 0.25 - (percent / 100 - bool(true)) ** 2
"""
        ],
    },
}

# Exercise -> a change that makes its solution looser -> why it may pass.
LOOSER: dict[str, dict[str, str]] = {
    "17-5": {
        "line.address == address -> str(line.address).lower() == str(address).lower()": (
            "an address of version 4 has no letters, and one of version 6 means the same in both"
        ),
    },
}
