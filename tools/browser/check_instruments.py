"""Try the hands of all instruments in a real Chromium, with a model of a few lines in place of
Jupyter, and then the instruments themselves with Python behind them.

    python tools/browser/check_instruments.py

Where the tools of the site are installed (tools/site), axe looks at each instrument, too. It prints
what is wrong; the exit status is 1 where anything is.
"""

import pathlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from labutils.instruments import frame  # noqa: E402
from labutils.instruments.board import Board  # noqa: E402
from labutils.instruments.frame import Instrument  # noqa: E402
from labutils.instruments.glass import Glass  # noqa: E402
from labutils.instruments.logs import LogView  # noqa: E402
from labutils.instruments.ribbons import Ribbons  # noqa: E402
from labutils.instruments.token_text import PAYLOAD  # noqa: E402
from labutils.instruments.wire import wire  # noqa: E402
from labutils.stage.forgeries import CLAIMS, SERVICE, forgeries, sign, strict  # noqa: E402
from labutils.stage.intruder import Intruder  # noqa: E402
from labutils.stage.two_apps import NOTES, build_apps  # noqa: E402
from tools.loopback import FLAGS, served  # noqa: E402

AXE = ROOT / "tools" / "site" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FIRST = '<button data-do="a" data-value="1" data-key="one">1</button>'
SECOND = '<button data-do="a" data-value="2" data-key="two">2</button>'
DRAWING = f"""<section><div data-rove>{FIRST}
{SECOND}</div>
<div data-rove="focus"><button data-do="b" data-value="3">3</button>
<button data-do="b" data-value="4">4</button></div>
<p tabindex="0" role="button" data-do="c" data-value="5" id="row">a row</p>
<div class="text"><pre></pre><textarea name="t" data-parts data-typed="t" data-caret="caret"
 data-of="aa.bb.c" data-runs='[[0,2,"x"],[3,4,"y"]]'>aa.bb.c</textarea></div>
<i data-secret="x">x</i><i data-secret="y">y</i>
<input type="range" min="0" max="4" value="1" data-do="turn">
<select data-do="who"><option>ada</option><option>tom</option></select>
<svg width="200" height="20" data-drag="drag"><rect width="200" height="20"/></svg>
<div tabindex="0" id="box" style="height:60px;overflow:auto"><p style="height:500px">long</p>
<p data-show>shown</p></div></section>"""
# A model as anywidget gives one, and what was sent to it.
MODEL = """async ([html, css, name]) => {
  const {default: hands, ...rest} = await import('/hands.js');
  const state = {html, name, seen: 0}, heard = {};
  const style = document.createElement('style');
  style.textContent = css;
  document.head.append(style);
  const host = document.createElement('div');
  document.body.append(host);
  window.rest = rest;
  window.said = [];
  window.answer = (html, seen) => {
    Object.assign(state, {html, seen});
    heard['change:html'](); heard['change:seen']();
  };
  const model = {get: name => state[name], on: (name, job) => heard[name] = job, off() {},
    send: async message => {
      window.said.push(message);
      if (window.python && message.do !== 'here') window.answer(...await window.python(message));
    }};
  hands.initialize({model});
  window.stop = hands.render({model, el: host});
}"""
Finding = tuple[str, bool]


def opened(browser: Any, address: str, html: str) -> Any:
    """A page with a drawing in the hands of hands.js."""
    page = browser.new_page(viewport={"width": 1_000, "height": 900})
    page.goto(address)
    page.evaluate(MODEL, [html, frame.css(), "tried"])
    page.wait_for_timeout(100)
    return page


def said(page: Any) -> list[dict[str, Any]]:
    """What was sent to Python."""
    messages: list[dict[str, Any]] = page.evaluate("window.said")
    return messages


def last(page: Any) -> tuple[str, str]:
    """The last touch and its value."""
    message = said(page)[-1]
    return message["do"], message["value"]


def answer(page: Any, html: str, seen: int | None = None) -> None:
    """Let Python answer with a drawing, to the last touch or to an earlier one."""
    number = max(one.get("n", 0) for one in said(page)) if seen is None else seen
    page.evaluate("([html, seen]) => window.answer(html, seen)", [html, number])


FOCUS = "() => document.activeElement.dataset.value ?? document.activeElement.id"


# --- hands.js -------------------------------------------------------------------------------------


def beginning(page: Any) -> Iterator[Finding]:
    first, second = said(page)
    yield "it says that it is here, before anything else", first == {"do": "here"}
    yield "the width is told once", second["do"] == "width" and second["value"].isdecimal()


def clicks(page: Any) -> Iterator[Finding]:
    page.locator('[data-value="1"]').click()
    yield (
        "a click is one call, with the fields",
        {**said(page)[-1], "n": 0} == {"do": "a", "value": "1", "fields": {"t": "aa.bb.c"}, "n": 0},
    )
    page.locator("#row").focus()
    for key in ("Enter", " "):
        page.keyboard.press(key)
        yield f"{key!r} does what a click does", last(page) == ("c", "5")
    page.locator("select").select_option("tom")
    yield "a choice is told", last(page) == ("who", "tom")
    page.locator("input").fill("3")
    yield "a slider is told", last(page) == ("turn", "3")


def arrows(page: Any) -> Iterator[Finding]:
    page.locator('[data-value="1"]').focus()
    page.keyboard.press("ArrowRight")
    yield "an arrow key goes on and does it", last(page) == ("a", "2")
    yield "the focus is there", page.evaluate(FOCUS) == "2"
    page.keyboard.press("ArrowRight")
    yield "at the end it stays", page.evaluate(FOCUS) == "2"
    page.locator('[data-value="3"]').focus()
    count = len(said(page))
    page.keyboard.press("ArrowDown")
    yield "or it goes on and does nothing", page.evaluate(FOCUS) == "4" and len(said(page)) == count


def keys_of_the_page(page: Any) -> Iterator[Finding]:
    page.evaluate("""() => { window.keys = [];
      document.onkeydown = event => window.keys.push(event.key); }""")
    page.locator('[data-value="1"]').focus()
    for key in ("a", "d", "d", "Escape"):
        page.keyboard.press(key)
    yield "no key reaches the notebook", page.evaluate("window.keys") == []


def keyboard_alone(page: Any) -> Iterator[Finding]:
    page.evaluate("""() => { const host = document.querySelector('.lu-live').parentElement;
      host.className = 'jp-Cell'; host.tabIndex = 0; }""")
    page.locator('[data-value="1"]').focus()
    page.keyboard.press("ArrowRight")
    low = DRAWING.replace('data-key="two"', 'data-key="two" style="display:block;margin:2000px 0"')
    answer(page, low)
    yield (
        "what an arrow key went to is in sight, wherever the answer puts it",
        0 <= page.locator('[data-value="2"]').bounding_box()["y"] < 900,
    )
    answer(page, DRAWING.replace('id="box"', 'id="box" data-focus'))
    yield "a new text to type in has the focus", page.evaluate(FOCUS) == "box"
    page.locator('[data-value="1"]').focus()
    answer(page, DRAWING.replace('id="box"', 'id="box" data-focus title="again"'))
    yield "and has it once", page.evaluate(FOCUS) == "1"
    listed = DRAWING.replace('data-value="4"', 'data-value="4" tabindex="0"')
    answer(page, listed.replace(FIRST, ""))
    yield "where what was pressed is gone, the focus is in the list", page.evaluate(FOCUS) == "4"
    page.keyboard.press("Escape")
    yield (
        "Escape goes back to the cell",
        page.evaluate("document.activeElement.className == 'jp-Cell'"),
    )


def answers(page: Any) -> Iterator[Finding]:
    page.locator('[data-value="2"]').click()
    answer(page, DRAWING.replace(">1<", ">old<"), seen=0)
    yield "an older answer is not shown", page.locator('[data-value="1"]').inner_text() == "1"
    answer(page, DRAWING.replace(">1<", ">new<"))
    yield "the newest is", page.locator('[data-value="1"]').inner_text() == "new"
    yield "the focus survives", page.evaluate(FOCUS) == "2"
    turned = DRAWING.replace(FIRST + "\n" + SECOND, SECOND + "\n" + FIRST)
    page.locator('[data-key="two"]').evaluate("one => one.mine = true")
    answer(page, turned)
    yield (
        "the same thing in another place is the same element",
        page.evaluate("""() => [...document.querySelectorAll('[data-key]')]
          .map(one => [one.dataset.key, !!one.mine]).flat().join()""")
        == "two,true,one,false",
    )


def typing(page: Any) -> Iterator[Finding]:
    area = page.locator("textarea")
    area.fill("aa.bb")
    colours = page.locator(".text pre span").evaluate_all("all => all.map(one => one.className)")
    yield "a token is coloured at once", colours == ["head", "dot", "body"]
    page.wait_for_timeout(150)
    count = len(said(page))
    area.press_sequentially("cde", delay=20)
    page.wait_for_timeout(150)
    yield (
        "three keys are one call",
        len(said(page)) == count + 1 and last(page) == ("t", "aa.bbcde"),
    )
    answer(page, DRAWING.replace("a row", "another row"))
    yield "what one types in is left alone", area.input_value() == "aa.bbcde"
    answer(page, DRAWING.replace("<textarea ", "<textarea data-replace "))
    yield "unless it is to be replaced", area.input_value() == "aa.bb.c"
    area.press_sequentially("x")
    page.locator('[data-value="1"]').click()
    touches = [one["do"] for one in said(page)][-2:]
    yield "what was typed is said before a click", touches == ["t", "a"]


def lights(page: Any) -> Iterator[Finding]:
    lit = "() => [...document.querySelectorAll('.lit')].map(one => one.textContent).join()"
    page.locator("i[data-secret=x]").hover()
    yield "equal secrets light up together", page.evaluate(lit) == "aa,x"
    page.mouse.move(900, 800)
    yield "and go out", page.evaluate(lit) == ""
    page.locator("textarea").evaluate("one => { one.focus(); one.setSelectionRange(3, 3) }")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    yield "what is at the caret lights up", page.evaluate(lit) == "b,y"
    yield "the caret is told", last(page) == ("caret", "3")
    page.locator(".text pre span").first.hover(force=True)
    yield "what the pointer is over in a text lights up", page.evaluate(lit) == "aa,x"


def dragging(page: Any) -> Iterator[Finding]:
    box = page.locator("svg").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + 10)
    yield "a drag says where, from 0 to 1", last(page) == ("drag", "0.5")
    page.mouse.move(box["x"] + 900, box["y"] + 10)
    yield "and never beyond the end", last(page) == ("drag", "1")
    page.mouse.up()
    count = len(said(page))
    page.mouse.move(box["x"] + 50, box["y"] + 10)
    yield "and stops where it is let go", len(said(page)) == count


def the_page_stays(page: Any) -> Iterator[Finding]:
    scrolled = page.evaluate("[scrollY, document.querySelector('#box').scrollTop]")
    yield "what is shown is scrolled to in its own box alone", scrolled[0] == 0 < scrolled[1]


def themes(page: Any) -> Iterator[Finding]:
    theme = "() => document.querySelector('.lu-live').dataset.theme"
    yield "it is light on white", page.evaluate(theme) == "light"
    page.evaluate("document.body.style.background = '#111'")
    page.wait_for_timeout(50)
    yield "it is dark on a dark ground", page.evaluate(theme) == "dark"
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    page.wait_for_timeout(50)
    yield "what JupyterLab says comes first", page.evaluate(theme) == "light"


def silence(page: Any) -> Iterator[Finding]:
    page.locator('[data-value="1"]').click()
    page.wait_for_timeout(5_200)
    yield "a silent kernel is told", "run this cell again" in page.locator(".lost").inner_text()
    answer(page, DRAWING)
    yield "until it answers", page.locator(".lost").inner_text() == ""


HANDS: tuple[Callable[[Any], Iterator[Finding]], ...] = (
    *(
        beginning,
        clicks,
        arrows,
        keys_of_the_page,
        keyboard_alone,
        answers,
        typing,
        lights,
        dragging,
    ),
    *(the_page_stays, themes, silence),
)


# --- the instruments ------------------------------------------------------------------------------


def a_glass() -> Glass:
    return Glass(sign(CLAIMS, SERVICE), {"strict": strict}, more=forgeries(), key=SERVICE.jwk)


def some_ribbons() -> Ribbons:
    worth = {("token", minutes): minutes for minutes in (5, 60, 600)} | {("code", 5): 0}
    return Ribbons(worth, horizon=9_000, parents={"token": "code"}, dial="lifetime of a token")


def three_handles() -> Ribbons:
    lives, delays = (1, 10, 30), (0, 5, 60)
    worth = {
        ("told by an event", (delay, life, 1)): min(delay, life)
        for delay in delays
        for life in lives
    }
    dial = ("You notice after", "Tokens live", "The list is fetched every")
    return Ribbons(worth, horizon=60, dial=dial, beside=lambda *_: "3,367 a second")


def a_wire() -> Instrument:
    apps = build_apps("a wire to look at")
    apps.sign_in(at=NOTES)
    return wire(apps.lab, {"ada": apps.ada, "tom": apps.tom})


LOGIN = """title: Somebody signs in from elsewhere
name: elsewhere
logsource: {product: support, service: support}
detection:
    login: {type: login}
    ours: {address|cidr: 192.0.2.0/24}
    condition: login and not ours
"""


def some_logs() -> LogView:
    places = ("192.0.2.7", "203.0.113.66", "2001:db8:a0:3f55:a873:f93:c5fe:9555")
    desk = [
        {"time": f"2023-11-{day:02}T{hour:02}:00:00Z", "type": "login", "user": f"svc-desk-{hour}",
         "address": places[(day + hour) % 3], "result": "success", "record": f"r{day}"}
        for day in range(1, 29)
        for hour in range(8, 18)
    ]  # fmt: skip
    view = LogView({"support": desk}, LOGIN, 7, truth={"support:3": "a step"})
    return view.open("support:3").cite("support:3")


def a_board() -> Board:
    shown = Board(Intruder(), ask=True, title="A company")
    shown.follow([("moveworks-token", "gateway", "jira"), ("smartsheet-account", "jira", "script")])
    shown.use("implant", "console", "connect", "server")
    shown.name_tactic("Initial Access")
    return shown


INSTRUMENTS: tuple[Callable[[], Instrument], ...] = (
    *(a_glass, some_ribbons, three_handles, a_wire, some_logs, a_board),
)


def alive(browser: Any, address: str, instrument: Instrument, wide: int) -> Any:
    """An instrument on a page, with Python behind it."""
    page = browser.new_page(viewport={"width": wide, "height": 900})

    def touch(message: dict[str, Any]) -> tuple[str, int]:
        instrument.touched(message["do"], message.get("value", ""), message.get("fields"))
        return instrument.drawing(), message["n"]

    page.expose_function("python", touch)
    page.goto(address)
    page.evaluate(MODEL, [instrument.drawing(), frame.css(), instrument.name])
    page.wait_for_timeout(400)
    return page


def fits(page: Any) -> bool:
    """Whether nothing of it is wider than its place."""
    inside: bool = page.evaluate("""() => {
      const right = document.querySelector('.lu-live').getBoundingClientRect().right;
      return [...document.querySelectorAll('.lu-live *')].every(one => one.closest('.code,svg') ||
        one.getBoundingClientRect().right <= right + 1); }""")
    return inside


def sizes(browser: Any, address: str) -> Iterator[Finding]:
    """Text has its size and everything its place, at the width that a phone leaves and wider."""
    smallest = """() => Math.min(...[...document.querySelectorAll('.lu-live *')]
      .filter(one => one.textContent && !one.children.length && one.getClientRects().length)
      .map(one => parseFloat(getComputedStyle(one).fontSize) *
        (one.getScreenCTM ? one.getScreenCTM().a : 1)))"""
    for wide in (290, 420, 760, 1_220):
        for make in INSTRUMENTS:
            instrument = make()
            page, name = alive(browser, address, instrument, wide), instrument.name
            yield f"nothing of the {name} is wider than its place at {wide} pixels", fits(page)
            size = page.evaluate(smallest)
            yield f"no text of the {name} is smaller than 12.5 pixels at {wide}", size >= 12.5
            page.close()


def what_axe_finds(browser: Any, address: str) -> Iterator[Finding]:
    """Nothing is in the way of whoever cannot see, on light and on dark ground."""
    if not AXE.exists():
        print("axe is left out: `npm ci` in tools/site brings it.")
        return
    # A message of the wire says in its name all that is drawn, in another order.
    run = """tags => axe.run('.lu-live', {runOnly: tags,
      rules: {'label-content-name-mismatch': {enabled: false}}})"""
    for make in INSTRUMENTS:
        page = alive(browser, address, make(), 1_100)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for ground in ("#ffffff", "#111111"):
            page.evaluate("ground => { document.body.style.background = ground }", ground)
            page.wait_for_timeout(100)
            for one in page.evaluate(run, TAGS)["violations"]:
                yield f"{one['help']} ({one['nodes'][0]['html'][:120]}, {ground})", False
            yield f"axe looked at it on {ground}", True
        page.close()


def play(browser: Any, address: str) -> Iterator[Finding]:
    """The glass and the ribbons are played with."""
    glass = a_glass()
    page = alive(browser, address, glass, 1_100)
    payload = page.locator("textarea").nth(2)
    payload.evaluate("""one => { const at = one.value.indexOf('"ada"') + 4;
      one.focus(); one.setSelectionRange(at, at); }""")
    page.keyboard.type("m")
    page.wait_for_timeout(400)
    yield "a claim that is typed is in the token", (glass.claims(PAYLOAD) or {})["sub"] == "adam"
    yield (
        "the caret stays",
        payload.evaluate("one => one.value.slice(0, one.selectionStart)").endswith('"adam'),
    )
    yield "the verdict is new", "refused" in page.locator(".verdicts").inner_text()
    both = page.locator(".text pre").evaluate_all(
        "all => all.map(one => one.textContent.slice(0, -1))"
    )
    texts = page.locator("textarea").evaluate_all("all => all.map(one => one.value)")
    yield "each coloured copy has the words of its text", both == texts
    heights = page.locator(".text").evaluate_all("""all => all.map(one =>
      one.lastChild.scrollHeight - one.firstChild.getBoundingClientRect().height)""")
    yield "and its lines", all(abs(one) < 2 for one in heights)
    page.close()
    bars = some_ribbons()
    page = alive(browser, address, bars, 1_100)
    page.locator("input").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    yield "an arrow key turns the handle", bars.at == 60
    handle = page.locator("input").get_attribute("aria-valuetext")
    yield "and the handle says where it is", handle == "1 hour"
    page.close()


def hunted(browser: Any, address: str) -> Iterator[Finding]:
    """The logs are looked through with a mouse, and with the keyboard alone."""
    view = some_logs()
    page = alive(browser, address, view, 1_220)
    page.locator("td.ip button", has_text="203.0.113.66").first.click()
    page.wait_for_timeout(400)
    yield "a click on an address shows its lines", "address 203.0.113.66" in view.words()
    count = page.locator(".count").inner_text()
    yield "and says how many", count.startswith(f"{len(view)} of 280")
    page.locator(".find input").fill("svc-desk-9")
    page.wait_for_timeout(400)
    yield "words narrow it", {view.index.value(row, "who") for row in view.rows} == {"svc-desk-9"}
    page.get_by_role("button", name="Show all").click()
    page.wait_for_timeout(400)
    typed = page.locator(".find input").input_value()
    yield "and the field is empty where all is shown", (typed, len(view)) == ("", 280)
    page.locator("tr[data-do]").first.focus()
    for _ in range(30):
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(30)
    page.wait_for_timeout(300)
    yield "arrow keys open one line after the other", view.opened == 30
    yield "the focus is in the row that is open", page.evaluate(FOCUS) == "30"
    in_sight = page.evaluate("""() => {
      const row = document.querySelector('tr.open').getBoundingClientRect();
      const box = document.querySelector('.scroll').getBoundingClientRect();
      return row.top >= box.top && row.bottom <= box.bottom; }""")
    yield "which is in sight", in_sight
    rule = page.locator(".rule textarea")
    rule.evaluate("""one => { const at = one.value.indexOf('/24') + 3;
      one.focus(); one.setSelectionRange(at, at); }""")
    hits = len(view.hits)
    page.keyboard.press("Backspace")
    page.wait_for_timeout(800)
    yield "half a rule leaves the hits", len(view.hits) == hits and view.typed_rule.refusal != ""
    page.keyboard.press("Backspace")
    page.keyboard.type("32")
    page.wait_for_timeout(800)
    yield "a rule is held against the logs as it is typed", len(view.hits) > hits > 0
    caret = rule.evaluate("one => one.value.slice(0, one.selectionStart)")
    yield "and the caret stays", caret.endswith("192.0.2.0/32")
    page.close()


def entered(browser: Any, address: str) -> Iterator[Finding]:
    """The board is played with: a door by a click, a door by the keyboard, a tactic."""
    board = a_board()
    page = alive(browser, address, board, 1_100)
    page.locator('[data-value="smartsheet-account"]').click()
    page.wait_for_timeout(300)
    yield "a credential is carried", board.hand == "smartsheet-account"
    page.locator('[data-value="jira/read"]').click()
    page.wait_for_timeout(300)
    yield "a click on a door is a move", board.marks[-1].door == "jira/read"
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(200)
    focus = page.evaluate("document.activeElement.dataset.value")
    moved = focus == "jira/create-user" and len(board.marks) == 4
    yield "an arrow key goes to the next door and does not try it", moved
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    yield "Enter tries it", board.marks[-1].door == "jira/create-user"
    focus = page.evaluate("document.activeElement.dataset.value")
    yield "and the focus stays", focus == "jira/create-user"
    page.get_by_role("button", name="Execution").click()
    page.wait_for_timeout(300)
    yield "a tactic is named by a button", board.told == ["Initial Access", "Execution"]
    page.close()


def findings(browser: Any, address: str) -> Iterator[Finding]:
    for check in HANDS:
        page = opened(browser, address, DRAWING)
        yield from check(page)
        page.close()
    yield from sizes(browser, address)
    yield from what_axe_finds(browser, address)
    yield from play(browser, address)
    yield from hunted(browser, address)
    yield from entered(browser, address)


def main() -> int:
    """Try everything; print what is wrong. The exit status is 1 where anything is."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as tool:
        folder = pathlib.Path(name)
        folder.joinpath("hands.js").write_text(frame.script(), encoding="utf-8")
        page = "<!doctype html><html lang=en><meta charset=utf-8><title>tried</title><body>"
        folder.joinpath("index.html").write_text(page, encoding="utf-8")
        browser = tool.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        all_findings = list(findings(browser, served(folder)))
        browser.close()
    wrong = [sentence for sentence, holds in all_findings if not holds]
    for sentence in wrong:
        print(f"MEND not so: {sentence}")
    print(f"instruments in a browser: {len(all_findings)} checks, {len(wrong)} of them fail")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
