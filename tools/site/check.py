"""A real browser looks at the site: `make test-site`, after `make site`.

Each page, light and dark, wide, narrow and enlarged to 200 %: axe finds nothing serious, nothing is
wider than the window, nothing is asked of another host, no picture lacks its words, and headings
come in their order. The keyboard alone passes over the menu, opens what a prediction keeps shut,
searches, and goes to the next lesson. Each slide fits the wall. It needs Chromium as `chromium` on
the PATH.
"""

import itertools
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Iterator

from playwright.sync_api import Browser, Page, sync_playwright

from tools.loopback import FLAGS, served
from tools.site.drawing import SMALLEST
from tools.site.talk import talks

HERE = pathlib.Path(__file__).resolve().parent
SITE = HERE.parent.parent / "build" / "site"
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
SLIDES = HERE.parent.parent / "build" / "slides"
NARROW, WIDE = 390, 1280
LOOKS = [("light", WIDE), ("dark", WIDE), ("light", WIDE // 2), ("light", NARROW), ("dark", NARROW)]
HEADINGS = """[...document.querySelectorAll(".bd-article :is(h1, h2, h3, h4)")].map(
    heading => Number(heading.tagName[1]))"""
PICTURES = """[...document.querySelectorAll(".picture img, .cell_output img")].map(
    picture => picture.offsetWidth).filter(wide => wide)"""
BOTTOM = """[...document.querySelectorAll(".first-screen .picture img")].map(
    picture => picture.getBoundingClientRect().bottom)"""
FOCUSED = """(it => [it.textContent.trim(), getComputedStyle(it).outlineStyle,
    it.getBoundingClientRect().height])(document.activeElement)"""
SCREEN, LEGIBLE = 800, 500  # px: the height of a small screen; the width of a picture
WALL = (1280, 720)  # px, of a slide
GO_TO = "(at => Reveal.slide(at.h, at.v, 99))(Reveal.getIndices(Reveal.getSlides()[%d]))"
SIZE = "(s => [s.scrollHeight, s.scrollWidth])(Reveal.getCurrentSlide())"
TYPE = """(() => {
  const slide = Reveal.getCurrentSlide(), found = [];
  const texts = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, parent = text.parentElement, range = document.createRange();
    range.selectNodeContents(text);
    if (!text.textContent.trim() || parent.closest("aside.notes")) continue;
    if (!range.getBoundingClientRect().width) continue;
    const scale = parent.closest("svg") ? parent.getScreenCTM().a : Reveal.getScale();
    found.push([parseFloat(getComputedStyle(parent).fontSize) * scale, text.textContent.trim()]);
  }
  return found.sort((one, other) => one[0] - other[0])[0] ?? [99, ""];
})()"""  # px of the smallest type on a slide, and what is set in it
LINES = """(s => [...s.querySelectorAll("p, li, tr, text, img, svg, pre")]
    .filter(part => !part.closest("aside") && part.getBoundingClientRect().height)
    .reduce((sum, part) => sum + (part.matches("pre") ? part.textContent.trim().split("\\n").length
        : part.matches("img, svg") ? 9 : 1), 0))(Reveal.getCurrentSlide())"""
HAS_OUTPUT = "!!Reveal.getCurrentSlide().querySelector('pre')"
KIND = """(s => ["ul.vote", ".highlight", "img"].find(part => s.querySelector(part)) ?? "text")(
    Reveal.getCurrentSlide())"""


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


def misplaced(page: Page, width: int) -> Iterator[str]:
    """What cannot be seen or found on a page that is open in a window of that width."""
    if page.evaluate("document.documentElement.scrollWidth") > width:
        yield "wider than the window"
    levels = page.evaluate(HEADINGS)
    steps = [later - before for before, later in itertools.pairwise(levels)]
    if levels and (levels.count(1) != 1 or max(steps, default=0) > 1):
        yield f"headings of the levels {levels}"
    if silent := page.locator(".bd-article img:not([alt]), .bd-article img[alt='']").count():
        yield f"{silent} pictures have no words"
    if small := [wide for wide in page.evaluate(PICTURES) if wide < LEGIBLE]:
        yield f"pictures of {small} px, on which nothing can be read"
    if width == WIDE and any(bottom > SCREEN for bottom in page.evaluate(BOTTOM)):
        yield "the picture of the front page ends below the first screen"


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
        for problem in (*serious(page), *misplaced(page, width)):
            yield f"{where}: {problem}"
        for url in outside:
            if not url.startswith((address, "data:")):
                yield f"{where}: asks {url}"
    context.close()


def by_keyboard(browser: Browser, address: str) -> Iterator[str]:
    """What the keyboard alone cannot do in lesson 05 and in the search."""
    page = browser.new_page(viewport={"width": WIDE, "height": 900})
    page.goto(address + next(name for name in pages() if name.startswith("notebooks/05-")))
    page.keyboard.press("Tab")
    words, outline, height = page.evaluate(FOCUSED)
    if words != "Skip to main content" or outline == "none" or not height:
        yield f"The first Tab leads to {words!r}, with outline {outline}"
    shut = "document.activeElement.matches('details.hide:not([open]) > summary')"
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate(shut):
            break
    page.keyboard.press("Enter")
    if not page.locator("details.hide[open]").count():
        yield "Tab and Enter do not open what a prediction keeps shut"
    page.locator(".right-next").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/06-*.html")
    page.goto(address + "index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("refresh token")
    page.keyboard.press("Enter")
    try:
        page.wait_for_selector("#search-results li a", timeout=10_000)
    except Exception:
        yield "Ctrl+K, some words and Enter find nothing"
    page.wait_for_timeout(2_000)
    if "System Settings" in page.locator("#search-results").inner_text():
        yield "The search shows the buttons of a page as if they were its text"
    page.close()


def slides(browser: Browser) -> Iterator[str]:
    """What is wrong with the slides: taller than the wall, wider, in small type, a line of output,
    or asking for something.

    axe looks at the first slide of each kind in each deck.
    """
    page, outside = browser.new_page(viewport={"width": WALL[0], "height": WALL[1]}), []
    page.on("request", lambda asked: outside.append(asked.url))
    decks = [*SLIDES.glob("[0-9]*.html"), *(SLIDES / f"{name}.html" for name in talks())]
    for path in sorted(decks):
        page.goto(path.as_uri())
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        looked_at = set()
        for place in range(page.evaluate("Reveal.getSlides().length")):
            page.evaluate(GO_TO % place)
            where = f"slides, {path.name}, {place + 1}"
            tall, wide = page.evaluate(SIZE)
            if tall > WALL[1] or wide > WALL[0]:
                yield f"{where}: {wide} px wide, {tall} px high"
            size, words = page.evaluate(TYPE)
            if size < SMALLEST:
                yield f"{where}: {words[:40]!r} is set in {size:.1f} px"
            if page.evaluate(HAS_OUTPUT) and (lines := page.evaluate(LINES)) < 2:
                yield f"{where}: {lines} line, and nothing else"
            if (kind := page.evaluate(KIND)) not in looked_at:
                looked_at.add(kind)
                yield from (f"{where}: {problem}" for problem in serious(page))
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
        for scheme, width in LOOKS:
            problems += look(browser, address, scheme, width)
        problems += by_keyboard(browser, address)
        problems += slides(browser)
        browser.close()
    print(*problems, sep="\n")
    print(f"{len(pages())} pages looked at in {len(LOOKS)} ways, {len(problems)} problems.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
