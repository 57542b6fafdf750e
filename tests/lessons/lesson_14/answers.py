"""Other right answers to lesson 14, and changes of a solution that change nothing."""

OTHER_RIGHT: dict[str, list[str]] = {
    "14-1": [
        """
def answer(request, world):
    credential = request.credential
    if credential and credential.holder.kind == "service":
        if request.address not in credential.holder.places:
            return "a service that is not in its place"
""",
        """
def answer(request, world):
    if not request.credential:
        return None
    holder = request.credential.holder
    away = request.address not in set(holder.places)
    return f"{holder.id} is away" if holder.kind == "service" and away else None
""",
        """
def answer(request, world):
    match request.credential:
        case None:
            return None
        case credential if credential.holder.kind != "service":
            return None
        case credential:
            known = any(place == request.address for place in credential.holder.places)
            return None if known else "away: " + request.address
""",
    ],
    "14-2": [
        """
def answer(times, every):
    seen, last = [], None
    for time in times:
        if last is None or time >= last + every:
            seen.append(time)
            last = time
    return seen
""",
        """
def answer(times, every):
    looked = list(times[:1])
    for time in times[1:]:
        if every <= time - looked[-1]:
            looked += [time]
    return looked
""",
        """
from functools import reduce
def answer(times, every):
    def add(seen, time):
        return seen + [time] if not seen or time - seen[-1] >= every else seen
    return reduce(add, times, [])
""",
    ],
    "14-4": [
        """
def answer(settings, outcomes):
    rows = list(zip(settings, outcomes))
    return [(a, b) for (a, one), (b, other) in zip(rows, rows[1:]) if one != other]
""",
        """
from itertools import pairwise
def answer(settings, outcomes):
    pairs = zip(pairwise(settings), pairwise(outcomes))
    return [setting for setting, (before, after) in pairs if before != after]
""",
        """
def answer(settings, outcomes):
    changes, index = [], 0
    while index + 1 < len(settings):
        if not outcomes[index] == outcomes[index + 1]:
            changes.append([settings[index], settings[index + 1]])
        index += 1
    return changes
""",
    ],
    "14-5": [
        """
def answer(fact, cases, world):
    return sum(
        any(step.fact == fact for step in breach.foresee(world, case=case) if not step.stopped)
        for case in cases
    )
""",
        """
def answer(fact, cases, world):
    def happened(case):
        return {step.fact for step in breach.foresee(world, case=case) if not step.stopped}
    return len([case for case in cases if fact in happened(case)])
""",
        """
def answer(fact, cases, world):
    total = 0
    for case in cases:
        facts = [step.fact for step in breach.foresee(world, case=case) if not step.stopped]
        total += 1 if fact in facts else 0
    return total
""",
    ],
    "14-8": [
        """
def answer(names, case):
    for step in breach.foresee(breach.with_controls(names), case=case):
        if step.fact == worlds.LOSSES["code"] and not step.stopped:
            return True
    return False
""",
        """
def answer(names, case):
    return "code" in worlds.happened(breach.foresee(breach.with_controls(list(names)), case=case))
""",
        """
def answer(names, case):
    world = breach.with_controls(names)
    done = {step.fact for step in breach.foresee(world, case=case) if step.stopped is False}
    return done >= {worlds.LOSSES["code"]}
""",
    ],
    "14-6": [
        """
def answer(counts, wanted):
    good = {frozenset(names) for names in counts if counts[names] >= wanted}
    return [one for one in good if all(not other < one for other in good)]
""",
        """
def answer(counts, wanted):
    kept = []
    for names in sorted(counts, key=len):
        if counts[names] >= wanted and not any(one <= set(names) for one in kept):
            kept.append(set(names))
    return kept
""",
        """
def answer(counts, wanted):
    enough = [set(names) for names, count in counts.items() if not count < wanted]
    spare = [one for one in enough for other in enough if other.issubset(one) and other != one]
    return list(filter(lambda one: one not in spare, enough))
""",
    ],
    "14-7": [
        """
def answer(prices, losses):
    def cost(names):
        return sum(map(prices.get, names))
    rows = sorted((cost(names), lost, names) for names, lost in losses.items())
    found, least = [], float("inf")
    for row in rows:
        if row[1] < least:
            found, least = found + [row], row[1]
    return found
""",
        """
def answer(prices, losses):
    rows = sorted((sum(prices[n] for n in names), losses[names], names) for names in losses)
    return [row for at, row in enumerate(rows) if all(row[1] < other[1] for other in rows[:at])]
""",
        """
def answer(prices, losses):
    best_at = {}
    for names, lost in losses.items():
        cost = sum(prices[name] for name in names)
        if cost not in best_at or (lost, names) < best_at[cost]:
            best_at[cost] = (lost, names)
    kept = []
    for cost in sorted(best_at):
        lost, names = best_at[cost]
        if not kept or lost < kept[-1][1]:
            kept.append((cost, lost, names))
    return kept
""",
    ],
    "14-9": [
        """
def answer(a, b, dial):
    ahead = None
    for setting in range(101):
        one, other = dial(a, setting), dial(b, setting)
        if one != other:
            now = a if one > other else b
            if ahead not in (None, now):
                return setting
            ahead = now
    return None
""",
        """
def answer(a, b, dial):
    gaps = [dial(a, setting) - dial(b, setting) for setting in range(0, 101)]
    first = next((gap for gap in gaps if gap), 0)
    for setting, gap in enumerate(gaps):
        if first > 0 > gap or first < 0 < gap:
            return setting
""",
        """
def answer(a, b, dial):
    signs = [(x, dial(a, x) > dial(b, x)) for x in range(101) if dial(a, x) != dial(b, x)]
    changed = [x for x, sign in signs if sign is not signs[0][1]]
    return min(changed, default=None)
""",
    ],
}

EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {
    "14-1": {
        "near": [
            """
def answer(request, world):
    credential = request.credential
    if credential and credential.holder.kind == "service":
        if not any(CONDITION for place in credential.holder.places):
            return "a service that is not in its place"
""".replace("CONDITION", condition)
            for condition in (
                "request.address.startswith(place)",
                "place in request.address",
                "request.address.strip() == place",
                "request.address.lower() == place.lower()",
            )
        ],
        "whole kind": [
            """
def answer(request, world):
    credential = request.credential
    if credential and CONDITION:
        if request.address not in credential.holder.places:
            return "a service that is not in its place"
""".replace("CONDITION", condition)
            for condition in (
                "credential.holder.kind.lower() == 'service'",
                "'service'.startswith(credential.holder.kind)",
            )
        ],
    },
    "14-8": {
        "ignored": [
            """
def answer(names, case):
    steps = breach.foresee(breach.with_controls(names), case=case)
    return worlds.LOSSES["code"] in [step.fact for step in steps]
""",
            """
def answer(names, case):
    steps = {step.fact: step for step in breach.foresee(breach.with_controls(names), case=case)}
    return worlds.LOSSES["code"] in steps
""",
        ],
        "fact": [
            """
def answer(names, case):
    return not any(step.stopped for step in breach.foresee(breach.with_controls(names), case=case))
""",
        ],
        "names": [
            """
def answer(names, case):
    return all(
        any(
            step.fact == worlds.LOSSES["code"] and not step.stopped
            for step in breach.foresee(breach.with_controls([name]), case=case)
        )
        for name in names
    )
""",
        ],
        "bool": [
            """
def answer(names, case):
    for step in breach.foresee(breach.with_controls(names), case=case):
        if step.fact == worlds.LOSSES["code"] and not step.stopped:
            return step
    return False
""",
        ],
    },
    "14-5": {
        "twice": [
            """
def answer(fact, cases, world):
    return sum(
        not step.stopped
        for case in cases
        for step in breach.foresee(world, case=case)
        if step.fact == fact
    )
""",
            """
def answer(fact, cases, world):
    def happened(case):
        steps = {step.fact: step for step in breach.foresee(world, case=case)}
        return fact in steps and not steps[fact].stopped
    return len([case for case in cases if happened(case)])
""",
        ],
    },
}
