"""Files of a learner: one writer at a time, whole or not at all, and nothing is written over."""

import datetime
import errno
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from labutils.classroom import files

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files, users or limits")


def names(folder: Path) -> list[str]:
    """What is in a folder, beside the lock."""
    return sorted(path.name for path in folder.iterdir() if path.name != files.LOCK)


def run(code: str, *arguments: object, **options: object) -> subprocess.CompletedProcess:
    """Some code in a Python of its own."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", **options)


# --- written whole or not at all ----------------------------------------------------------------


def test_a_file_is_written_and_nothing_is_left_beside_it(tmp_path):
    for data in (b"one", b"\x00\r\n\x1a", b""):
        files.write(tmp_path / "a.json", data)
        assert files.read(tmp_path / "a.json") == data
    assert names(tmp_path) == ["a.json"]


FULL = """
import resource, signal, sys
from pathlib import Path
from labutils.classroom import files
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
path = Path(sys.argv[1], "a.ipynb")
for write in (files.write, lambda *them: files.exchange(*them, files.YOURS)):
    try:
        write(path, b"x" * 5000)
    except OSError as error:
        print(error.strerror)
"""


@posix
def test_a_disk_that_takes_a_part_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path):
    files.write(tmp_path / "a.ipynb", b"mine")
    assert run(FULL, tmp_path).stdout.count("\n") == 2
    assert (names(tmp_path), files.read(tmp_path / "a.ipynb")) == (["a.ipynb"], b"mine")


@pytest.mark.parametrize("fault", [PermissionError("open"), OSError("full"), KeyboardInterrupt()])
@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("call", [1, 2])
def test_an_exchange_that_ends_at_a_step_has_lost_nothing(
    call, is_done, fault, tmp_path, monkeypatch
):
    """An interrupt may come before a step is done, or right behind it."""
    files.write(tmp_path / "a.ipynb", b"mine")
    replace, calls = os.replace, []

    def interrupted(*pair: object) -> None:
        calls.append(pair)
        if len(calls) != call or is_done:
            replace(*pair)
        if len(calls) == call:
            raise fault

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(type(fault)):
        files.exchange(tmp_path / "a.ipynb", b"new", files.YOURS)
    there = {path.name: files.read(path) for path in tmp_path.iterdir()}
    assert b"mine" in there.values() and b"" not in there.values()
    assert there["a.ipynb"] == (b"new" if (call, is_done) == (2, True) else b"mine")
    assert len(there) == (2 if (call, is_done) == (2, True) else 1)


def test_what_another_program_saves_between_the_two_steps_of_a_failure_stays(tmp_path, monkeypatch):
    files.write(tmp_path / "a.ipynb", b"mine")
    replace, calls = os.replace, []

    def saved_meanwhile(*pair: object) -> None:
        calls.append(pair)
        if len(calls) == 2:
            (tmp_path / "a.ipynb").write_bytes(b"saved meanwhile")
            raise PermissionError(errno.EACCES, "somebody has it open")
        replace(*pair)

    monkeypatch.setattr(os, "replace", saved_meanwhile)
    with pytest.raises(PermissionError):
        files.exchange(tmp_path / "a.ipynb", b"new", files.YOURS)
    assert {files.read(path) for path in tmp_path.iterdir()} == {b"mine", b"saved meanwhile"}


# --- dated names --------------------------------------------------------------------------------


def at(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    """Set the clock to a day."""

    class Clock(datetime.date):
        @classmethod
        def today(cls) -> datetime.date:
            return datetime.date.fromisoformat(day)

    monkeypatch.setattr(datetime, "date", Clock)


def test_an_exchange_that_finds_nothing_leaves_nothing(tmp_path):
    """Another one may have moved the file a moment ago, and be about to put a fresh one there: an
    empty file in its place would be what the learner opens."""
    with pytest.raises(FileNotFoundError):
        files.exchange(tmp_path / "a.ipynb", b"new", files.YOURS)
    assert list(tmp_path.iterdir()) == []


def test_each_that_is_kept_has_a_name_of_its_own_whatever_the_clock_does(tmp_path, monkeypatch):
    path = tmp_path / "03-a.ipynb"
    files.write(path, b"0")
    days = ["2026-11-28", "2026-11-28", "1970-01-01", "2026-11-28", "9999-12-31", "1970-01-01"]
    for number, day in enumerate(days, 1):
        at(monkeypatch, day)
        kept = files.exchange(path, b"%d" % number, files.YOURS)
        assert files.read(kept) == b"%d" % (number - 1)
    assert names(tmp_path) == [
        "03-a.ipynb",
        "03-a.yours-1970-01-01-2.ipynb",
        "03-a.yours-1970-01-01.ipynb",
        "03-a.yours-2026-11-28-2.ipynb",
        "03-a.yours-2026-11-28-3.ipynb",
        "03-a.yours-2026-11-28.ipynb",
        "03-a.yours-9999-12-31.ipynb",
    ]


@pytest.mark.skipif(os.name == "nt", reason="Windows calls a folder in the way a refusal")
def test_a_folder_or_a_link_has_a_name_as_well(tmp_path, monkeypatch):
    at(monkeypatch, "2026-11-28")
    (tmp_path / "p.damaged-2026-11-28").mkdir()
    (tmp_path / "p.damaged-2026-11-28-2").symlink_to("nowhere")
    files.write(tmp_path / "p", b"mine")
    kept = files.exchange(tmp_path / "p", b"new", files.DAMAGED)
    assert (kept.name, files.read(kept)) == ("p.damaged-2026-11-28-3", b"mine")
    assert (tmp_path / "p.damaged-2026-11-28-2").is_symlink()


def test_no_name_has_a_character_that_windows_refuses(tmp_path):
    path = tmp_path / "03-a.ipynb"
    for shape in (files.YOURS, files.DAMAGED):
        files.write(path, b"")
        assert not set(files.exchange(path, b"", shape).name) & set('<>:"/\\|?*')


# --- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["folder", "nothing", "pipe"])
def test_what_is_no_file_is_not_read_and_not_waited_for(tmp_path, what):
    path = tmp_path / "a"
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("no pipes here")
        os.mkfifo(path)
    with pytest.raises(OSError, match=r"."):
        files.read(path)


# --- the lock -----------------------------------------------------------------------------------


def test_of_many_threads_one_is_inside_at_a_time(tmp_path):
    inside, most = [], []

    def enter() -> None:
        for _ in range(5):
            with files.locked(tmp_path):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.0005)
                inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 40


def test_whoever_waits_too_long_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "PATIENCE", 0.03)
    with files.locked(tmp_path), pytest.raises(files.Busy), files.locked(tmp_path):
        pass
    with files.locked(tmp_path):
        pass  # it was given back


def test_an_error_inside_gives_the_lock_back(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "PATIENCE", 0)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), files.locked(tmp_path):
            raise KeyboardInterrupt


CHILD = """
import os, sys, time
from pathlib import Path
from labutils.classroom import files
files.PATIENCE = 0
with files.locked(Path(sys.argv[1])):
    child = os.fork()
    if not child:
        time.sleep(60)
        os._exit(0)
with files.locked(Path(sys.argv[1])):
    print("locked")
os.kill(child, 9)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_forked_child_that_goes_on_does_not_hold_the_lock(tmp_path):
    assert run(CHILD, tmp_path).stdout == "locked\n"


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path):
    left = ["progress.json.0123456789abcdef.tmp", "03-a.yours-2026-11-28-2.ipynb"]
    left += ["progress.json.damaged-2026-11-28"]
    theirs = ["notes.tmp", "03-a.yours-2026-11-28.ipynb.txt", "empty.ipynb", "progress.json.tmp"]
    for name in left + theirs:
        (tmp_path / name).touch()
    for name in ("03-a.yours-2026-11-28.ipynb", "progress.json.damaged-2026-11-27"):
        (tmp_path / name).write_bytes(b"mine")
        theirs.append(name)
    (tmp_path / "04-a.yours-2026-11-28.ipynb").mkdir()
    with files.locked(tmp_path):
        assert names(tmp_path) == sorted([*theirs, "04-a.yours-2026-11-28.ipynb"])


@pytest.mark.parametrize("fault", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EBADF])
def test_where_a_network_drive_knows_no_locks_the_work_goes_on_and_nothing_is_removed(
    tmp_path, monkeypatch, fault
):
    def refused(_number: int) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(files, "_take", refused)
    temporary = tmp_path / "progress.json.0123456789abcdef.tmp"
    temporary.touch()
    with files.locked(tmp_path):
        assert temporary.exists()  # another process may be writing it


@posix
def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / files.LOCK).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=r"."), files.locked(tmp_path / "home"):
        pass
    assert not (tmp_path / "elsewhere").exists()


ANOTHER_USER = """
import os, sys
from pathlib import Path
from labutils.classroom import files
os.setegid(65534)
os.seteuid(65534)
files.PATIENCE = 0
folder = Path(sys.argv[1])
try:
    with files.locked(folder):
        files.write(folder / "theirs", b"")
        print("locked")
except OSError as error:
    print(error.strerror)
"""


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="only root becomes another")
def test_a_lock_that_another_user_made_is_a_lock_all_the_same():
    with tempfile.TemporaryDirectory() as name:  # the folders of pytest are root's alone
        folder = Path(name)
        folder.chmod(0o755)
        assert run(ANOTHER_USER, folder).stdout == "Permission denied\n"
        with files.locked(folder):
            pass
        folder.chmod(0o777)
        (folder / files.LOCK).chmod(0o644)
        assert run(ANOTHER_USER, folder).stdout == "locked\n"


# --- where locks are others, or none ------------------------------------------------------------

ON_WINDOWS = """
import errno, os, sys, types
calls = []
def locking(number, mode, length):
    calls.append((mode, length, os.lseek(number, 0, os.SEEK_CUR)))
    if mode == 2 and len(calls) == 1:
        raise PermissionError(errno.EACCES, "locked")
sys.modules["msvcrt"] = types.SimpleNamespace(locking=locking, LK_NBLCK=2, LK_UNLCK=0)
sys.modules["fcntl"] = None
import tempfile
from pathlib import Path
from labutils import text
sys.platform = "win32"
from labutils.classroom import files
with tempfile.TemporaryDirectory() as folder, files.locked(Path(folder)):
    files.write(Path(folder, "a"), b"mine")
print(calls)
"""


def test_on_windows_the_first_byte_is_locked_and_waited_for():
    assert run(ON_WINDOWS).stdout == "[(2, 1, 0), (2, 1, 0), (0, 1, 0)]\n"


IN_A_BROWSER = """
import os, sys, tempfile
from pathlib import Path
from labutils import text
sys.modules["fcntl"] = sys.modules["msvcrt"] = None
sys.platform = "emscripten"
from labutils.classroom import files
with tempfile.TemporaryDirectory() as folder, files.locked(Path(folder)):
    files.write(Path(folder, "a.ipynb"), b"mine")
    kept = files.exchange(Path(folder, "a.ipynb"), b"new", files.YOURS)
    flags = []
    sys.addaudithook(lambda event, about: event == "open" and flags.append(about[2]))
    print(files.read(kept), len(list(Path(folder).iterdir())))
    print({flag & ~os.O_CLOEXEC for flag in flags})
"""


def test_in_a_browser_there_is_no_lock_and_files_are_kept_all_the_same():
    assert run(IN_A_BROWSER).stdout.splitlines()[0] == "b'mine' 2"


@posix
def test_a_lock_is_opened_without_following_links_where_the_system_can(tmp_path, monkeypatch):
    flags, real = [], os.open

    def opened(path, asked, *mode):
        flags.append(asked)
        return real(path, asked, *mode)

    monkeypatch.setattr(os, "open", opened)
    for has_the_flag in (True, False):
        if not has_the_flag:
            monkeypatch.delattr(os, "O_NOFOLLOW")
        with files.locked(tmp_path):
            pass
    usual = os.O_RDWR | os.O_CREAT | os.O_NONBLOCK
    assert len(flags) == 2 and flags[1] == usual and flags[0] & ~flags[1]


@posix
def test_in_a_browser_a_file_is_opened_to_be_read_and_no_more():
    """JupyterLite writes back what was opened in any other way."""
    assert run(IN_A_BROWSER).stdout.splitlines()[1] == "{0}"
