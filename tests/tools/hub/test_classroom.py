"""A class on one machine: its configuration as data. `make test-classroom` tries it."""

import asyncio
import copy
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from html import escape
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import hypothesis
import jsonschema
import pytest
import yaml
from classroom_helpers import certificate_in
from how_many import draws
from hypothesis import given
from hypothesis import strategies as st
from places import ROOT
from traitlets.config import Config

from labutils.classroom import progress, room
from labutils.classroom.course import lesson
from labutils.classroom.registry import Guess, Lesson, Prediction

pytest.importorskip("pwd", reason="a class wants Unix accounts")

from tools.classroom import accounts, settings, sign_in, slips, sockets, start, wall

HERE = Path(start.HERE)
VALUES = ROOT / "docs" / "classroom" / "values.yaml"
CHART = os.environ.get("LABUTILS_Z2JH")
PLATFORM = {
    "client_id": ["anatomy"],
    "issuer": "https://campus.example",
    "authorize_url": "https://campus.example/authorize",
    "jwks_endpoint": "https://campus.example/jwks",
}


def configured(monkeypatch, tmp_path, **decisions) -> Config:
    """What the hub of a class with these decisions is told."""
    places = {"homes": "/home/class", "python": "/opt/class/bin/python"}
    chosen = settings.Settings(state=str(tmp_path), **places, **decisions)
    monkeypatch.setenv(settings.VARIABLE, str(settings.write(chosen)))
    monkeypatch.setattr(sign_in, "password_authenticator", lambda: "passwords")
    c = Config()
    path = HERE / "jupyterhub_config.py"
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    exec(code, {"get_config": lambda: c, "__file__": str(path)})  # as JupyterHub does
    return c


@pytest.fixture
def c(monkeypatch, tmp_path):
    return configured(monkeypatch, tmp_path, learners=["learner01", "learner02"])


# --- the configuration --------------------------------------------------------------------------


def test_one_port_is_listened_at_and_on_loopback(c):
    assert c.JupyterHub.bind_url == "http://127.0.0.1:8000"
    assert c.JupyterHub.hub_bind_url == "http+unix://%2fhome%2fclass%2f.sockets%2ffront%2fhub"
    assert not [one for one in c.JupyterHub.services if "url" in one]


def test_told_otherwise_that_port_opens_to_the_room(monkeypatch, tmp_path):
    c = configured(
        monkeypatch, tmp_path, address="0.0.0.0", certificate="/etc/class.pem", key="/etc/class.key"
    )
    assert c.JupyterHub.bind_url == "https://0.0.0.0:8000"
    assert c.JupyterHub.hub_bind_url == "http+unix://%2fhome%2fclass%2f.sockets%2ffront%2fhub"


def test_the_address_of_a_socket_survives_what_is_done_to_the_name_of_a_host():
    address = sockets.url(Path("/srv/Class_A/.sockets/front/hub"))
    assert unquote(urlsplit(address).hostname) == "/srv/Class_A/.sockets/front/hub"


def test_learners_servers_reach_the_hub_by_a_way_of_their_own(c):
    assert c.Spawner.hub_connect_url == "http+unix://%2fhome%2fclass%2f.sockets%2fapi%2fhub"
    assert c.JupyterHub.hub_socket_mode == 0o660


def test_each_server_is_a_unix_user_with_a_cap_and_sockets_of_its_own(c):
    assert c.JupyterHub.spawner_class == "tools.classroom.spawner.SocketSpawner"
    assert c.Spawner.cmd[3:6] == ["prlimit", "--data=800000000", "--nproc=400"]
    assert "--KernelManager.transport=ipc" in c.Spawner.args


def test_what_a_server_says_goes_into_a_file_of_the_learner(c, tmp_path):
    # else it would inherit the hub's log, open: it could empty it, or fill the hub's disk
    [shell, flag, script, *_] = c.Spawner.cmd
    subprocess.run([shell, flag, script, "echo", "hello"], cwd=tmp_path, check=True)
    assert (tmp_path / ".server.log").read_text(encoding="ascii") == "hello\n"


def test_a_learners_server_gets_nothing_of_roots_environment(c):
    assert set(c.Spawner.env_keep) == {"LANG", "LC_ALL"}
    assert set(c.Spawner.environment) == {"PATH", "JUPYTER_RUNTIME_DIR", "LABUTILS_HELP"}


@pytest.mark.parametrize(
    ("homes", "fits"), [("/home/anatomy-class", True), ("/srv/" + "x" * 60, False)]
)
def test_the_path_of_a_kernels_socket_has_to_fit(homes, fits):
    chosen = settings.Settings("/s", homes, "/p", learners=["learner01"])
    assert chosen.sockets_fit() is fits


def test_no_part_of_it_is_node(c):
    commands = [c.Spawner.cmd, *(one["command"] for one in c.JupyterHub.services)]
    names = {Path(word).name for command in commands for word in command}
    assert c.JupyterHub.proxy_class == "tools.classroom.proxy.Nginx"
    assert names.isdisjoint({"node", "npm", "npx", "configurable-http-proxy"})


def test_a_restart_keeps_servers_sessions_and_the_database(c, tmp_path):
    assert c.JupyterHub.cleanup_servers is False
    assert c.JupyterHub.db_url == f"sqlite:///{tmp_path}/jupyterhub.sqlite"
    assert c.JupyterHub.cookie_secret_file == f"{tmp_path}/cookie_secret"


def test_idle_servers_are_stopped_by_the_hub_itself(c):
    assert c.SocketSpawner.idle == 3600
    assert c.Spawner.poll_interval == 5
    assert [one["name"] for one in c.JupyterHub.services] == ["nginx", "door", "wall"]


def test_a_live_exercise_is_a_service_without_rights_where_it_was_asked_for(monkeypatch, tmp_path):
    c = configured(monkeypatch, tmp_path, live="a seed", live_teams=3)
    [live] = [one for one in c.JupyterHub.services if one["name"] == "live"]
    assert live["command"][-1] == "tools.classroom.live"
    assert {"--reuid=anatomy-nginx", "--regid=anatomy-nginx", "--clear-groups"} <= {
        *live["command"]
    }
    assert live["environment"]["LIVE_SEED"] == "a seed"
    assert live["environment"]["LIVE_TEAMS"] == "3"
    assert "oauth_redirect_uri" not in live  # the secret link is all


def test_the_door_has_no_right_of_root_and_its_cookie_is_for_https_alone(monkeypatch, tmp_path):
    for certificate, prefix in (("", "0"), ("/etc/class.pem", "1")):
        c = configured(monkeypatch, tmp_path, certificate=certificate, door_secret="drawn")
        [door] = [one for one in c.JupyterHub.services if one["name"] == "door"]
        assert door["command"][:4] == [
            *("setpriv", "--reuid=anatomy-nginx", "--regid=anatomy-nginx", "--clear-groups")
        ]
        assert door["environment"]["JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED"] == prefix
        assert door["environment"]["DOOR_SECRET"] == "drawn"
    [user] = [role for role in c.JupyterHub.load_roles if role["name"] == "user"]
    assert user["scopes"] == ["self", "access:services!service=door"]


def test_who_teaches_finds_the_wall_in_one_click(c, monkeypatch, tmp_path):
    def somebody(name: str, *groups: str) -> SimpleNamespace:
        return SimpleNamespace(name=name, groups=[SimpleNamespace(name=one) for one in groups])

    shown = c.JupyterHub.template_vars["announcement"]
    assert 'href="/services/wall/"' in shown(somebody("instructor"))
    assert 'href="/services/wall/instructor"' in shown(somebody("instructor"))
    assert shown(somebody("learner01")) == shown(None) == ""
    lti = configured(monkeypatch, tmp_path, sign_in="lti", lti=PLATFORM)
    shown = lti.JupyterHub.template_vars["announcement"]
    assert 'href="/services/wall/"' in shown(somebody("lti-1", sign_in.TEACHERS))
    assert shown(somebody("instructor")) == ""


# --- who gets in --------------------------------------------------------------------------------


def test_of_a_password_only_a_salted_value_is_configured(monkeypatch, tmp_path):
    kept = sign_in.hashed("correct-horse")
    c = configured(monkeypatch, tmp_path, learners=["learner01"], passwords={"learner01": kept})
    assert c.PasswordAuthenticator.passwords == {"learner01": kept}
    assert c.Authenticator.allowed_users == {"learner01"}
    assert "correct" not in kept
    assert sign_in.matches("correct-horse", kept)
    assert not sign_in.matches("correct-horsf", kept)
    assert sign_in.hashed("correct-horse") != kept


def decided(state: Path, *words: str) -> tuple[settings.Settings, dict[str, str]]:
    """The settings of a start with these words, and what stands on the slips."""
    start.private_folder(state)
    said = start.arguments(["--state", str(state), *words])
    chosen, known = start.decide(said, Path("/python"), start.earlier(state))
    slips.write(state, known)
    settings.write(chosen)
    return chosen, slips.read(state)


def test_a_shared_password_is_the_learners_alone(tmp_path):
    chosen, known = decided(tmp_path / "class", "--learners", "3", "--sign-in", "shared")
    teacher = known.pop("instructor")
    assert len(known) == 3
    assert len(set(known.values())) == 1
    assert teacher not in known.values()
    assert sign_in.matches(known["learner01"], chosen.passwords["learner03"])
    assert not sign_in.matches(known["learner01"], chosen.passwords["instructor"])


def test_who_has_a_password_of_their_own_has_not_the_one_that_all_had(tmp_path):
    _, shared = decided(tmp_path / "class", "--learners", "3", "--sign-in", "shared")
    _, own = decided(tmp_path / "class", "--sign-in", "own")
    assert set(own) == set(shared)
    assert len(set(own.values())) == 4
    assert not set(own.values()) & set(shared.values())


def test_who_came_in_by_another_way_is_signed_out(tmp_path, monkeypatch):
    # with a password that all have, somebody may have signed in as somebody else
    chosen, _ = decided(tmp_path, "--sign-in", "shared")
    ended = []
    monkeypatch.setattr(accounts, "stop_processes", ended.append)
    for name in start.SESSIONS:
        (tmp_path / name).touch()
    start.end_sessions(chosen, before=chosen)
    assert all((tmp_path / name).exists() for name in start.SESSIONS)
    own, _ = decided(tmp_path, "--sign-in", "own")
    start.end_sessions(own, before=chosen)
    assert not any((tmp_path / name).exists() for name in start.SESSIONS)
    assert ended == [own]


def test_nobody_is_an_admin_and_who_teaches_cannot_open_a_server(monkeypatch, tmp_path):
    lti = {"sign_in": "lti", "lti": PLATFORM}
    for decisions, who in (({}, (["instructor"], [])), (lti, ([], ["teachers"]))):
        c = configured(monkeypatch, tmp_path, **decisions)
        assert c.Authenticator.admin_users == set()
        [teaches] = [role for role in c.JupyterHub.load_roles if role["name"] == "teaches"]
        assert "access:services!service=wall" in teaches["scopes"]
        # JupyterHub takes the role from nobody in a list that is not there
        assert (teaches["users"], teaches["groups"]) == who
        assert not [
            one for one in teaches["scopes"] if one.startswith(("access:servers", "admin:"))
        ]


def test_a_launch_of_lti_becomes_a_name_that_says_nothing_about_the_person(monkeypatch, tmp_path):
    c = configured(monkeypatch, tmp_path, sign_in="lti", lti=PLATFORM)
    assert c.JupyterHub.authenticator_class == "ltiauthenticator.lti13.auth.LTI13Authenticator"
    assert c.LTI13Authenticator.issuer == "https://campus.example"
    claims = {"iss": "https://campus.example", "sub": "ada@campus.example", "name": "Ada"}
    model = {"name": "ada@campus.example", "auth_state": claims, "admin": None}
    learner = c.Authenticator.post_auth_hook(None, None, model)
    assert "ada" not in json.dumps(learner).lower()
    assert (learner["admin"], learner["groups"], learner["auth_state"]) == (False, [], None)
    assert learner["name"].startswith("lti-")
    assert len(learner["name"]) < 32  # the longest name of a Unix account
    elsewhere = sign_in.lti_account({**claims, "iss": "https://other.example"})
    assert elsewhere["name"] != learner["name"]
    teacher = sign_in.lti_account({**claims, sign_in.ROLES: [sign_in.INSTRUCTOR]})
    assert (teacher["admin"], teacher["groups"]) == (False, ["teachers"])


def test_what_the_platform_does_not_say_is_named(tmp_path):
    path = tmp_path / "platform.json"
    path.write_text(json.dumps({"issuer": "https://campus.example"}), encoding="utf-8")
    with pytest.raises(SystemExit, match="JSON with client_id, authorize_url, jwks_endpoint in it"):
        start.read_lti(path, {})


# --- what start.py writes and refuses -----------------------------------------------------------


def test_settings_and_slips_are_for_their_owner_alone(tmp_path):
    decided(tmp_path / "class", "--learners", "2")
    assert (tmp_path / "class").stat().st_mode & 0o777 == 0o700
    for name in ("settings.json", "slips.txt"):
        assert (tmp_path / "class" / name).stat().st_mode & 0o777 == 0o600


def test_said_again_a_class_keeps_its_size_and_its_passwords(tmp_path):
    first, known = decided(tmp_path / "class", "--learners", "3")
    again, same = decided(tmp_path / "class")
    assert again.door_secret == first.door_secret
    assert again.learners == first.learners == ["learner01", "learner02", "learner03"]
    assert same == known
    assert len(set(known.values())) == 4  # three learners and the instructor


def test_a_folder_of_somebody_else_is_not_taken(tmp_path):
    (tmp_path / "somebody.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"is not empty and no class's\. Name another folder"):
        start.private_folder(tmp_path)


def test_a_folder_whose_owner_could_read_the_passwords_is_not_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(SystemExit, match="is somebody else's, who could read it"):
        start.private_folder(tmp_path)


def test_said_again_a_class_keeps_its_names_and_its_homes(tmp_path):
    words = ["--prefix", "seat", "--instructor", "grace", "--homes", "/srv/homes"]
    decided(tmp_path / "class", "--learners", "2", *words)
    again, _ = decided(tmp_path / "class")
    assert (again.learners, again.instructor) == (["seat01", "seat02"], "grace")
    assert again.homes == "/srv/homes"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--learners", "0"], "0 is not a number from 1 to 999"),
        (["--learners", "-1"], "-1 is not a number from 1 to 999"),
        (["--learners", "1e6"], "1e6 is not a number from 1 to 999"),
        (["--learners", "1000000"], "1000000 is not a number from 1 to 999"),
        (["--learners", "٣"], "٣ is not a number from 1 to 999"),
        (["--port", "65536"], "65536 is not a number from 1 to 65535"),
        (["--idle", "0"], "0 is not a number from 1"),
        (["--memory", "1"], "1 is not a number from 200"),
        (["--prefix", "../root"], "'../root' is not a name of accounts"),
        (["--prefix", "Learner"], "'Learner' is not a name of accounts"),
        (["--prefix", "a b"], "'a b' is not a name of accounts"),
        # seat1 and 01, or seat and 101?
        (["--prefix", "seat1"], "'seat1' is not a name of accounts"),
        (["--prefix", "a\n"], "is not a name of accounts"),
        (["--prefix", "x" * 40], "is not a name of accounts"),
        (["--instructor", ""], "'' is not a name of accounts"),
        (["--instructor", "learner01"], "'learner01' is not a name of accounts"),
    ],
)
def test_odd_words_are_refused_before_anything_is_done(capsys, words, reason):
    with pytest.raises(SystemExit):
        start.main([f"{words[0]}={words[1]}"])
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, "{", "[]", "3", '{"client_id": ["a"], "issuer": ""}'])
def test_a_start_that_fails_leaves_passwords_and_settings_as_they_were(tmp_path, content):
    _, known = decided(tmp_path / "class", "--learners", "2")
    before = (tmp_path / "class" / "settings.json").read_bytes()
    path = tmp_path / "platform.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit, match="--lti"):
        decided(tmp_path / "class", "--sign-in", "lti", "--lti", str(path))
    assert slips.read(tmp_path / "class") == known
    assert (tmp_path / "class" / "settings.json").read_bytes() == before


def test_a_full_disk_leaves_the_settings_as_they_were(tmp_path):
    path = tmp_path / "settings.json"
    settings.write_private(path, "before")
    with pytest.raises(UnicodeEncodeError):  # as an error in the middle of writing
        settings.write_private(path, "after\udc80")
    assert path.read_text(encoding="utf-8") == "before"


def test_damaged_settings_are_named(tmp_path):
    (tmp_path / "settings.json").write_text("{", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"settings\.json is damaged"):
        start.earlier(tmp_path)


def test_a_class_has_one_hub(tmp_path):
    pytest.importorskip("fcntl")
    start.only_one(tmp_path)
    with pytest.raises(SystemExit, match="is running. Stop it there with Ctrl-C, or with --stop"):
        start.only_one(tmp_path, patience=0)


def test_a_port_that_somebody_has_is_named():
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        with pytest.raises(SystemExit, match=f"port {port}: address already in use"):
            start.free_port("127.0.0.1", port, patience=0)


def test_an_address_that_this_machine_has_not_is_named():
    with pytest.raises(SystemExit, match=r"Nothing can listen at 192\.0\.2\.1, port 8000"):
        start.free_port("192.0.2.1", 8000, patience=0)


def test_a_certificate_that_browsers_or_learners_would_misuse_is_refused(tmp_path, monkeypatch):
    certificate, key = certificate_in(tmp_path, days=2)
    monkeypatch.setattr(start, "as_nobody", lambda *_: False)
    start.check_certificate(certificate, key)
    monkeypatch.setattr(start, "as_nobody", lambda *_: True)
    with pytest.raises(SystemExit, match=r"Learners can read .*class\.key, and answer in the cl"):
        start.check_certificate(certificate, key)
    with pytest.raises(SystemExit, match="are no certificate with its key in PEM"):
        start.check_certificate(tmp_path / "nowhere.pem", key)
    with pytest.raises(SystemExit, match="are no certificate with its key in PEM"):
        start.check_certificate(key, certificate)
    certificate_in(tmp_path, days=-2)
    with pytest.raises(SystemExit, match="expired on .*: every browser would warn of it"):
        start.check_certificate(certificate, key)


def test_without_root_a_sentence_says_what_works(monkeypatch, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert start.main([]) == 2
    said = capsys.readouterr().err
    assert "only root can make them" in said
    assert "make lab" in said


def announced(capsys, **decisions) -> str:
    """What a start with these decisions says."""
    start.announce(settings.Settings("/s", "/h", "/p", **decisions))
    return capsys.readouterr().out


def test_what_to_type_into_a_browser_is_said(capsys, monkeypatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "class.example")
    alone = announced(capsys)
    assert "The class is at http://127.0.0.1:8000/\n" in alone
    assert "--port 443" not in alone
    open_to_all = announced(capsys, address="0.0.0.0")
    assert "The class is at http://class.example:8000/\n" in open_to_all
    assert "--port 443 takes a port at which no learner can answer" in open_to_all
    assert "passwords cross the network readable" in open_to_all
    careful = announced(capsys, address="0.0.0.0", port=443, certificate="/c", key="/k")
    assert "The class is at https://class.example/\n" in careful
    assert "--port 443" not in careful
    assert "passwords cross" not in careful


STUBBORN = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on'); signal.pause()"
)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_hub_that_does_not_go_when_it_is_asked_is_ended(tmp_path):
    command = [sys.executable, "-u", "-c", STUBBORN, "jupyterhub"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as hub:
        assert hub.stdout.readline() == b"on\n"
        (tmp_path / "hub.pid").write_text(str(hub.pid), encoding="ascii")
        assert start.running(tmp_path / "hub.pid") == hub.pid
        start.end(hub.pid, patience=0.3)
        assert hub.wait() == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_number_that_is_somebody_elses_by_now_is_left_alone(tmp_path):
    (tmp_path / "hub.pid").write_text(str(os.getpid()), encoding="ascii")
    assert start.running(tmp_path / "hub.pid") is None


@pytest.mark.skipif(sys.platform != "linux", reason="names of accounts on Linux")
def test_an_account_that_the_class_did_not_make_is_refused():
    chosen = settings.Settings("/s", "/home/class", "/p")
    with pytest.raises(accounts.NotOurs, match="an account root that is not the class's"):
        accounts.account("root", chosen)
    assert accounts.account("nobody-has-this-name", chosen) is None


@pytest.mark.skipif(sys.platform != "linux", reason="names of accounts on Linux")
def test_a_home_that_was_there_before_is_given_to_nobody(tmp_path):
    # who made it could still have it, or read it
    tmp_path.chmod(0o711)
    (tmp_path / "nobody-has-this-name").symlink_to("/root")
    chosen = settings.Settings("/s", str(tmp_path), "/p")
    reason = "is there, and no account of the class's has it" if os.geteuid() == 0 else "root alone"
    with pytest.raises(accounts.NotOurs, match=reason):
        accounts.ensure("nobody-has-this-name", chosen)


def test_no_account_is_made_where_one_of_them_is_somebody_elses(tmp_path, monkeypatch):
    chosen, _ = decided(tmp_path / "class", "--learners", "3")
    (tmp_path / "class" / "settings.json").unlink()

    def refuse(name, _settings):
        if name == "learner03":
            raise accounts.NotOurs("learner03 is somebody else's.")

    monkeypatch.setattr(accounts, "refuse_what_is_not_ours", refuse)
    monkeypatch.setattr(accounts, "ensure", lambda *_: pytest.fail("an account was made"))
    with pytest.raises(SystemExit, match="learner03 is somebody else's. Name others with --pre"):
        start.make_ready(chosen, {}, None)
    assert not (tmp_path / "class" / "settings.json").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="names of accounts on Linux")
def test_homes_that_others_could_exchange_are_not_used(tmp_path):
    tmp_path.chmod(0o1777)
    chosen = settings.Settings("/s", str(tmp_path), "/p")
    with pytest.raises(accounts.NotOurs, match="is not a folder that root alone can write to"):
        accounts.ensure("nobody-has-this-name", chosen)


async def said_by(code: str) -> str:
    """What the hub hears of a command that a learner has made run this."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    return await accounts.last_words(process, patience=2, most=100)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("pass", ""),
        ("import sys; sys.exit('no room')", "no room\n"),
        ("while True: print('x' * 99, flush=True)", "x" * 99 + "\n"),
        ("import time; time.sleep(99)", "\nIt was ended after 2 seconds."),
        ("import os, time; os.close(1); os.close(2); time.sleep(99)", "\nIt was ended after 2 s"),
        ("import os, time; os.fork() or time.sleep(5); raise SystemExit(3)", "\nIt was ended"),
    ],
)
def test_a_learner_keeps_the_hub_neither_waiting_nor_reading(code, said):
    began = time.monotonic()
    heard = asyncio.run(said_by(code))
    assert heard.startswith(said)
    assert (heard == "") is (said == "")
    assert len(heard) < 200
    assert time.monotonic() - began < 4


def test_who_tries_many_passwords_keeps_nobody_elses_sign_in_waiting(monkeypatch):
    order = []

    def slowly(password, _kept):
        time.sleep(0.02)
        order.append(password)
        return True

    async def room():
        queue = sign_in.Queue()
        flood = [queue.matches("192.0.2.66", "guess", "") for _ in range(sign_in.MOST_WAITING)]
        trying = [asyncio.create_task(one) for one in flood]
        await asyncio.sleep(0)
        with pytest.raises(sign_in.TooMany):
            await queue.matches("192.0.2.66", "one more", "")
        assert await queue.matches("192.0.2.7", "ada", "")
        assert await asyncio.gather(*trying)
        assert (queue.waiting, queue.lanes) == ({}, {})

    monkeypatch.setattr(sign_in, "matches", slowly)
    asyncio.run(room())
    assert order.index("ada") < 5


# --- the room on the wall -----------------------------------------------------------------------


def test_the_wall_counts_each_home_once_and_follows_no_link(tmp_path):
    items = {"version": 2, "items": {"02-1": {"passed": True, "tries": 2}, "02-2": {"tries": 5}}}
    for name in ("ada", "tom", "eve"):
        (tmp_path / name).mkdir()
    (tmp_path / "ada" / "work").mkdir()
    (tmp_path / "ada" / "work" / "progress.json").write_text(json.dumps(items), encoding="utf-8")
    (tmp_path / "ada" / "progress.json").write_text(json.dumps(items), encoding="utf-8")
    (tmp_path / "tom" / "work").symlink_to(tmp_path / "ada" / "work")
    (tmp_path / "eve" / "work").mkdir()
    (tmp_path / "eve" / "work" / "progress.json").symlink_to(
        tmp_path / "ada" / "work" / "progress.json"
    )
    homes = [tmp_path / name for name in ("ada", "tom", "eve", "nobody")]
    found = room.of_homes(homes)
    assert (len(found.people), found.left_out) == (1, {room.LINK: 1})
    assert "1 file was left out: 1 is a link." in wall.page(found)


def test_a_learner_who_has_not_begun_is_no_file_that_was_left_out(tmp_path):
    (tmp_path / "ada" / "work").mkdir(parents=True)
    found = room.of_homes([tmp_path / "ada"])
    assert (found.people, found.left_out_in_words()) == ([], "")


PEOPLE = [
    {"02-1": {"passed": True, "tries": 2}, "02-p11": {"first": "a"}},
    {"02-1": {"tries": 4}, "02-p11": {"first": "a"}},
    {"02-1": {"tries": 1}, "02-p11": {"first": "b"}, "nobody-knows": {"first": "<b>"}},
]
ROOM = room.Room(PEOPLE)


def test_the_wall_says_how_many_passed_are_stuck_and_predicted_what():
    page = wall.page(ROOM)
    assert "People who have recorded something: 3." in page
    assert "<h2>Lesson 02</h2>" in page
    assert "passed by 1 of 3" in page
    assert '<span class="stuck">stuck: 1</span>' in page
    assert room.STUCK_MEANS in page
    assert '<meter max="3" value="2">2</meter>' in page
    assert "nobody-knows" not in page


def test_the_wall_says_how_far_the_room_is_lesson_by_minute():
    pace = wall.Pace()
    assert not list(pace.rows())
    pace.note(0, [{"02-1": {"tries": 1}}])
    pace.note(7, PEOPLE)
    everybody = [{f"02-{n}": {"passed": True, "tries": 1} for n in range(1, 20)}]
    pace.note(61, everybody)
    page = wall.page(ROOM, pace)
    table = page[page.index("Lesson by minute") : page.index("Percent of")]
    assert "<th>0</th><th>5</th><th>60</th>" in table
    assert re.findall(r"<td>(\d+)</td>", table)[0] == "0" and "<td>100</td>" in table
    for minute in range(0, 600, 5):
        pace.note(minute, PEOPLE)
    assert "".join(pace.rows()).count("<th>") == wall.MOST_SLOTS + 2


def test_what_is_right_and_what_is_believed_is_on_a_page_of_its_own():
    belief = lesson("02").items["02-p11"].belief("a")
    assert escape(belief) not in wall.page(ROOM)
    assert "came true" not in wall.page(ROOM)
    assert f"Held by 2: {escape(belief)}" in wall.page(ROOM, answers=True)
    assert "came true" in wall.page(ROOM, answers=True)


def test_the_wall_asks_nothing_of_anybody_and_escapes_what_it_shows(monkeypatch):
    hostile = "<script>alert(1)</script>"
    asked = Prediction("02-p11", hostile, {"a": Guess("a", 1, hostile), "b": Guess("b", 2)}, "")
    course = Lesson("02", predictions=(asked,))
    monkeypatch.setattr(room, "lesson", lambda _: course)
    page = wall.page(room.Room(PEOPLE[:1]), answers=True)
    assert hostile not in page
    assert page.count("&lt;script&gt;") == 2
    assert 'http-equiv="refresh"' in page
    assert not [word for word in ("src=", "url(", "http://", "https://") if word in page]


NAMES = st.sampled_from([*lesson("02").items, *lesson("06").items, "98-1", "<b>", "../etc"])
CHOICES = st.text("ox", max_size=9) | st.sampled_from("abcde") | st.just("<script>") | st.integers()
MEMBERS = st.dictionaries(st.sampled_from(["passed", "tries", "first", "shown", "after"]), CHOICES)


@hypothesis.settings(deadline=None, max_examples=draws(50))
@given(files=st.lists(st.dictionaries(NAMES, MEMBERS), max_size=4), answers=st.booleans())
def test_whatever_stands_in_the_files_the_wall_holds_markup_of_its_own_alone(files, answers):
    people = [progress.parse(json.dumps({"items": items}).encode()) for items in files]
    page = wall.page(room.Room(people), answers=answers)
    assert not [part for part in ("<script", "<b>", "../etc", "98-1") if part in page]
    for tag in ("table", "tr", "td", "th", "h2", "h3", "meter", "p"):
        opened = len(re.findall(rf"<{tag}[ >]", page))
        assert opened == page.count(f"</{tag}>"), tag


def test_the_wall_counts_a_prediction_of_several_letters_letter_by_letter():
    item = lesson("11").items["11-p6"]
    assert item.truth == "ooxoxo"
    predicted = room.Room([{item.id: {"first": letters}} for letters in ("xxxxxo", "xoxxxo")])
    before, after = wall.page(predicted), wall.page(predicted, answers=True)
    split, refused, opened = (f"it opens: {n}; it is refused: {2 - n}" for n in (1, 0, 2))
    assert f"<th>2. {escape(item.columns[1].text)}</th>" in before
    assert [before.count(said) for said in (split, refused, opened)] == [1, 4, 1]
    assert "right: " not in before and "xoxxxo" not in before
    assert f"<td>{split}</td><td>right: it opens</td>" in after
    assert after.count(f"<td>{refused}</td><td>right: it is refused</td>") == 2
    assert f"Held by 1: {escape(item.beliefs[item.columns[1].key])}" in after


def test_the_wall_counts_the_votes_of_a_quiz_and_says_what_is_right_on_its_other_page():
    question = lesson("02").items["02-q1"]
    right = next(letter for letter, choice in question.choices.items() if choice.right)
    voted = room.Room([{"02-q1": {"first": letter}} for letter in question.choices])
    row = f"<th>{escape(question.named(right))}</th>"
    [before] = [part for part in wall.page(voted).split("<tr>") if row in part]
    [after] = [part for part in wall.page(voted, answers=True).split("<tr>") if row in part]
    assert "<td>1</td><td></td>" in before
    assert "<td>1</td><td>right</td>" in after


# --- a class that outgrows one machine ----------------------------------------------------------


def merged(under: dict, over: dict) -> dict:
    """Helm's way: what is said over what is there, key by key."""
    result = copy.deepcopy(under)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


def test_the_values_are_as_careful_as_the_machine():
    values = yaml.safe_load(VALUES.read_text(encoding="utf-8"))
    assert values["hub"]["config"]["Authenticator"]["admin_users"] == []
    assert "--KernelManager.transport=ipc" in values["singleuser"]["cmd"]
    assert values["singleuser"]["networkPolicy"]["egressAllowRules"]["nonPrivateIPs"] is False
    assert values["singleuser"]["networkPolicy"]["egressAllowRules"]["dnsPortsKubeSystemNamespace"]


def test_the_page_for_the_morning_quotes_what_the_command_says():
    """Each sentence in its table is one of the code's, with `…` or a name where it has a place."""
    page = (ROOT / "docs" / "classroom" / "morning.md").read_text(encoding="utf-8")
    quoted = re.findall(r"(?m)^\| `([^`]+)` \|", page)
    code = "".join(
        path.read_text(encoding="utf-8") for path in sorted((ROOT / "tools/classroom").glob("*.py"))
    )
    plain = " ".join(re.sub(r'"\s*\n\s*f?"', "", code).split())
    places = r"/var/lib/anatomy-class|0\.0\.0\.0|443|class\.(?:pem|key)|…|address already in use|"
    places += "cannot assign requested address"
    assert len(quoted) >= 10
    for sentence in quoted:
        parts = [part.strip(" .:") for part in re.split(places, sentence)]
        assert all(part in plain for part in parts if len(part) > 6), sentence


@pytest.mark.skipif(not CHART, reason="LABUTILS_Z2JH names no checkout of the chart")
def test_the_values_are_what_the_chart_takes():
    chart = Path(CHART) / "jupyterhub"
    schema = yaml.safe_load((chart / "values.schema.yaml").read_text(encoding="utf-8"))
    defaults = yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))
    values = yaml.safe_load(VALUES.read_text(encoding="utf-8"))
    judge = jsonschema.Draft7Validator(schema)
    assert [error.message for error in judge.iter_errors(merged(defaults, values))] == []
    wrong = merged(merged(defaults, values), {"singleuser": {"memory": {"guarantea": "1G"}}})
    [error] = judge.iter_errors(wrong)
    assert "guarantea" in error.message
