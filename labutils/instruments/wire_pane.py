"""The open message in HTML: the request as it was sent, the response, what the log says of it; or
the request as a text to change.
"""

from collections.abc import Iterable
from html import escape

from labutils.instruments.svg import colour
from labutils.instruments.wire_log import line_as_text
from labutils.instruments.wire_messages import Handover, Message, standard_name
from labutils.instruments.wire_requests import answered, recorded
from labutils.instruments.wire_secrets import Secret, marked
from labutils.instruments.wire_story import Story
from labutils.lab import iso

LONGEST = 4000  # characters of a message that are shown
TALLEST = 22  # lines of the text that is edited


def opened(message: Message, story: Story, *, may_send: bool, more: str = "") -> str:
    """Return the pane of a message; `more` is what is beside its button."""
    one = message.exchange
    button = '<button class="main" data-do="edit">Edit and send again</button>' if may_send else ""
    return (
        heading(message)
        + "".join(map(_handed_over, story.handovers.get(message.number, ())))
        + _raw("Request", recorded(one).text, message.sends)
        + _raw("Response", answered(one), message.gives)
        + _log(message, story)
        + f'<p class="row">{button}{more}</p>'
    )


def heading(message: Message) -> str:
    """Return what a message is, in two lines."""
    one, name = message.exchange, standard_name(message.exchange)
    way = f"{one.client} ({one.ip}) → {one.host}"
    more = " · ".join(filter(None, (f"{iso(one.time)[11:19]} UTC", message.channel, name)))
    return (
        f'<p class="what"><b>{message.number}</b> {escape(one.method)} {escape(_cut(one.path))}</p>'
        f'<p class="way">{escape(way)}<br>{escape(more)}</p>'
    )


def _handed_over(handover: Handover) -> str:
    names = ", ".join(secret.name for secret in handover.secrets) or "what is in this link"
    return (
        f'<p class="past"><b>{escape(handover.taker)}</b> was never given {escape(names)} on this '
        f"network. It came from <b>{escape(handover.giver)}</b> some other way.</p>"
    )


def _raw(name: str, text: str, secrets: Iterable[Secret]) -> str:
    """A text of the network, its secrets marked."""
    left = len(text) - LONGEST
    end = f'<span class="more">… {left:,} more characters</span>' if left > 0 else ""
    inside = "".join(_piece(piece, one) for piece, one in marked(text[:LONGEST], secrets))
    return (
        f'<div class="raw" tabindex="0" role="region" aria-label="{name}"><span class="of">{name}'
        f"</span><pre>{inside}{end}</pre></div>"
    )


def _piece(text: str, secret: Secret | None) -> str:
    if secret is None:
        return escape(text)
    return (
        f'<mark data-secret="{secret.number}" title="{escape(secret.name)}" '
        f'style="--c:{colour(secret.ink)}">{escape(text)}</mark>'
    )


def _log(message: Message, story: Story) -> str:
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
    fresh = " data-replace" if is_fresh else ""
    wrong = f'<p class="trouble" role="alert">{escape(trouble)}</p>' if trouble else ""
    return (
        f'<textarea name="request" class="raw" aria-label="The request" spellcheck="false" '
        f'rows="{min(TALLEST, wrapped)}"{fresh}>\n{escape(draft)}</textarea>{wrong}'
        f'<div class="row form"><label>from the machine of '
        f'<select name="person">{options}</select></label>'
        '<button class="main" data-do="send">Send</button>'
        '<button data-do="close">Cancel</button></div>'
        '<p class="way">It is sent in a copy of the lab: the lesson\'s own stays as it is.</p>'
    )


def _cut(path: str) -> str:
    return path if len(path) <= 80 else path[:77] + "..."
