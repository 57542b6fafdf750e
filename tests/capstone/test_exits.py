"""Where intruders come from: several addresses, seldom one that is theirs alone."""

from ipaddress import ip_address, ip_network

import pytest

from labutils.capstone.controls import refused_steps
from labutils.capstone.exits import FEWEST, HIS, MOST, OWN
from labutils.capstone.incident import Drawn, draw
from labutils.capstone.lines import line_of


@pytest.fixture(scope="module")
def several() -> list[Drawn]:
    return [one for one in map(draw, map(str, range(1, 41))) if not one.nothing]


def test_an_intruder_has_several_addresses_and_no_more_than_six(several: list[Drawn]) -> None:
    numbers = [len({place.address for place in one.exits.values()}) for one in several]
    assert max(numbers) <= MOST
    assert sum(number >= FEWEST for number in numbers) > len(several) * 3 // 5


def test_some_are_homes_some_are_proxies_and_some_the_companys_own(several: list[Drawn]) -> None:
    zones = [{place.zone.id for place in one.exits.values()} for one in several]
    homes = {"san-francisco", "austin", "london", "lisbon", "singapore"}
    mobile = {"mobile", "mobile-gb", "mobile-pt", "mobile-sg"}
    for kind in (homes, {"vpn", "hosting"}, {"standby"}, mobile, {OWN}):
        assert sum(bool(kind & some) for some in zones) >= 4, kind


def test_a_line_comes_from_where_its_step_was_made(several: list[Drawn]) -> None:
    for drawn in several[:6]:
        homes = {one.home for one in drawn.case.estate.identities.values()}
        for source, lines in drawn.logged.lines.items():
            for number, line in enumerate(lines, 1):
                step = drawn.logged.truth.get(f"{source}:{number}")
                played = drawn.replay.lines[source][number - 1].line.request
                if step is None or played.origin.id not in HIS:
                    continue
                there = drawn.exits[step]
                address = line_of(f"{source}:1", line.event).address
                assert not address or address == there.address or there.at_program
                assert not there.at_program or address in homes | {there.address, ""}


def test_the_companys_own_hosts_are_in_its_network(several: list[Drawn]) -> None:
    for one in several:
        own = ip_network(f"{one.company.words['own_net']}.0/24")
        for place in one.exits.values():
            assert (place.zone.id == OWN) == (ip_address(place.address) in own)


def test_a_bound_token_refuses_a_step_from_elsewhere() -> None:
    refused = refused_steps(draw("7"), "service_tokens_bound")
    assert draw("7").kinds["tracker-entered"].goal in refused
