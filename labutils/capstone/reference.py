"""Run eight hunters who write reports without a person, as the standard for a grade.

Seven know what is in the folder and nothing else. The eighth knows everything, the hidden worlds
too: nobody can do better.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from labutils.capstone import world
from labutils.capstone.asking import answer_to
from labutils.capstone.board import QUIET, half_page, true_facts
from labutils.capstone.constant_rules import programs_elsewhere, rule
from labutils.capstone.folder import inventory, now, number_of, text_of
from labutils.capstone.grading import Bench, ReportGrade
from labutils.capstone.incident import ALWAYS
from labutils.capstone.leads import LEADS, explanations
from labutils.capstone.lines import ADDRESSES, LoggedLine, made_by
from labutils.capstone.reading import Folder, Work, report_of
from labutils.capstone.report import (
    FORBIDDEN,
    HARMLESS,
    NOTHING,
    Claimed,
    EvictionAct,
    IncidentReport,
    words,
)
from labutils.capstone.thorough import controls_by_the_tables, hasty, thorough
from labutils.hunt.engine import hunt
from labutils.hunt.fields import values_at
from labutils.lab import data_file

# --- hunters who do not look ---------------------------------------------------------------------


def everything_alerter(folder: Folder) -> Work:
    """Accuse everyone, and alert on everything."""
    who = [name for name, _ in Counter(line.who for line in folder.lines).most_common(7)]
    some = tuple(line.id for line in folder.lines[::40])[:2000]
    claims = [
        Claimed(what, name, some, 60)
        for what in words()["claims"]
        for name in who
        if what not in (*FORBIDDEN, HARMLESS)
    ]
    credentials = tuple(row[0] for row in folder.credentials)
    made = tuple(sorted({made_by(line) for line in folder.lines} - {""}))
    rules = tuple(
        rule(f"Anything in {source}", source, [f"{ADDRESSES[source]}: '*'"]) for source in ADDRESSES
    )
    report = IncidentReport(
        number_of(folder.one.seed),
        tuple(claims[:200]),
        credentials,
        made[:200],
        words()["losses"],
        words()["not_knowable"],
        tuple(EvictionAct("revoke", name, now(folder.one)) for name in credentials),
        ("recordings_cleaned", "console_managed_devices", "alert_new_account"),
    )
    return Work(report, rules)


def constant_report(folder: Folder) -> Work:
    """Report without opening a log: what estate.md, its tables and the docs suggest anywhere."""
    one, at = folder.one, now(folder.one)
    always = (f"{one.words['planning']}-token", f"svc-{one.words['planning']}")
    report = IncidentReport(
        number_of(one.seed),
        credentials=(*always, f"svc-{one.words['builds']}", f"{one.words['reports']}-key"),
        losses=("tickets", "wiki-pages"),
        not_knowable=(ALWAYS, "password-of-the-support-desk", "what-was-read-in-the-store"),
        eviction=tuple(EvictionAct("replace", name, at) for name in always),
        controls=controls_by_the_tables(one),
    )
    return Work(report, programs_elsewhere(one))


def indicator_collector(folder: Folder) -> Work:
    """Collect addresses that several accounts share, and believe each of them."""
    accounts: dict[str, set[str]] = {}
    for line in folder.lines:
        accounts.setdefault(line.address, set()).add(line.who)
    own = tuple(f"{folder.one.words[net]}." for net in ("own_net", "office_net"))
    shared = sorted(
        (one for one in accounts if one and not one.startswith(own) and len(accounts[one]) > 1),
        key=lambda one: -len(accounts[one]),
    )[:10]
    lines = [line for line in folder.lines if line.address in shared]
    return Work(report_of(folder, lines, 80), _rules_on(shared))


def _rules_on(addresses: Sequence[str]) -> tuple[str, ...]:
    listed = ", ".join(f"'{one}'" for one in addresses)
    return tuple(
        rule(f"Known address in {source}", source, [f"{path}: [{listed}]"])
        for source, path in ADDRESSES.items()
        if addresses
    )


def rules_alone(folder: Folder) -> Work:
    """Run the course's rules, and report every hit."""
    hits = hunt([Path(str(data_file("rules")))], [folder.path]).hits
    cited = {
        event
        for hit in hits
        if hit.level in ("medium", "high", "critical")
        for event in hit.event_ids
    }
    lines = [line for line in folder.lines if line.id in cited]
    rules = tuple(
        path.read_text(encoding="utf-8")
        for path in sorted(Path(str(data_file("rules"))).glob("*.yml"))
    )
    return Work(report_of(folder, lines, 70), rules)


def greedy_grouper(folder: Folder) -> Work:
    """Report the five largest groups of lines by one account from an unusual address."""
    usual = folder.usual
    groups: dict[tuple[str, str], list[LoggedLine]] = {}
    for line in folder.lines:
        if line.who and line.address not in usual[line.who]:
            groups.setdefault((line.who, line.address), []).append(line)
    largest = sorted(groups.values(), key=len, reverse=True)[:5]
    lines = [line for group in largest for line in group]
    return Work(report_of(folder, lines, 75), programs_elsewhere(folder.one))


# --- the one who knows ---------------------------------------------------------------------------


def omniscient(bench: Bench) -> Work:
    """Report the truth, with rules that know each line of the hidden worlds."""
    truth, drawn = bench.truth, bench.drawn
    if drawn.nothing:
        return Work(_nothing(bench), _rules_of_all(bench))
    claims = [
        Claimed(claim.what, claim.who, tuple(sorted(events))[:2000], 100)
        for claim, events in truth.claims.items()
    ]
    by_kind: dict[str, str] = {}
    for event, kind in truth.twins.items():
        if kind in truth.told:
            by_kind.setdefault(kind, event)
    claims += [
        Claimed(HARMLESS, truth.twin_actors[event], (event,), 100)
        for event in list(by_kind.values())[:2]
    ]
    at = now(drawn.company)
    alive = [name for name in drawn.credentials if not name.startswith("session of")]
    acts = [EvictionAct("replace", name, at) for name in alive]
    acts += [EvictionAct("remove", name, at) for name in drawn.footholds]
    acts.append(EvictionAct("end-sessions", drawn.words["victim"], at))
    report = IncidentReport(
        number_of(drawn.seed),
        tuple(claims),
        drawn.credentials,
        tuple(drawn.footholds),
        drawn.losses,
        drawn.not_knowable,
        tuple(acts),
        bench.controls.best,
        half_page({name: fact.value for name, fact in true_facts(truth, (), ()).items()}),
    )
    return Work(report, _rules_of_all(bench))


def _nothing(bench: Bench) -> IncidentReport:
    """The truth about a month in which nobody was in: every lead cleared that counts."""
    by_kind: dict[str, str] = {}
    for event, kind in bench.truth.twins.items():
        if kind in bench.truth.told and explanations([event], bench.truth):
            by_kind.setdefault(kind, event)
    claims = [
        Claimed(
            HARMLESS,
            bench.truth.twin_actors[event],
            (event,),
            100,
            min(explanations([event], bench.truth)),
        )
        for event in list(by_kind.values())[:LEADS]
    ]
    number, best = number_of(bench.seed), bench.controls.best
    return IncidentReport(number, tuple(claims), controls=best, board=QUIET, verdict=NOTHING)


def _rules_of_all(bench: Bench) -> tuple[str, ...]:
    """A rule a source that picks the intruders' own lines out of the hidden worlds."""
    picked: dict[str, list[str]] = {}
    for truth in bench.worlds:
        for name, event in world.lines(truth.folder):
            if name in truth.steps:
                source = name.rpartition(":")[0]
                own = {
                    path: next(iter(values_at(event, path))) for path in OWN.get(source, ATLASSIAN)
                }
                picked.setdefault(source, []).append(f"- {json.dumps(own)}")
    return tuple(
        rule(f"The intruder in {source}", source, events) for source, events in picked.items()
    )


# Fields that no two lines of a source share.
ATLASSIAN = ("timestamp.epochSecond", "timestamp.nano")
OWN = {
    "okta": ("uuid",),
    "support": ("record",),
    "cloudtrail": ("eventID",),
    "cloudflare_access": ("RayID",),
    "cloudflare_access_nonidentity": ("cfRayId",),
    "salesforce_event_log": ("REQUEST_ID",),
    "google_workspace_token": ("id.uniqueQualifier",),
}


# --- all of them ---------------------------------------------------------------------------------

HUNTERS: dict[str, Callable[[Folder], Work]] = {
    "everything-alerter": everything_alerter,
    "constant report": constant_report,
    "indicator-collector": indicator_collector,
    "course's rules alone": rules_alone,
    "greedy grouper": greedy_grouper,
    "hasty": hasty,
    "thorough": thorough,
}
OMNISCIENT = "omniscient"


def totals(bench: Bench) -> dict[str, float]:
    """Return what each hunter's report and rules are worth."""
    return {name: one.total for name, one in grades(bench).items()}


def grades(bench: Bench, names: Collection[str] = ()) -> dict[str, ReportGrade]:
    """Return the grade of each of these hunters, or of all."""
    found: dict[str, ReportGrade] = {}
    with TemporaryDirectory(prefix="hunters-") as folder:
        for name, work in work_of(bench, names or (*HUNTERS, OMNISCIENT)).items():
            paths = []
            for number, text in enumerate(work.rules):
                paths.append(Path(folder) / f"{len(found)}-{number}.yml")
                paths[-1].write_text(text, encoding="utf-8")
            found[name] = bench.grade(work.report, paths, work.minutes)
    return found


def work_of(bench: Bench, names: Collection[str] = (*HUNTERS, OMNISCIENT)) -> dict[str, Work]:
    """Return what each hunter hands in."""
    folder = Folder(
        bench.drawn.company,
        bench.truth.folder,
        tuple(inventory(bench.drawn)),
        text_of("brief.md", bench.drawn),
        lambda question: answer_to(bench.truth, question).answer,
    )
    works = {name: hunter(folder) for name, hunter in HUNTERS.items() if name in names}
    if OMNISCIENT in names:
        works[OMNISCIENT] = omniscient(bench)
    return works
