"""Write the folder for an investigator: a brief, logs, tables, the company, an empty report.

The truth is never in it.
"""

import csv
import io
import shutil
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from labutils.capstone import world
from labutils.capstone.company import (
    DAY,
    TOKENS_LEAKED,
    TOKENS_REPLACED,
    DrawnCompany,
)
from labutils.capstone.eviction import DISABLE_PERSON, HOURS
from labutils.capstone.incident import Drawn, is_listed, unused_controls
from labutils.capstone.world import Truth
from labutils.hunt.sources import SOURCES
from labutils.incident.background import sheet as background
from labutils.incident.background.dice import Dice
from labutils.incident.background.people import people
from labutils.incident.policy import World
from labutils.lab import data_file, iso

TABLES = {"changes.csv": "tickets.csv", "roster.csv": "roster.csv", "travel.csv": "trips.csv"}
OWNERS = {
    "planning": "team planning",
    "builds": "team builds",
    "reports": "team reports",
    "assistant": "team customer system",
}


def number_of(seed: str) -> str:
    """Return the incident number of a seed, which does not reveal the seed.

    The brief and the report carry it.
    """
    return f"INC-{100_000 + Dice(f'{seed}/number').below(900_000)}"


def now(one: DrawnCompany) -> int:
    """Return when the brief was written (seconds since 1970), which is when the logs end."""
    return one.last


def new(folder: Path, seed: str) -> dict[str, int]:
    """Write the folder of a seed's incident, and return the number of events of each source.

    Raises OSError; FileExistsError where the folder is there and holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(0, "it exists already and is not empty; name a new folder")
    with world.of_seed(seed) as truth:
        return fill(folder, truth)


def fill(folder: Path, truth: Truth) -> dict[str, int]:
    """Write everything except the truth of a world that already exists; see `new`."""
    drawn, counts = truth.drawn, {}
    for name in ("logs", "tables", "rules"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for path in sorted(truth.folder.glob("*.jsonl")):
        if path.stat().st_size:
            with path.open("rb") as lines:
                counts[path.stem] = sum(1 for _ in lines)
            shutil.copyfile(path, folder / "logs" / path.name)
    for before, after in TABLES.items():
        shutil.copyfile(truth.folder / before, folder / "tables" / after)
    texts = {
        "brief.md": text_of("brief.md", drawn),
        "estate.md": text_of("estate.md", drawn),
        "questions.md": text_of("questions.md", drawn),
        "words.md": text_of("words.md", drawn),
        "board.md": text_of("board.md", drawn),
        "report.yaml": text_of("report.yaml", drawn),
        "rules/README.md": text_of("rules.md", drawn),
        "tables/credentials.csv": _credentials(drawn, folder / "tables" / "tickets.csv"),
    }
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
    return counts


def text_of(name: str, drawn: Drawn) -> str:
    """Return a text of data/capstone/, with its words filled in."""
    template: Traversable | Path = data_file(f"capstone/{name}")
    return Template(template.read_text(encoding="utf-8")).safe_substitute(words_of(drawn))


def words_of(drawn: Drawn) -> dict[str, str]:
    """Return the words for the texts of an incident.

    None of them reveals the way in. Nothing here tells the way in.
    """
    one = drawn.company
    roster = background.load(drawn.case)
    return one.words | {
        "number": number_of(drawn.seed),
        "now": iso(now(one)),
        "from_day": iso(one.first)[:10],
        "to_day": iso(one.last - DAY)[:10],
        "symptom": symptom(drawn),
        **{f"hours_{act.replace('-', '_')}": f"{hours:g}" for act, hours in HOURS.items()},
        "hours_disable_person": f"{DISABLE_PERSON:g}",
        "missing": str(drawn.gap) if drawn.gap else "Nothing that we know of.",
        "log_sources": "\n".join(map(_log_source, drawn.case.sources)),
        **{f"often_{way}": str(number) for way, number in one.elsewhere.items()},
        **{
            f"{way}_{name}": str(share)
            for way in one.habits
            for name, share in one.habits[way].items()
        },
        "leaked": iso(one.first - TOKENS_LEAKED * DAY)[:10],
        "replaced": iso(one.first - TOKENS_REPLACED * DAY)[:10],
        "people": str(roster.people),
        "in_place": "\n".join(f"- {text}" for text in controls_in_place(drawn)),
        "controls": "\n".join(f"- `{name}`: {text}" for name, text in free_controls(drawn).items()),
    }


def _log_source(name: str) -> str:
    """A row of a table: a log, and what a Sigma rule calls it."""
    inside = ", ".join(f"{key}: {value}" for key, value in SOURCES[name].sigma.named.items())
    return f"| `{name}` | `{{{inside}}}` |"


def symptom(drawn: Drawn) -> str:
    """Return how somebody who knows nothing else would describe one of the steps.

    If nobody was in, it is a step that they imagined: it reads the same.
    """
    imagined = drawn.imagined or drawn.chain
    told = [kind.symptom for kind in imagined if kind.symptom and kind.part != "way"]
    return Dice(f"{drawn.seed}/symptom").pick(told)


def controls_in_place(drawn: Drawn) -> list[str]:
    """Return the controls that the company already has, in words."""
    values = drawn.case.historical
    switches = [one.meaning for name, one in drawn.case.controls.items() if values[name] is True]
    world_now = World.historical(drawn.case)
    return [*switches, f"a session ends {world_now.session_hours} hours after sign-in"]


def free_controls(drawn: Drawn) -> dict[str, str]:
    """Return the controls that the company could choose, by name, in words."""
    controls = drawn.case.controls
    return {name: controls[name].meaning for name in unused_controls(drawn.case)}


# --- the inventory of credentials ----------------------------------------------------------------


NEW_KEY = "the reports' key is replaced"  # what a ticket says of it


def _credentials(drawn: Drawn, tickets: Path) -> str:
    """Owner, kind, scope and last change of each credential that the company gave out. What a
    ticket changed has its day."""
    with tickets.open(encoding="utf-8", newline="") as file:
        changes = [row["to"][:10] for row in csv.DictReader(file) if row["what"] == NEW_KEY]
    key = f"{drawn.company.words['reports']}-key"
    rows = [
        (*row[:5], max(changes)) if row[0] == key and changes else row for row in inventory(drawn)
    ]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("credential", "account", "owner", "kind", "opens", "last_changed"))
    writer.writerows(sorted(rows))
    return table.getvalue()


def inventory(drawn: Drawn) -> list[tuple[str, ...]]:
    """Return the rows of the inventory: what programs hold, and the sessions and keys of people."""
    one, estate = drawn.company, drawn.case.estate
    dice = Dice(f"{drawn.seed}/inventory")
    rows: list[tuple[str, ...]] = []
    for name, held in estate.credentials.items():
        if is_listed(drawn, name) and held.holder.id != "victim":
            changed = iso(held.issued or one.first)[:10]
            opens = " ".join(
                sorted({scope.split(":")[0] for scope in held.scopes} - {"lists", "store"})
            )
            account = held.holder.account or held.holder.name
            rows.append((name, account, OWNERS[held.holder.id], held.kind, opens, changed))
    for machine in background.load(drawn.case).machines.values():
        if machine.holder is None:
            day = one.first - (TOKENS_REPLACED + dice.below(300) * dice.below(2)) * DAY
            opens = (
                machine.act.removeprefix("token-at-") if "token-at" in machine.act else "own job"
            )
            rows.append(
                (machine.id, machine.id, "operations", "service-token", opens, iso(day)[:10])
            )
    for account in accounts(drawn):
        for kind, opens in (("security key", "login"), ("session", "login gateway")):
            changed = iso(one.last - dice.between(1, 20) * DAY)[:10]
            rows.append((f"{kind} of {account}", account, account, kind, opens, changed))
    return rows


def accounts(drawn: Drawn) -> list[str]:
    """Return the accounts of all employees."""
    return [one.identity.id for one in people(background.load(drawn.case), drawn.company.seed)]


def listed(drawn: Drawn) -> frozenset[str]:
    """Return all credential names of the inventory."""
    return frozenset(row[0] for row in inventory(drawn))
