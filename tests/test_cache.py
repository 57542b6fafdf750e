"""Where programs keep what they can make again."""

import sys

import pytest

from labutils.cache import cache_folder


@pytest.mark.parametrize(
    ("platform", "variables", "ends"),
    [
        ("linux", {"XDG_CACHE_HOME": "/somewhere"}, "/somewhere/labutils"),
        ("linux", {"HOME": "/home/ada"}, "/home/ada/.cache/labutils"),
        ("darwin", {"HOME": "/home/ada"}, "/home/ada/Library/Caches/labutils"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/labutils/Cache"),
        ("linux", {"LABUTILS_CACHE": "/mine", "XDG_CACHE_HOME": "/somewhere"}, "/mine"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX")
def test_it_is_where_the_system_keeps_such_things(monkeypatch, platform, variables, ends):
    for name in ("LABUTILS_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder().as_posix() == ends
