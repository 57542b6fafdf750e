"""How the callers of a cloud call themselves, and how long a role is theirs."""

from hypothesis import given
from hypothesis import strategies as st

from labutils.incident import cloud

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/118.0"
LIBRARY = "aws-sdk-go/1.44.298 (go1.20.7; linux; amd64)"
NAMES = [f"name-{number}" for number in range(200)]


def test_a_program_that_can_call_a_cloud_keeps_its_name_at_home():
    assert {cloud.agent(name, LIBRARY, False) for name in NAMES} == {LIBRARY}


def test_away_from_home_half_of_the_calls_are_made_by_hand():
    kept = sum(cloud.agent(name, LIBRARY, True) == LIBRARY for name in NAMES)
    assert 80 <= kept <= 130


def test_no_browser_calls_a_cloud():
    agents = {cloud.agent(name, BROWSER, away) for name in NAMES for away in (True, False)}
    assert len(agents) == 10
    assert not [one for one in agents if one.startswith("Mozilla")]


def test_a_command_line_says_which_command_it_ran_and_a_library_does_not():
    for agent in {cloud.agent(name, BROWSER, False) for name in NAMES}:
        said = f"{agent:ec2.describe-instances}".removeprefix(agent)
        assert said == (" command/ec2.describe-instances" if agent.startswith("aws-cli/2") else "")


def test_most_of_a_cloud_is_in_its_first_region():
    regions = [cloud.region(name) for name in NAMES]
    assert len(set(regions)) == 5
    assert max(set(regions), key=regions.count) == "us-east-1"


@given(st.integers(0, 2_000_000_000))
def test_a_role_is_taken_on_within_the_hour_before_and_keeps_its_key_so_long(time):
    since = cloud.role_since("somebody", time)
    assert since <= time < since + cloud.HOUR
    assert cloud.role_since("somebody", since) == since
    key = cloud.role_key("somebody", time)
    assert key == cloud.role_key("somebody", since) != cloud.role_key("somebody", since - 1)
    assert len(key) == 9
