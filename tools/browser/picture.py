"""The picture of a lesson in README and on the site: lesson 00 in a real Chromium, at its first
question.

    make picture        writes docs/lesson-00.png

A maintainer runs it when the lesson looks different. A browser draws it, so it is not compared byte
for byte. It stops at the question: a picture with the answer would spoil it. It needs Chromium as
`chromium` on the PATH.
"""

import os
import pathlib
import sys
import tempfile

from check_lab import ROOT, copy_of_the_repository, opened, started
from first_question import buttons_in, chromium

PICTURE = ROOT / "docs" / "lesson-00.png"
CELL = "use-it"  # what is on the picture
QUIET = """() => { const app = window.jupyterapp;
  app.shell.collapseLeft(); app.shell.collapseRight() }"""
NODE = f"""window.jupyterapp.shell.currentWidget.content.widgets
  .find(c => c.model.id === '{CELL}').node"""
BOX = f"""() => {{ const {{x, y, width, height}} = {NODE}.getBoundingClientRect();
  return {{x, y, width, height}} }}"""
SCROLL = f"() => {NODE}.scrollIntoView({{block: 'start'}})"


def main() -> int:
    """Take the picture, and say where it is."""
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        os.environ["JUPYTERLAB_SETTINGS_DIR"] = str(pathlib.Path(name, "settings"))  # no own theme
        folder = pathlib.Path(name, "course")
        copy_of_the_repository(folder)
        with started(folder) as address, opened(browser, address) as page:
            page.set_viewport_size({"width": 980, "height": 1300})
            page.evaluate(QUIET)
            buttons_in(page)
            page.wait_for_timeout(1_000)
            page.evaluate(SCROLL)
            page.wait_for_timeout(1_000)
            page.screenshot(path=str(PICTURE), clip=page.evaluate(BOX))
    print(f"Written to {PICTURE.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
