"""Fill in the provider's pages, the texts of data/pages, and escape everything that is put in."""

from collections.abc import Mapping
from functools import cache
from html import escape
from string import Template

from werkzeug.wrappers import Response

from labutils.lab import data_file

# The fields of our own forms. No client sends them, and no page carries them along.
TYPED = {"username", "password", "code", "consent", "csrf", "ticket", "answer"}
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def guarded(response: Response) -> Response:
    """Return the response with the headers that keep it out of caches, frames and guesses.

    Headers of its own are left as they are.
    Referrer-Policy: other sites learn nothing of our addresses, in which codes and states stand
    (RFC 9700, 4.2.4). Not no-referrer: with that, browsers would send `Origin: null` with our
    own forms.
    """
    present = {name.lower() for name, _ in response.headers}
    response.headers.extend(
        [(name, value) for name, value in HEADERS.items() if name.lower() not in present]
    )
    return response


@cache
def _template(name: str) -> Template:
    return Template(data_file(f"pages/{name}.html").read_text(encoding="utf-8"))


def page(
    name: str,
    params: Mapping[str, str],
    texts: Mapping[str, str] | None = None,
    *,
    status: int = 200,
    note: str = "",
    action: str = "/authorize",
) -> Response:
    """Return a page of data/pages, with its `texts` escaped.

    The request's parameters are carried along in hidden fields, but for those that are typed.
    `action` is where its form is sent.
    """
    carried = "".join(
        f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">'
        for key, value in params.items()
        if key not in TYPED
    )
    template = _template(name)
    body = template.substitute(
        {key: escape(value) for key, value in (texts or {}).items()},
        carried=carried,
        note=escape(note),
        action=action,
    )
    scripts = " script-src 'self';" if "<script" in template.template else ""
    policy = f"default-src 'none';{scripts} style-src 'unsafe-inline'; frame-ancestors 'none'"
    return Response(
        body,
        status,
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": policy},
    )
