"""Choose the addresses that an intruder comes from.

There is another one every now and then, and seldom one that is theirs alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from labutils.incident.background.dice import Dice
from labutils.incident.background.people import zones
from labutils.incident.background.sheet import Background, with_networks
from labutils.incident.breach import Replay
from labutils.incident.cases import Incident
from labutils.incident.inventory import Zone
from labutils.incident.telemetry import LogLine

HIS = ("internet", "scripts", "edge")  # zones out of which an intruder's requests come
OWN = "services"  # the zone of the company's own hosts
FEWEST, MOST = 3, 6  # addresses of one intruder
STAYS = 350  # of 1,000 steps begin where the one before ended
AT_HOME = 330  # of 1,000 intruders get hold of a host of the company as well
AT_PROGRAM = 450  # of 1,000 steps that may be made on a program's own host
COPIES = 600  # of 1,000 steps: the program calls itself as the company's own does
HOSTS = ("runner_ip", "deploy_ip", "backup_ip", "survey_ip")  # that may be one of these


@dataclass(frozen=True)
class Exit:
    """An address that requests come from, and the network that logs show for it.

    `copies`: the program there has the user agent of the company's own; `at_program`: it is the
    host of the program whose account is used.
    """

    zone: Zone
    address: str
    copies: bool = False
    at_program: bool = False


def exits_of(
    seed: str, sheet: Background, steps: dict[str, bool], words: dict[str, str]
) -> dict[str, Exit]:
    """Draw where each of these steps is made from; some may be made on a program's own host."""
    dice = Dice(f"{seed}/exits")
    pool = _pool(sheet, words, dice)
    found: dict[str, Exit] = {}
    now = dice.pick(pool)
    for step, may_be_there in steps.items():
        if not dice.of(STAYS):
            now = dice.pick(pool)
        copies, there = dice.of(COPIES), dice.of(AT_PROGRAM)
        found[step] = replace(now, copies=copies, at_program=may_be_there and there)
    return found


def _pool(sheet: Background, words: dict[str, str], dice: Dice) -> list[Exit]:
    """The addresses of an intruder: one at a host, one at somebody's home, one that staff have as
    well, and others of these kinds; perhaps one of the company."""
    zone = zones(sheet)
    homes = [one.id for one in sheet.networks.values() if one.share]
    kinds = [sheet.moves_to, homes, sheet.proxies, sheet.mobile]
    kinds += [dice.pick(kinds[:3]) for _ in range(MOST - len(kinds))]
    pool = []
    for names in kinds[: dice.between(FEWEST, MOST)]:
        network = sheet.networks[dice.pick(names)]
        number = dice.popular(network.size) - 1 if network.proxy else dice.below(network.size // 2)
        pool.append(Exit(zone[network.id], network.address(number)))
    if dice.of(AT_HOME):
        pool[dice.below(len(pool))] = Exit(Zone(OWN, ()), words[dice.pick(HOSTS)])
    return pool


def moved(replay: Replay, sheet: Background, exits: dict[str, Exit]) -> Replay:
    """Return a replay whose lines come from where each step was made."""
    case = with_networks(replay.case, sheet)
    agents = {one.holder: one.agent for one in sheet.machines.values() if one.holder}
    lines = {
        source: list(_moved(source, some, replay, exits, case, agents))
        for source, some in replay.lines.items()
    }
    return replace(replay, lines=lines)


def _moved(
    source: str,
    lines: Sequence[LogLine],
    replay: Replay,
    exits: dict[str, Exit],
    case: Incident,
    agents: dict[str, str],
) -> Iterator[LogLine]:
    for number, one in enumerate(lines, 1):
        there = exits.get(replay.truth.get(f"{source}:{number}", ""))
        request = one.line.request
        if there is None or request.origin.id not in HIS:
            yield one
            continue
        held = request.credential
        agent, zone, address = one.line.agent, there.zone, there.address
        if held and held.holder.id in agents and (there.copies or there.at_program):
            agent = agents[held.holder.id]
        if held and held.holder.kind == "service" and there.at_program:
            zone, address = Zone(OWN, ()), held.holder.home
        request = replace(request, case=case, origin=zone, address=address)
        yield LogLine(one.writer, replace(one.line, request=request, agent=agent))
