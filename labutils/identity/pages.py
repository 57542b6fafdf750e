"""The provider's pages: the texts of data/pages, with everything that is put into them escaped."""
from functools import cache
from html import escape
from string import Template

from werkzeug.wrappers import Response

from labutils.lab import data_file


@cache
def _template(name: str) -> Template:
    return Template(data_file(f"pages/{name}.html").read_text(encoding="utf-8"))


def page(name: str, params: dict, *, status: int = 200, note: str = "", action: str = "/authorize", **texts: str) -> Response:
    """A page of data/pages with its texts escaped and the request's parameters carried along in hidden fields."""
    carried = "".join(f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">' for key, value in params.items()
                      if key not in ("username", "password", "code", "consent", "csrf", "ticket", "answer"))
    template = _template(name)
    body = template.substitute({key: escape(value) for key, value in texts.items()}, carried=carried, note=escape(note), action=action)
    scripts = " script-src 'self';" if "<script" in template.template else ""
    return Response(body, status, content_type="text/html; charset=utf-8", headers={
        "Content-Security-Policy": f"default-src 'none';{scripts} style-src 'unsafe-inline'; frame-ancestors 'none'"})
