"""Show the wire: every message of a lab, step by step, with equal secrets in equal colours.

Each can be changed and sent again, as anybody, in a copy of the lab.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from html import escape

import httpx

from labutils.copying import copied
from labutils.instruments import wire_pane as pane
from labutils.instruments import wire_picture as picture
from labutils.instruments import wire_requests as requests
from labutils.instruments.frame import Instrument, truth
from labutils.instruments.svg import Svg, colour, wrapped
from labutils.instruments.wire_messages import WireMessage
from labutils.instruments.wire_picture import Sheet
from labutils.instruments.wire_secrets import SECRETS, Secret
from labutils.instruments.wire_story import DIVIDER, Selection, Story, story_of
from labutils.lab import Lab, SceneError

WINDOW = 40  # messages that are shown at a time
PANE, SPACE = 380, 24  # pixels: the pane beside the diagram, and between the two
BESIDE = 860  # pixels from which on there is room for that
LONG = 14  # messages from which on the names of the parties are repeated below
IN_SIGHT = 6  # messages that are on the screen with the title
FOLLOWED = 14  # buttons of secrets to follow
TITLE = "On the wire"
People = Mapping[str, httpx.Client]


def wire(  # noqa: PLR0913 - each is a choice of whoever writes a lesson
    lab: Lab,
    people: People | None = None,
    *,
    watch: Collection[str] | None = None,
    intruder: str | Collection[str] = "tom",
    start: int | None = None,
    parties: Sequence[str] = (),
    title: str = TITLE,
    hint: str = "",
) -> "Wire":
    """Show what the network of a lab saw, message by message, and return the instrument.

    `people` are browsers by name, as which a message can be sent again. `watch` are the names of
    the values to follow in place of SECRETS, such as ("code", "state"); in a mapping each has the
    name that the picture gives it. `start`: how many messages of `lab.wire` to leave out. With
    `parties`, only messages between these, in columns in this order. The lab is copied: nothing
    that is done here changes it, and what is done in it later does not change the picture.
    """
    intruders = (intruder,) if isinstance(intruder, str) else tuple(intruder)
    choice = Selection(SECRETS if watch is None else watch, intruders, start or 0, parties)
    shown = Wire(lab, people or {}, choice, title or TITLE, hint)
    shown.show()
    return shown


class CannotSend(SceneError):
    """An error for a request that could not be sent or had no answer; the sentence says why."""


class Wire(Instrument):
    """The messages of a lab on the wire; see `wire`.

    `open` is the number of the one that is open, 0 where none is; those after `until` are pale.
    `reply` is the last answer to what was sent from here.
    """

    name = "wire"

    def __init__(
        self, lab: Lab, people: People, choice: Selection, title: str = "", hint: str = ""
    ):
        super().__init__(title, hint)
        self.choice, self.recorded = choice, len(lab.wire)
        self._original, self._complaint = _copy_of(lab, people)
        self.start_again()

    # --- what somebody does ---------------------------------------------------------------------

    def start_again(self) -> None:
        """Forget what was sent from here, and take a new copy of the lab."""
        self.lab, self.people = self._original if self._complaint else copied(self._original)
        self.reply: httpx.Response | None = None
        self.followed: Secret | None = None
        self.draft = ""  # of a request that is edited
        self.trouble = ""
        self.person = ""
        self.is_fresh = False
        self._tell()
        self.until = len(self.messages)
        self.open = self._first()
        self.redraw()

    def _first(self) -> int:
        """The message that is open at the start: the intruder's first, where that is in sight."""
        theirs = (one.number for one in self.messages if one.by_intruder)
        number = next(theirs, 1)
        return min(len(self.messages), number if number <= IN_SIGHT else 1)

    def _tell(self) -> None:
        """Look at the messages anew."""
        self.story: Story = story_of(self.lab, self.people, self.choice, self.recorded)

    @property
    def messages(self) -> tuple[WireMessage, ...]:
        """All messages; what was sent from here is last."""
        return self.story.messages

    def step(self, number: int) -> None:
        """Open a message, and make all that came after it pale; 0 is the start."""
        self.until = self.open = max(0, min(len(self.messages), number))
        self.draft = self.trouble = ""
        self.redraw()

    def next(self) -> None:
        """Go to the next message."""
        self.step(self.open + 1)

    def previous(self) -> None:
        """Go to the previous message."""
        self.step(self.open - 1)

    def follow(self, name: str) -> None:
        """Make each message without this secret pale; an empty name ends that.

        Raises SceneError for a name that no secret has.
        """
        named = {secret.name: secret for secret in self.story.known}
        if name and name not in named:
            raise SceneError(f"There is no secret {name!r}. There are: {', '.join(named)}.")
        self.followed = named.get(name)
        self.redraw()

    @property
    def edit(self) -> str:
        """The request of the open message as a text, to be changed for `send`.

        Raises SceneError where none is open.
        """
        if not self.open:
            raise SceneError("No message is open. Go to one first: step(1).")
        return requests.recorded(self.messages[self.open - 1].exchange).text

    def send(self, text: str, person: str) -> httpx.Response:
        """Send a request as it is written, from a person's machine, in a copy of the lab.

        Its answer is shown, and returned. Cookies are those in the text alone. A user agent that is
        still that of the open message, which another person sent, becomes the person's own. Raises
        CannotSend and NotARequest with a sentence.
        """
        draft = requests.read(text)
        if self._complaint:
            raise CannotSend(self._complaint)
        if person not in self.people:
            names = ", ".join(self.people) or "nobody"
            raise CannotSend(
                f"Nobody here is called {person!r}. A request can be sent by: {names}."
            )
        before = len(self.lab.wire)
        self.reply = self._sent(draft, self.people[person], person)
        own = self.lab.wire[-1] if len(self.lab.wire) > before else None
        self._tell()
        self.until = len(self.messages)
        self.open = next((one.number for one in self.messages if one.exchange is own), self.until)
        self.draft = self.trouble = ""
        self.redraw()
        return self.reply

    def _sent(self, draft: requests.Draft, browser: httpx.Client, person: str) -> httpx.Response:
        """The answer to a request. Raises CannotSend."""
        headers = [(name, value) for name, value in draft.headers if name != "user-agent"]
        agent = draft.header("user-agent")
        shown = self.messages[self.open - 1].exchange if self.open else None
        their_own = requests.recorded(shown) if shown and shown.client != person else None
        if not agent or (their_own and agent == their_own.header("user-agent")):
            agent = browser.headers.get("user-agent", "")
        usual = [pair for pair in requests.USUAL.items() if pair[0] not in dict(headers)]
        everything = [*usual, ("user-agent", agent), *headers]
        try:
            request = httpx.Request(
                draft.method,
                draft.url,
                headers=[
                    (name.encode("latin-1"), value.encode("latin-1")) for name, value in everything
                ],
                content=draft.body.encode(),
            )
            return browser.send(request, follow_redirects=False)
        except Exception as error:  # whatever a service raises: it may be a learner's
            host = draft.host
            raise CannotSend(
                f"{host} gave no answer. It stopped with {type(error).__name__}: {str(error)[:120]}"
            ) from error

    # --- what is touched ------------------------------------------------------------------------

    def on_step(self, value: str, _: dict[str, str]) -> None:
        """Go to a message, by a button."""
        self.step(_number(value))

    def on_open(self, value: str, _: dict[str, str]) -> None:
        """Open a message in the diagram."""
        self.open = max(1, min(len(self.messages), _number(value)))
        self.until = max(self.until, self.open)
        self.draft = self.trouble = ""

    def on_follow(self, value: str, _: dict[str, str]) -> None:
        """Follow a secret, or stop following it."""
        some = [one for one in self.story.known if str(one.number) == value]
        self.followed = None if not some or self.followed is some[0] else some[0]

    def on_edit(self, _: str, __: dict[str, str]) -> None:
        """Show the request of the open message, as a text to change."""
        if self.open and self.people:
            self.draft, self.trouble, self.is_fresh = self.edit, "", True
            names = [name for name in self.choice.intruders if name in self.people]
            self.person = [*names, *self.people][0]

    def on_close(self, _: str, __: dict[str, str]) -> None:
        """Close the text."""
        self.draft = self.trouble = ""

    def on_send(self, _: str, fields: dict[str, str]) -> None:
        """Send what was typed, from the chosen person."""
        self.draft, self.is_fresh = fields.get("request", self.draft), False
        self.person = fields.get("person", self.person)
        try:
            self.send(self.draft, self.person)
        except SceneError as error:
            self.trouble = str(error)

    def on_again(self, _: str, __: dict[str, str]) -> None:
        """Forget what was sent from here."""
        self.start_again()

    # --- what it looks like ---------------------------------------------------------------------

    def words(self) -> str:
        """Return the messages as numbered lines."""
        return "\n".join(self.story.words())

    @property
    def window(self) -> Sequence[WireMessage]:
        """The messages that are shown: forty, with the open one among them."""
        first = (max(1, self.open) - 1) // WINDOW * WINDOW
        return self.messages[first : first + WINDOW]

    def rows(self, sheet: Sheet) -> Iterator[tuple[WireMessage | None, Svg, int]]:
        """Yield what is shown from top to bottom: a message or None, its drawing, its height."""
        for message in self.window:
            if message.is_copy and (message.number == 1 or not self.story.before(message).is_copy):
                yield None, picture.divider(DIVIDER, sheet), picture.BETWEEN
            for handover in self.story.handovers.get(message.number, ()):
                if {handover.giver, handover.taker} <= {one.name for one in sheet.parties}:
                    drawn = picture.aside(handover, sheet, self.choice.intruders)
                    yield None, drawn, picture.BETWEEN
            yield message, picture.MessageRow(message, sheet).draw(), picture.ROW

    def still(self) -> str:
        """Return the diagram of all messages of the window."""
        sheet, svg = Sheet(self.width - 24, self.story.parties), Svg(self.width)
        y = svg.heading(self.title, self.hint)
        head = Svg(sheet.width)
        height = picture.heads(head, sheet)
        parts = [(y, head)]
        y += height
        for _, drawn, high in self.rows(sheet):
            parts.append((y, drawn))
            y += high
        if len(self.window) >= LONG:
            foot = Svg(sheet.width)
            picture.feet(foot, sheet, 16)
            parts.append((y, foot))
            y += 24
        for at, part in parts:
            svg.add(f'<g transform="translate(12 {at:g})">{part.inside()}</g>')
        for line in wrapped(picture.legend(self.window, sheet), self.width - 44, picture.SMALL):
            y += 20
            svg.text(22, y, line, "quiet", size=picture.SMALL)
        return svg.done(y + 14, self._says())

    def _says(self) -> str:
        is_part = len(self.window) < len(self.messages)
        first, last = (self.window[at].number if self.window else 0 for at in (0, -1))
        shown = f"messages {first} to {last} of " if is_part else ""
        names = ", ".join(one.name for one in self.story.parties)
        return f"{self.title}: {shown}{len(self.messages)} messages between {names}"

    def live(self) -> str:
        """Return the diagram with a button for each message, and the open one beside or below."""
        inner = self.width - (26 if self.width < picture.NARROW else 42)
        is_beside = self.width >= BESIDE
        sheet = Sheet(inner - (PANE + SPACE if is_beside else 0), self.story.parties)
        lit = f' data-lit="{self.followed.number}"' if self.followed else ""
        kind = "beside" if is_beside else "below"
        diagram, top = self._diagram(sheet, is_beside=is_beside)
        order = 2 * self.open + 1
        return (
            f'<section class="{kind}"{lit} role="group" aria-label="{escape(self.title)}">'
            f"{self.heading(self._steps())}{self._follow()}{self._windows()}"
            f'<div class="both">{diagram}<div class="pane" data-key="pane" '
            f'style="order:{order};margin-top:{top:g}px">{self._pane()}</div></div>'
            f"<small>{escape(picture.legend(self.window, sheet))}</small></section>"
        )

    def _diagram(self, sheet: Sheet, *, is_beside: bool) -> tuple[str, float]:
        """The rows, and how far down the pane begins beside them."""
        head = Svg(sheet.width)
        height = picture.heads(head, sheet)
        parts = [_drawn(head, height, 'class="heads" style="order:-1"')]
        tops: dict[int, float] = {}
        y = height
        for at, (message, drawn, high) in enumerate(self.rows(sheet)):
            if message is None:
                next_one = len(tops) + self.window[0].number
                parts.append(_drawn(drawn, high, f'data-key="n{at}" style="order:{2 * next_one}"'))
            else:
                tops[message.number] = y
                parts.append(self._button(message, drawn))
            y += high
        if is_beside:
            curves = picture.threads(tops, self.window, sheet)
            parts.append(
                f'<svg class="threads" data-key="threads" width="{sheet.width}" height="{y:g}" '
                f'aria-hidden="true">{curves}</svg>'
            )
        top = max(0.0, min(tops.get(self.open, 0) - 60, y - 700)) if is_beside else 0
        opening = 'class="diagram" data-rove role="group" aria-label="Messages"'
        diagram = f'<div {opening} style="width:{sheet.width}px">{"".join(parts)}</div>'
        return diagram, top

    def _button(self, message: WireMessage, drawn: Svg) -> str:
        """A message in the diagram, which opens it."""
        is_open = message.number == self.open
        shade = " later" if message.number > self.until else ""
        if self.followed and not is_open and self.followed not in message.carries:
            shade = " apart"
        first = is_open or (not self.open and message is self.window[0])
        return (
            f'<button class="message{shade}" data-key="m{message.number}" data-do="open" '
            f'data-value="{message.number}" tabindex="{0 if first else -1}" '
            f'aria-pressed="{truth(is_open)}" '
            f'aria-label="{escape(_said(message))}" style="order:{2 * message.number}">'
            f"{_drawn(drawn, picture.ROW)}</button>"
        )

    def _steps(self) -> str:
        total = len(self.messages)
        buttons = "".join(
            f'<button data-do="step" data-value="{to}" aria-label="{says}"'
            f"{' disabled' if is_off else ''}>{sign}</button>"
            for sign, says, to, is_off in (
                (_icon("M3 2v10M12 2L5 7l7 5z"), "To the start", 0, self.open == 0),
                (_icon("M11 2L4 7l7 5z"), "One message back", self.open - 1, self.open == 0),
                (_icon("M3 2l7 5-7 5z"), "One message on", self.open + 1, self.open == total),
                (_icon("M11 2v10M2 2l7 5-7 5z"), "To the end", total, self.open == total),
            )
        )
        return (
            f'<div class="row steps" role="group" aria-label="Step through">{buttons}'
            f'<span role="status">{self.open} of {total}</span></div>'
        )

    def _follow(self) -> str:
        """A button for each secret that travels."""
        some = self.story.travelling()
        if not some:
            return ""
        buttons = "".join(
            f'<button class="choice" data-do="follow" data-value="{one.number}" '
            f'data-secret="{one.number}" style="--c:{colour(one.ink)}" '
            f'aria-pressed="{truth(one is self.followed)}">'
            f"{escape(one.name)}</button>"
            for one in some[:FOLLOWED]
        )
        left = len(some) - FOLLOWED
        more = f"<small>and {left} more</small>" if left > 0 else ""
        return (
            '<div class="row follow" role="group" aria-label="Follow a secret">'
            f"<small>Follow</small>{buttons}{more}</div>"
        )

    def _windows(self) -> str:
        """Where there are more messages than fit: which are shown, and a way to the others."""
        total = len(self.messages)
        if total <= WINDOW:
            return ""
        first, last = self.window[0].number, self.window[-1].number
        earlier = f'data-value="{first - 1}"' + (" disabled" if first == 1 else "")
        later = f'data-value="{last + 1}"' + (" disabled" if last == total else "")
        return (
            f'<div class="row windows"><button data-do="open" {earlier}>Earlier</button>'
            f'<button data-do="open" {later}>Later</button>'
            f"<small>messages {first} to {last} of {total}</small></div>"
        )

    def _pane(self) -> str:
        if not self.open:
            sentence = "Go one message on." if self.messages else "Nothing was sent yet."
            return f'<p class="way">{sentence}</p>'
        message = self.messages[self.open - 1]
        if self.draft or self.trouble:
            form = pane.editor(
                self.draft, self.people, self.person, self.trouble, is_fresh=self.is_fresh
            )
            return pane.heading(message) + form
        again = '<button data-do="again">Forget the copy</button>' if self.reply else ""
        return pane.opened(message, self.story, may_send=bool(self.people), more=again)


def _copy_of(lab: Lab, people: People) -> tuple[tuple[Lab, dict[str, httpx.Client]], str]:
    """A copy of a lab with these browsers; and a sentence, where only its logs can be copied."""
    try:
        return copied((lab, dict(people))), ""
    except TypeError as error:
        logs = Lab(lab.seed, lab.start, lab.hosts, list(lab.wire), deepcopy(lab.audit))
        return (logs, dict(people)), f"Nothing can be sent again in this lab: {error}."


def _drawn(svg: Svg, height: float, attributes: str = "") -> str:
    """A row as a picture of its own, of which its button says what it shows."""
    return (
        f'<svg width="{svg.width:g}" height="{height:g}" viewBox="0 0 {svg.width:g} {height:g}" '
        f'aria-hidden="true" {attributes}>{svg.inside()}</svg>'
    )


def _icon(path: str) -> str:
    box = 'class="icon" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true"'
    return f'<svg {box}><path d="{path}"/></svg>'


def _said(message: WireMessage) -> str:
    """A message as a screen reader says it."""
    one = message.exchange
    who = ", intruder" if message.by_intruder else ""
    sends = f", sends {', '.join(s.name for s in message.sends)}" if message.sends else ""
    gives = f", gives {', '.join(s.name for s in message.gives)}" if message.gives else ""
    refused = " refused" if message.is_refused else ""
    return (
        f"Message {message.number}: {one.client} to {one.host}, {message.channel}{who}, "
        f"{one.method} {one.path}{sends}; {one.status}{refused}{gives}"
    )


def _number(value: str) -> int:
    """A number that a front end says; 0 for what is none."""
    return int(value) if value.isdecimal() and len(value) < 9 else 0
