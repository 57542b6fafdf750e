"""A copy of a lab has everything in it and shares nothing that can change: what is done there
changes nothing here, and the next request gives the same bytes in both.
"""

import gc
import json
from collections.abc import Callable
from dataclasses import asdict
from types import FunctionType, ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.wrappers import Request, Response

from labutils.copying import copied
from labutils.identity.oauth import bearer
from labutils.incident.policy import World
from labutils.lab import Lab
from labutils.lessons.lesson_02.weak_app import weak_app
from labutils.lessons.lesson_03.missing_defences import WORLDS, diary, one_client
from labutils.lessons.lesson_04.two_wikis import board
from labutils.lessons.lesson_09.watched_company import WatchedIntruder
from labutils.lessons.lesson_11.tls_proxy import behind_proxy
from labutils.lessons.lesson_13 import authenticators, phishing
from labutils.lessons.lesson_15.incident_response import Evening
from labutils.lessons.lesson_16.connected_system import connected
from labutils.stage.breached_company import BreachedCompany
from labutils.stage.intruder import Intruder
from labutils.stage.three_doors import hasty, three_doors
from labutils.stage.two_apps import (
    API,
    NOTES,
    WIKI,
    TwoApps,
    build_apps,
    log_out,
    refresh_tokens,
    revoke_refresh_token,
)
from labutils.stage.what_dies_when import asking_doors


def state_of(apps: TwoApps) -> str:
    """All that can be seen of two apps: both logs, clock, cookies, what the provider remembers."""
    provider = apps.provider
    return json.dumps(
        {
            "wire": [asdict(one) for one in apps.lab.wire],
            "audit": apps.lab.audit,
            "now": apps.lab.clock.now,
            "dice": {party: stream.drawn for party, stream in apps.lab._dice.items()},
            "cookies": [sorted(c.value or "" for c in b.cookies.jar) for b in (apps.ada, apps.tom)],
            "sessions": [
                list(provider.sessions),
                list(apps.wiki.sessions),
                list(apps.notes.sessions),
            ],
            "codes": {text: code.used for text, code in provider.codes.items()},
            "refresh": {
                text: one.usable(provider.now) for text, one in provider.refresh_tokens.items()
            },
            "access": {
                text: one.usable(provider.now) for text, one in provider.access_tokens.items()
            },
            "keys": [key.kid for key in provider.keys],
            "users": {name: (user.password, user.active) for name, user in provider.users.items()},
        },
        default=str,
        sort_keys=True,
    )


def tom_reads(apps: TwoApps) -> None:
    """Tom tries the access token that `notes` keeps for Ada."""
    apps.tom.get(API + "/me", headers=bearer(apps.notes.latest_session()["access_token"]))


ACTS: dict[str, Callable[[TwoApps], object]] = {
    "sign in at the wiki": lambda apps: apps.sign_in(),
    "sign in at notes": lambda apps: apps.sign_in(at=NOTES),
    "tom signs in": lambda apps: apps.sign_in("tom"),
    "tom reads": tom_reads,
    "refresh": refresh_tokens,
    "log out": log_out,
    "log out at the wiki": lambda apps: apps.ada.get(WIKI + "/logout"),
    "revoke": revoke_refresh_token,
    "new keys": lambda apps: apps.provider.rotate_signing_key(keep_old=False),
    "disable": lambda apps: apps.provider.disable_user("ada"),
    "a day passes": lambda apps: apps.lab.clock.tick(86_400),
}


def signed_in() -> TwoApps:
    """Two apps, where Ada has signed in at `notes`."""
    apps = build_apps("a copy")
    apps.sign_in(at=NOTES)
    return apps


@pytest.mark.parametrize("act", ACTS)
def test_what_is_done_in_a_copy_changes_nothing_in_the_original(act):
    apps = signed_in()
    before = state_of(apps)
    later = apps.copy()
    ACTS[act](later)
    assert (state_of(apps), state_of(later) != before) == (before, True)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([act for act in ACTS if act != "disable"]), max_size=5), st.data())
def test_the_same_acts_give_the_same_bytes_in_both(acts, data):
    apps = signed_in()
    for act in acts[: data.draw(st.integers(0, len(acts)))]:
        ACTS[act](apps)
    later = apps.copy().copy()
    assert state_of(apps) == state_of(later)
    for act in acts:
        ACTS[act](apps)
        ACTS[act](later)
    assert state_of(apps) == state_of(later)


def test_what_is_done_in_the_original_changes_nothing_in_a_copy():
    apps = signed_in()
    later = apps.copy()
    before = state_of(later)
    tom_reads(apps)
    log_out(apps)
    assert state_of(later) == before


def test_a_browser_is_copied_with_its_lab_its_cookies_and_its_certificate():
    apps = signed_in()
    phone = apps.lab.browser("phone", "192.0.2.11", b"a certificate")
    phone.headers["x-mine"] = "1"
    apps.ada.cookies.set("app", "Ada's", domain="wiki.example")
    lab, ada, other = copied((apps.lab, apps.ada, phone))
    assert [(c.name, c.value, c.domain) for c in ada.cookies.jar] == [
        (c.name, c.value, c.domain) for c in apps.ada.cookies.jar
    ]
    other.get(API + "/me")
    assert (len(lab.wire) - len(apps.lab.wire), lab.wire[-1].client, lab.wire[-1].ip) == (
        1,
        "phone",
        "192.0.2.11",
    )
    assert ("x-mine", "1") in lab.wire[-1].request_headers


def test_a_copy_of_a_lab_alone():
    lab = Lab("a copy", "2023-10-18T09:00:00Z")
    assert lab.draw("ada") != (first := lab.copy()).draw("ada") == lab.copy().draw("ada")
    first.clock.tick(60)
    first.log("wiki.example", "test")
    first.add("wiki.example", Response("hello"))
    assert (lab.clock.now, lab.audit, lab.hosts) == (
        Lab("", "2023-10-18T09:00:00Z").clock.now,
        [],
        {},
    )


def test_without_a_seed_two_copies_draw_different_texts():
    lab = Lab()
    assert lab.copy().draw("ada") != lab.copy().draw("ada")


# --- hosts that are functions -------------------------------------------------------------------


def counting(lab: Lab) -> None:
    """A host that counts its visits, and one that asks it, each a function with a memory."""
    visits = 0
    import json as module  # in a cell, where it is shared: a module cannot be copied

    @Request.application
    def counter(_request: Request) -> Response:
        nonlocal visits
        visits += 1
        return Response(module.dumps(visits))

    network = lab.browser("asks", "192.0.2.9")
    lab.add("counter.example", counter)
    lab.add(
        "asks.example",
        Request.application(lambda _: Response(network.get("https://counter.example/").text)),
    )


@pytest.mark.parametrize("copy_of", [Lab.copy, copied])
def test_a_host_that_is_a_function_has_a_memory_of_its_own_in_a_copy(copy_of):
    lab = Lab("functions", "2023-10-18T09:00:00Z")
    counting(lab)
    ask = "https://asks.example/"
    assert lab.browser("ada", "192.0.2.10").get(ask).text == "1"
    other = copy_of(lab)
    answers = [one.browser("ada", "192.0.2.10").get(ask).text for one in (other, other, lab)]
    assert (answers, len(lab.wire), len(other.wire)) == (["2", "3", "2"], 4, 6)


def test_two_functions_that_share_a_variable_share_it_in_the_copy_too():
    def pair() -> tuple[Callable[[], int], Callable[[], int]]:
        count = 0

        def up() -> int:
            nonlocal count
            count += 1
            return count

        return up, lambda: count

    up, value = pair()
    other_up, other_value = copied((up, value))
    other_up()
    assert (value(), other_value()) == (0, 1)


def test_a_function_that_calls_itself_and_one_over_nothing_yet():
    def outer() -> Any:
        def down(n: int) -> int:
            return n and down(n - 1)

        def waits() -> int:
            return later

        if down(0):
            later = 1
        return down, waits

    down, waits = copied(outer())
    assert down(3) == 0
    with pytest.raises(NameError):
        waits()


def test_what_cannot_be_copied_is_a_type_error():
    lab = Lab("generator", "2023-10-18T09:00:00Z")
    lab.add("odd.example", (one for one in ()))
    with pytest.raises(TypeError, match="generator"):
        lab.copy()


# --- every scene of the course ------------------------------------------------------------------


def with_relay() -> Any:
    """Ada signed in through a relay."""
    return phishing.through_relay(authenticators.with_code())


def after_a_move() -> Intruder:
    """An intruder who made one move."""
    intruder = Intruder()
    intruder.use("moveworks-token", "gateway", "jira")
    return intruder


SCENES: dict[str, Callable[[], Any]] = {
    "two apps": signed_in,
    "opaque tokens": lambda: build_apps("a copy", opaque_access_tokens=True),
    "three doors": three_doors,
    "hasty": lambda: hasty(three_doors()),
    "asking doors": asking_doors,
    "breached company": lambda: BreachedCompany(World.historical()),
    "intruder": after_a_move,
    "02 weak app": weak_app,
    **{
        f"03 without {name or 'nothing'}": lambda name=name: one_client(without=name)
        for name in WORLDS
    },
    "03 diary": diary,
    "04 two wikis": board,
    "09 watched": WatchedIntruder,
    "11 proxy": behind_proxy,
    **{f"13 {name}": make for name, make in authenticators.FACTORS.items()},
    "13 key or code": authenticators.with_key_or_code,
    "13 relay": with_relay,
    "15 evening": Evening,
    "16 connected": connected,
}


def reachable(root: object) -> dict[int, object]:
    """All that an object holds on to, by id; classes, modules and global variables left out."""
    seen: dict[int, object] = {}
    todo = [root]
    while todo:
        one = todo.pop()
        if id(one) in seen or isinstance(one, type | ModuleType):
            continue
        seen[id(one)] = one
        is_function = isinstance(one, FunctionType)
        todo += (one.__closure__ or ()) if is_function else gc.get_referents(one)
    return seen


@pytest.mark.parametrize("name", SCENES)
def test_every_scene_can_be_copied_and_its_copy_holds_nothing_of_the_original(name, monkeypatch):
    scene = SCENES[name]()
    for way in ("__copy__", "__deepcopy__", "__reduce_ex__"):
        if way in vars(type(scene)):  # `target` has handed one out in this process, and locks them
            monkeypatch.delattr(type(scene), way)
    labs = [one for one in reachable(scene).values() if isinstance(one, Lab)]
    assert len(labs) == 1
    (lab,) = labs
    theirs = {id(lab), id(lab.clock), id(lab.hosts), id(lab.wire), id(lab.audit), id(lab._dice)}
    for other in (copied(scene), lab.copy()):
        assert not theirs & set(reachable(other))


def test_a_security_key_counts_on_in_a_copy():
    account = authenticators.with_key()
    other = copied(account)
    assert other.sign_in().status_code == account.sign_in().status_code == 200
    assert [asdict(one) for one in other.apps.lab.wire] == [
        asdict(o) for o in account.apps.lab.wire
    ]


def test_a_one_time_code_is_read_by_the_clock_of_the_copy():
    account = authenticators.with_code()
    other = copied(account)
    other.apps.lab.clock.tick(3600)
    assert other.sign_in().status_code == 200
