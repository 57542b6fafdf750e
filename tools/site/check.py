"""A real browser looks at the site: `make test-site`, after `make site`.

Each page, light and dark, wide and narrow: axe finds nothing serious, nothing is wider than the
window, nothing is asked of another host, no picture lacks its words; and the keyboard alone opens
what a prediction keeps shut, and the search. It needs Chromium as `chromium` on the PATH.
"""

import pathlib
import shutil
import subprocess
import sys
from collections.abc import Iterator

from playwright.sync_api import Browser, Page, sync_playwright

from tools.loopback import FLAGS, served

HERE = pathlib.Path(__file__).resolve().parent
SITE = HERE.parent.parent / "build" / "site"
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
SLIDES = HERE.parent.parent / "build" / "slides"
NARROW, WIDE = 390, 1280
WALL = (1100, 700)  # px, of a slide
SIZE = "(s => [s.scrollHeight, s.scrollWidth])(Reveal.getCurrentSlide())"


def pages() -> list[str]:
    own = [path for path in SITE.rglob("*.html") if "lite" not in path.relative_to(SITE).parts]
    return sorted(path.relative_to(SITE).as_posix() for path in own)


def serious(page: Page) -> Iterator[str]:
    """What axe calls serious or critical on a page that is open, in sentences."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    for violation in found["violations"]:
        if violation["impact"] in ("serious", "critical"):
            node = violation["nodes"][0]
            yield f"axe: {violation['id']}: {node['html'][:120]}"


def look(browser: Browser, address: str, scheme: str, width: int) -> Iterator[str]:
    """What is wrong with each page in that theme and width."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page, outside = context.new_page(), []
    page.on("request", lambda asked: outside.append(asked.url))
    for name in pages():
        outside.clear()
        page.goto(address + name)
        page.wait_for_timeout(100)
        where = f"{name}, {scheme}, {width} px"
        for problem in serious(page):
            yield f"{where}: {problem}"
        if page.evaluate("document.documentElement.scrollWidth") > width:
            yield f"{where}: wider than the window"
        if silent := page.locator(".bd-article img:not([alt]), .bd-article img[alt='']").count():
            yield f"{where}: {silent} pictures have no words"
        for url in outside:
            if not url.startswith((address, "data:")):
                yield f"{where}: asks {url}"
    context.close()


def by_keyboard(browser: Browser, address: str) -> Iterator[str]:
    """What the keyboard alone cannot do in lesson 05 and in the search."""
    page = browser.new_page(viewport={"width": WIDE, "height": 900})
    page.goto(address + next(name for name in pages() if name.startswith("notebooks/05-")))
    shut = "document.activeElement.matches('details.hide:not([open]) > summary')"
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate(shut):
            break
    page.keyboard.press("Enter")
    if not page.locator("details.hide[open]").count():
        yield "Tab and Enter do not open what a prediction keeps shut"
    page.goto(address + "index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("refresh token")
    page.keyboard.press("Enter")
    try:
        page.wait_for_selector("#search-results li a", timeout=10_000)
    except Exception:
        yield "Ctrl+K, some words and Enter find nothing"
    page.close()


def slides(browser: Browser) -> Iterator[str]:
    """What is wrong with the slides: taller than the wall, wider, or asking for something."""
    page, outside = browser.new_page(viewport={"width": WIDE, "height": 800}), []
    page.on("request", lambda asked: outside.append(asked.url))
    for path in sorted(SLIDES.glob("[0-9]*.html")):
        page.goto(path.as_uri())
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        for place in range(page.evaluate("Reveal.getHorizontalSlides().length")):
            page.evaluate(f"Reveal.slide({place})")
            tall, wide = page.evaluate(SIZE)
            if tall > WALL[1] or wide > WALL[0]:
                yield f"slides, {path.name}, {place + 1}: {wide} px wide, {tall} px high"
    yield from (f"slides ask {url}" for url in outside if not url.startswith(("file:", "data:")))
    page.close()


def main() -> int:
    if not shutil.which("chromium"):
        print("The site is not looked at: that needs Chromium as `chromium` on the PATH.")
        return 0
    if not (SITE / "index.html").exists():
        print("There is no site yet: run make site first.")
        return 2
    if not AXE.exists():
        subprocess.run(["npm", "ci", "--silent", "--ignore-scripts"], cwd=HERE, check=True)
    address, problems = served(SITE), []
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for scheme in ("light", "dark"):
            for width in (WIDE, NARROW):
                problems += look(browser, address, scheme, width)
        problems += by_keyboard(browser, address)
        problems += slides(browser)
        browser.close()
    print(*problems, sep="\n")
    print(f"{len(pages())} pages looked at four times, {len(problems)} problems.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
