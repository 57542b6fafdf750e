"""`python -m labutils sanitize`: what it says, which files it touches, and how it ends."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

import pytest
from valid_recordings import a_har, an_entry

from labutils import __main__ as commands
from labutils import har
from labutils.har import files as har_file
from labutils.lab import data_file

SECONDS = 120  # after which a command that waits for a device or a pipe counts as stuck
CASE = data_file("support-case.har")
POSIX = pytest.mark.skipif(os.name != "posix", reason="pipes and signals of POSIX")
UUID = "7575cb66-0bff-11e8-b9c4-83713b316330"
NEEDED = an_entry(
    request__headers=[{"name": "User-Agent", "value": "curl/8.11.0"}],
    response__headers=[
        {"name": "Server", "value": "nginx"},
        {"name": "X-Request-Id", "value": UUID},
        {"name": "CF-Ray", "value": "32fc956b9bad0bab-IAD"},
    ],
)


def sanitize(*words: object) -> int:
    return commands.main(["sanitize", *map(str, words)])


def run(*words: object, **more: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "labutils", "sanitize", *map(str, words)]
    return subprocess.run(command, capture_output=True, timeout=SECONDS, **more)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.har"
    path.write_text(json.dumps(a_har(NEEDED, NEEDED)), "utf-8")
    return path


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- what it says -------------------------------------------------------------------------------


def test_it_says_what_it_kept_and_that_hosts_stayed_and_that_it_searched(source, tmp_path, capsys):
    assert sanitize(source, tmp_path / "out.har") == 0
    said = capsys.readouterr().out
    assert "Kept for support: creator (1), server (2), user-agent (2)." in said
    assert "only the operator can look them up: cf-ray (2), x-request-id (2)." in said
    assert "Host names, internal addresses and ports in URLs stayed" in said and "--hosts" in said
    assert "A search of the copy found no credential in it." in said


def test_with_hosts_it_says_that_they_went(source, tmp_path, capsys):
    assert sanitize(source, tmp_path / "out.har", "--hosts") == 0
    assert "Host names were replaced; ports stayed." in capsys.readouterr().out
    assert "wiki.example" not in (tmp_path / "out.har").read_text("utf-8")


@pytest.mark.parametrize("before", [True, False])
def test_what_is_kept_by_name_is_searched_too_and_named(tmp_path, capsys, before):
    target, keep = tmp_path / "out.har", ["--keep", "X-Api-Key", "comment"]
    words = [*keep, CASE, target] if before else [CASE, target, *keep]
    assert sanitize(*words) == 1
    out, err = capsys.readouterr()
    assert out == "" and "you said so: comment (1), x-api-key (4)." in err
    assert "still found" in err and "request header x-api-key: API key exp-9b7f..." in err
    assert f"Do not send {target} as it is." in err
    assert "exp-9b7f04c2d6e14a8e" in target.read_text("utf-8")


def test_the_entry_that_the_search_names_is_the_one(tmp_path, capsys):
    target = tmp_path / "out.har"
    assert sanitize(CASE, target, "--keep", "code_verifier") == 1
    (number,) = re.findall(r"entry (\d+), request body: code_verifier", capsys.readouterr().err)
    assert "code_verifier" in json.dumps(
        har.read(target.read_bytes())["log"]["entries"][int(number)]
    )


def test_the_statuses_are_in_the_help(capsys):
    with pytest.raises(SystemExit):
        sanitize("--help")
    said = " ".join(capsys.readouterr().out.split())
    assert "0 when a search of the copy found no credential, 1 when the copy was written" in said
    assert "2 when no copy could be made and nothing was written, 130 after Ctrl-C" in said


@pytest.mark.parametrize(
    "words", [(), ("a.har",), ("--keep", "x"), ("a", "b", "c"), ("--keep", "a")]
)
def test_a_command_without_both_files_is_refused(words):
    with pytest.raises(SystemExit, match="2"):
        sanitize(*words)


def test_the_search_finds_what_a_cleaner_missed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(har_file.Cleaner, "part", lambda _self, _kind, value: value)
    assert sanitize(CASE, tmp_path / "out.har") == 1
    said = capsys.readouterr().err
    assert (
        "still found 5" in said and "session cookie 0a6dfc53..." in said and "and 50 more" in said
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Request-Id", "ab724cea1080da9045e4d83a0b85d263"),
        ("X-Request-Id", "ab724cea-1080-da90-45e4-d83a0b85d263"),
        ("X-Request-Id", "AB724CEA1080DA9045E4D83A0B85D263"),
        ("traceparent", "00-ab724cea1080da9045e4d83a0b85d263-00f067aa0ba902b7-01"),
    ],
)
def test_a_credential_that_stood_where_ids_may_stay_is_cleaned_in_a_second_round(
    name, value, tmp_path, capsys
):
    session = "ab724cea1080da9045e4d83a0b85d263"
    entries = [
        an_entry(response__headers=[{"name": name, "value": value}]),
        an_entry(request__headers=[{"name": "Cookie", "value": f"session={session}"}]),
    ]
    (tmp_path / "in.har").write_text(json.dumps(a_har(*entries)), "utf-8")
    assert sanitize(tmp_path / "in.har", tmp_path / "out.har") == 0
    written = (tmp_path / "out.har").read_text("utf-8")
    assert session not in written and value not in written
    assert name.lower() not in capsys.readouterr().out


# --- which files it touches ---------------------------------------------------------------------


def test_an_existing_file_is_replaced_only_by_force(source, tmp_path, capsys):
    target = tmp_path / "out.har"
    target.write_text("mine", "utf-8")
    assert sanitize(source, target) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "exists" in err and "--force" in err
    assert target.read_text("utf-8") == "mine" and names(tmp_path) == ["in.har", "out.har"]
    assert sanitize(source, target, "--force") == 0
    assert len(har.read(target.read_bytes())["log"]["entries"]) == 2


@POSIX
def test_a_link_stays_a_link(source, tmp_path):
    (tmp_path / "real.har").write_text("mine", "utf-8")
    (tmp_path / "out.har").symlink_to("real.har")
    assert sanitize(source, tmp_path / "out.har") == 2
    assert sanitize(source, tmp_path / "out.har", "--force") == 0
    assert (tmp_path / "out.har").is_symlink() and har.read((tmp_path / "real.har").read_bytes())


@POSIX
def test_a_pipe_is_written_to_and_not_replaced(source, tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert run(source, pipe).returncode == 0
    reader.join(SECONDS)
    assert read, f"nothing came through the pipe in {SECONDS} seconds"
    assert pipe.is_fifo() and len(har.read(read[0])["log"]["entries"]) == 2
    assert names(tmp_path) == ["in.har", "pipe"]


@POSIX
def test_a_device_is_written_to_and_not_replaced(source):
    device = pathlib.Path("/dev/null")
    assert run(source, device).returncode == 0  # in a process of its own: a device may block
    assert device.is_char_device()


@POSIX
def test_a_device_is_a_stream(tmp_path):
    assert har_file.is_stream(har_file.Path("/dev/null"))
    assert not har_file.is_stream(tmp_path) and not har_file.is_stream(tmp_path / "none")


@POSIX
@pytest.mark.parametrize("to_file", [True, False])
def test_the_standard_output_holds_the_har_and_nothing_else(source, tmp_path, to_file):
    if to_file:
        with (tmp_path / "out.har").open("wb") as out:
            command = [sys.executable, "-m", "labutils", "sanitize", str(source), "/dev/stdout"]
            done = subprocess.run(
                command, stdout=out, stderr=subprocess.PIPE, check=True, timeout=SECONDS
            )
        written = (tmp_path / "out.har").read_bytes()
    else:
        done = run(source, "/dev/stdout", check=True)
        written = done.stdout
    assert len(har.read(written)["log"]["entries"]) == 2
    assert b"Replaced" in done.stderr and b"Replaced" not in written


@POSIX
@pytest.mark.parametrize("packed", [False, True])
def test_a_pipe_is_read(tmp_path, packed):
    reader = "zcat" if packed else "cat"
    source = tmp_path / "in.har.gz" if packed else CASE
    if packed:
        import gzip

        source.write_bytes(gzip.compress(CASE.read_bytes()))
    line = f"'{sys.executable}' -m labutils sanitize <({reader} '{source}') '{tmp_path}/out.har'"
    done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=SECONDS, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(har.read((tmp_path / "out.har").read_bytes())["log"]["entries"]) == 16


@POSIX
@pytest.mark.parametrize("data", [b"", b"\x1f\x8b\x08\x00\xff\xff", b"{}"])
def test_what_comes_through_a_pipe_and_is_no_har_is_blamed_on_the_pipe(tmp_path, data):
    done = run("/dev/stdin", tmp_path / "out.har", input=data)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"/dev/stdin: ") and done.stderr.count(b"\n") == 1
    assert names(tmp_path) == []


# --- how it ends --------------------------------------------------------------------------------


@POSIX
@pytest.mark.parametrize(
    "number, status",
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (getattr(signal, "SIGHUP", None), 129)],
)
def test_who_stops_it_finds_nothing_left_behind(tmp_path, number, status):
    text = json.dumps(json.loads(CASE.read_text("utf-8"))["log"]["entries"])[1:-1]
    source = tmp_path / "in.har"
    source.write_text(
        '{"log": {"version": "1.2", "entries": [' + ",".join([text] * 300) + "]}}", "utf-8"
    )
    program = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL);"
        "from labutils.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, "sanitize", str(source), str(tmp_path / "out.har")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + SECONDS
    while len(names(tmp_path)) < 2 and process.poll() is None:
        assert time.monotonic() < deadline, f"it did not begin to work in {SECONDS} seconds"
        time.sleep(0.01)  # until the folder is there in which it works
    process.send_signal(number)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, names(tmp_path)) == (status, b"", ["in.har"])
    sentences = err.decode().splitlines()[-1:]
    expected = ["Stopped before the end: nothing was written."] if number == signal.SIGINT else []
    assert [line for line in sentences if not line.startswith("cleaning")] == expected
    assert b"Traceback" not in err
