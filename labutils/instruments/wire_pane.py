"""Show the open message in HTML, or its request as a text to change.

There are the request as it was sent, the response, and what the log says of it.
"""

from collections.abc import Iterable, Sequence
from html import escape

from labutils.instruments.svg import colour
from labutils.instruments.wire_log import line_as_text
from labutils.instruments.wire_messages import Handover, WireMessage, standard_name
from labutils.instruments.wire_requests import answered, recorded
from labutils.instruments.wire_secrets import Secret, marked
from labutils.instruments.wire_story import Story
from labutils.lab import iso

LONGEST = 4000  # characters of a message that are shown
TALLEST = 22  # lines of the text that is edited


def opened(message: WireMessage, story: Story, *, may_send: bool, more: str = "") -> str:
    """Return the pane of a message; `more` is what is beside its button."""
    one = message.exchange
    # Its key is that of the button that sends: whoever pressed the one has the focus on the other.
    edit = '<button class="main" data-key="act" data-do="edit">Edit and send again</button>'
    return (
        heading(message)
        + f'<div class="row" data-key="acts">{edit if may_send else ""}{more}</div>'
        + "".join(map(_handed_over, story.handovers.get(message.number, ())))
        + _raw("Request", "sends", recorded(one).text, message.sends)
        + _raw("Response", "gives", answered(one), message.gives)
        + _log(message, story)
    )


def heading(message: WireMessage) -> str:
    """Return what a message is, in two lines."""
    one, name = message.exchange, standard_name(message.exchange)
    way = f"{one.client} ({one.ip}) → {one.host}"
    more = " · ".join(filter(None, (f"{iso(one.time)[11:19]} UTC", message.channel, name)))
    return (
        f'<p class="what"><b>{message.number}</b> {escape(one.method)} {escape(_cut(one.path))}</p>'
        f'<p class="way">{escape(way)}<br>{escape(more)}</p>'
    )


def _handed_over(handover: Handover) -> str:
    """A sentence about what its sender got past the network."""
    names = ", ".join(secret.name for secret in handover.secrets)
    thing = "this link" if handover.is_link else "this secret"
    named = f" ({escape(names)})" if names else ""
    return (
        f'<p class="past">No message on this network gave <b>{escape(handover.taker)}</b> '
        f"{thing}{named}. It came from <b>{escape(handover.giver)}</b> some other way.</p>"
    )


def _raw(name: str, verb: str, text: str, secrets: Sequence[Secret]) -> str:
    """A text of the network, its secrets named and marked."""
    text = text.rstrip()
    left = len(text) - LONGEST
    end = f'<span class="more">… {left:,} more characters</span>' if left > 0 else ""
    inside = "".join(_piece(piece, one) for piece, one in marked(text[:LONGEST], secrets))
    names = ", ".join(
        f'<b data-secret="{one.number}" style="--c:{colour(one.ink)}">{escape(one.name)}</b>'
        for one in secrets
    )
    of = f"{name}, {verb} {names}" if names else name
    return (
        f'<div class="raw" tabindex="0" role="group" aria-label="{name}"><span class="of">{of}'
        f"</span><pre>{inside}{end}</pre></div>"
    )


def _piece(text: str, secret: Secret | None) -> str:
    if secret is None:
        return escape(text)
    return (
        f'<mark data-secret="{secret.number}" title="{escape(secret.name)}" '
        f'style="--c:{colour(secret.ink)}">{escape(text)}</mark>'
    )


def _log(message: WireMessage, story: Story) -> str:
    """The lines of the log that belong to it, or that there is none."""
    lines = "".join(f"<li>{escape(line_as_text(one))}</li>" for one in story.lines(message))
    none = '<li class="none">no line</li>'
    return f'<div class="log"><p>What the log says of it</p><ul>{lines or none}</ul></div>'


def editor(draft: str, people: Iterable[str], person: str, trouble: str, *, is_fresh: bool) -> str:
    """Return a request as a text to change, and a choice of who sends it."""
    options = "".join(
        f"<option{' selected' if name == person else ''}>{escape(name)}</option>" for name in people
    )
    wrapped = draft.count("\n") + 2 + sum(len(line) // 44 for line in draft.split("\n"))
    fresh = " data-replace data-focus" if is_fresh else ""
    wrong = f'<p class="trouble" role="alert">{escape(trouble)}</p>' if trouble else ""
    return (
        f'<textarea name="request" class="raw" aria-label="The request" spellcheck="false" '
        f'rows="{min(TALLEST, wrapped)}"{fresh}>\n{escape(draft)}</textarea>{wrong}'
        '<p class="form"><label>Sent from the machine of '
        f'<select name="person">{options}</select></label></p>'
        '<div class="row" data-key="acts">'
        '<button class="main" data-key="act" data-do="send">Send</button>'
        '<button data-do="close">Cancel</button></div>'
        '<p class="way after">It is sent in a copy of the lab. The lab of this lesson does not '
        "change.</p>"
    )


def _cut(path: str) -> str:
    return path if len(path) <= 80 else path[:77] + "..."
