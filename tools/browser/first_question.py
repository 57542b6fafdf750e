"""Lesson 00 in a real Chromium, up to its first question: does it offer buttons?

Nothing here knows how the page was started: a clone, a wheel, a hub. So it looks at the page alone,
as a learner does.
"""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
PATIENCE = 120_000  # milliseconds
MOST_CELLS = 12  # before the first question
IDLE = """() => [...document.querySelectorAll('.jp-StatusBar-Widget *')]
  .some(one => /\\| Idle$/.test(one.textContent.trim()))"""
BUTTONS = "() => document.querySelectorAll('.jp-OutputArea .lu-options button').length"


@contextmanager
def chromium() -> Iterator[Any]:
    """A Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def buttons_in(page: Any) -> tuple[int, float]:
    """Return how many buttons the first question of the open lesson has, and the seconds from the
    first cell's start until they were there.

    Cells are run one by one with Shift and Enter. Raises AssertionError where a cell fails.
    """
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=PATIENCE)
    page.wait_for_function(IDLE, timeout=PATIENCE)
    began = time.monotonic()
    page.locator(".jp-NotebookPanel .jp-CodeCell .cm-content").first.click()
    for _ in range(MOST_CELLS):
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(400)
        page.wait_for_function(IDLE, timeout=PATIENCE)
        failed = page.locator(".jp-OutputArea-output[data-mime-type*='stderr']").all_inner_texts()
        assert not failed, json.dumps(failed)[:400]
        if page.evaluate(BUTTONS):
            return page.evaluate(BUTTONS), time.monotonic() - began
    return 0, time.monotonic() - began
