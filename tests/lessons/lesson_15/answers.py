"""Other right answers to lesson 15, and changes of a solution that change nothing."""

OTHER_RIGHT: dict[str, list[str]] = {
    "15-1": [
        """
def answer(tries, knock):
    lists = {"open": [], "refused": [], "unknown": []}
    for pair in tries:
        status = knock(*pair).status_code
        if 200 <= status < 300:
            state = "open"
        elif status == 401 or status == 403:
            state = "refused"
        else:
            state = "unknown"
        lists[state].append(pair)
    return lists
""",
        """
def answer(tries, knock):
    answers = {pair: knock(*pair) for pair in tries}
    opened = [pair for pair, one in answers.items() if one.is_success]
    refused = [pair for pair, one in answers.items() if one.status_code in {401, 403}]
    rest = [pair for pair in answers if pair not in opened and pair not in refused]
    return dict(open=opened, refused=refused, unknown=rest)
""",
        """
from collections import defaultdict
def answer(tries, knock):
    states = {**dict.fromkeys(range(200, 300), "open"), 401: "refused", 403: "refused"}
    found = defaultdict(list, open=[], refused=[], unknown=[])
    for secret, door in tries:
        found[states.get(knock(secret, door).status_code, "unknown")].append((secret, door))
    return found
""",
    ],
    "15-8": [
        """
def answer(left, brings_back, needs):
    safe = []
    for one in left:
        rest = {x for x in left if x != one}
        makers = [x for x in rest if one in brings_back.get(x, ())]
        if not [x for x in makers if all(need in rest for need in needs.get(x, ()))]:
            safe.append(one)
    return set(safe)
""",
        """
def answer(left, brings_back, needs):
    back = set()
    for x in left:
        for one in brings_back.get(x, ()):
            without = set(left) - {one}
            if x in without and not set(needs.get(x, ())) - without:
                back.add(one)
    return set(left) - back
""",
        """
def answer(left, brings_back, needs):
    can = lambda x, one: x != one and one in brings_back.get(x, {})
    has = lambda x, one: needs.get(x, set()).issubset(left - {one})
    return {one for one in left if all(not (can(x, one) and has(x, one)) for x in left)}
""",
    ],
    "15-4": [
        """
def answer(rows, stolen, since):
    made = set()
    while True:
        new = {
            row.id
            for row in rows
            if row.issued >= since and (row.made_by in stolen or row.made_by in made)
        }
        if new == made:
            return made - set(stolen)
        made = new
""",
        """
def answer(rows, stolen, since):
    later = [row for row in rows if row.issued >= since]
    found, ask = set(), list(stolen)
    while ask:
        maker = ask.pop()
        for row in later:
            if row.made_by == maker and row.id not in found and row.id not in stolen:
                found.add(row.id)
                ask.append(row.id)
    return found
""",
        """
def answer(rows, stolen, since):
    tainted = list(stolen)
    for _ in rows:
        for row in rows:
            if not row.issued < since and row.made_by in tainted and row.id not in tainted:
                tainted += [row.id]
    return set(tainted[len(stolen):])
""",
    ],
    "15-6": [
        """
def answer(rows, found):
    said = {}
    opened, refused = ({name for _, name in found[word]} for word in ("open", "refused"))
    for owner in {row.owner for row in rows}:
        names = {row.id for row in rows if row.owner == owner}
        said[owner] = "open" if names & opened else "finished" if names <= refused else "unknown"
    return said
""",
        """
def answer(rows, found):
    opened, refused = ({name for _, name in found[word]} for word in ("open", "refused"))
    said = {}
    for row in rows:
        now = "open" if row.id in opened else "finished" if row.id in refused else "unknown"
        before = said.get(row.owner, "finished")
        said[row.owner] = max(before, now, key=["finished", "unknown", "open"].index)
    return said
""",
        """
def answer(rows, found):
    state = {name: word for word in found for _, name in found[word]}
    said = {}
    for row in sorted(rows, key=lambda row: "ruo".index(state.get(row.id, "unknown")[0])):
        said[row.owner] = {"refused": "finished"}.get(word := state.get(row.id, "unknown"), word)
    return said
""",
    ],
    "15-5": [
        """
def answer(service, clients, new, stolen):
    (old,) = service.secrets
    service.add(new)
    if stolen:
        service.remove(old)
        return [c.name for c in clients if not c.use(new)]
    behind = [c.name for c in clients if not c.use(new)]
    if behind == []:
        service.remove(old)
    return behind
""",
        """
def answer(service, clients, new, stolen):
    old, behind = service.secrets[0], []
    if stolen:
        service.remove(old)
    service.add(new)
    for client in clients:
        if not client.use(new):
            behind.append(client.name)
    if len(behind) == 0 and old in service.secrets:
        service.remove(old)
    return behind
""",
        """
def answer(service, clients, new, stolen):
    service.add(new)
    old = service.secrets[0]
    gone = False
    if stolen:
        service.remove(old)
        gone = True
    over = {client.name: client.use(new) for client in clients}
    if all(over.values()) and not gone:
        service.remove(old)
    return [name for name, went in over.items() if not went]
""",
    ],
}

EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {
    "15-1": {
        "pairs": [
            """
def answer(tries, knock):
    found = {"open": [], "refused": [], "unknown": []}
    for secret, door in tries:
        response = knock(secret, door)
        found["open" if response.is_success else "refused"].append(response)
    return found
""",
            """
def answer(tries, knock):
    found = {"open": [], "refused": [], "unknown": []}
    for secret, door in tries:
        response = knock(secret, door)
        state = {200: "open", 204: "open", 401: "refused", 403: "refused"}
        found[state.get(response.status_code, "unknown")].append((door, secret))
    return found
""",
            """
def answer(tries, knock):
    found = {"open": [], "refused": [], "unknown": []}
    for secret, door in tries:
        status = knock(secret, door).status_code
        state = {200: "open", 204: "open", 401: "refused", 403: "refused"}
        found[state.get(status, "unknown")].append([secret, door])
    return found
""",
        ],
        "truth": [
            """
def answer(tries, knock):
    found = {"open": [], "refused": [], "unknown": []}
    for pair in tries:
        found["open" if knock(*pair).status_code else "refused"].append(pair)
    return found
"""
        ],
        "elsewhere": [
            """
def answer(tries, knock):
    states = {200: "open", 204: "open", 302: "open", 401: "refused", 403: "refused"}
    found = {"open": [], "refused": [], "unknown": []}
    for pair in tries:
        found[states.get(knock(*pair).status_code, "unknown")].append(pair)
    return found
"""
        ],
        "unknown": [
            """
def answer(tries, knock):
    found = {"open": [], "refused": [], "unknown": []}
    for pair in tries:
        found["open" if knock(*pair).is_success else "refused"].append(pair)
    return found
"""
        ],
    },
    "15-8": {
        "needs": [
            """
def answer(left, brings_back, needs):
    return {one for one in left
            if not any(one in brings_back.get(x, ()) for x in left if x != one)}
"""
        ],
        "backwards": [
            """
def answer(left, brings_back, needs):
    return {one for one in left if not brings_back.get(one)}
"""
        ],
    },
    "15-4": {
        "second": [
            """
def answer(rows, stolen, since):
    inside = set(stolen)
    for row in sorted(rows, key=lambda row: (row.issued, NAME)):
        if row.made_by in inside and row.issued >= since:
            inside.add(row.id)
    return inside - set(stolen)
""".replace("NAME", name)
            for name in ("row.id", "0")
        ],
        "ids": [
            """
def answer(rows, stolen, since):
    return [row for row in rows if row.made_by in stolen and row.issued >= since]
"""
        ],
        "itself": [
            """
def answer(rows, stolen, since):
    inside = list(stolen)
    for row in sorted(rows, key=lambda row: row.issued):
        if row.made_by in inside and row.issued >= since:
            inside.append(row.id)
    return inside
"""
        ],
        "chain": [
            """
def answer(rows, stolen, since):
    return {row.id for row in rows if row.made_by in stolen and row.issued >= since}
"""
        ],
    },
    "15-5": {
        "behind": [
            """
def answer(service, clients, new, stolen):
    old = service.secrets[0]
    service.add(new)
    if stolen:
        service.remove(old)
    behind = [client.name for client in clients if not client.use(new)]
    if not stolen:
        service.secrets.remove(old)
    return behind
"""
        ],
    },
}
