"""The room on the wall: a page of the hub, for the instructor alone.

It is `python -m labutils room` over the homes of the class, read afresh each time: no names, no
link followed, 64 KiB of a file, known ids only. The page has no script, asks nothing of anybody,
and loads itself again.
"""

import os
from html import escape
from urllib.parse import urlparse

from labutils.classroom.room import of_homes, report, stuck_at
from tools.classroom import accounts
from tools.classroom.settings import read

EVERY = 15  # seconds
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="{every}">
<title>The room</title>
<style>
body {{ font: 1.2rem/1.5 system-ui, sans-serif; margin: 2rem; max-width: 70rem;
       color: #111; background: #fff }}
h2 {{ font-size: 1.4rem; margin: 1.5rem 0 .3rem; border-bottom: 2px solid #0072b2 }}
p {{ margin: .2rem 0 }} .belief {{ margin-left: 2rem; color: #333 }}
.stuck {{ background: #ffe8dc; border-left: .5rem solid #d55e00; padding: .5rem 1rem }}
</style>
<h1>The room</h1>
{body}
<p><small>Counts of a whole room, without names. Read again every {every} seconds.</small></p>
</html>
"""


def page(everybody: list) -> str:
    """The page for these learners' progress: every text is escaped, whoever wrote it."""
    stuck = sorted(stuck_at(everybody).items(), key=lambda pair: (-pair[1], pair[0]))
    parts = []
    if stuck:
        places = ", ".join(f"{escape(name)}: {count}" for name, count in stuck)
        parts.append(f'<p class="stuck">Stuck after three tries or more: {places}</p>')
    parts += [_shown(line) for line in report(everybody)]
    return PAGE.format(every=EVERY, body="\n".join(filter(None, parts)))


def _shown(line: str) -> str:
    """One line of the report in HTML."""
    if line.startswith("Lesson "):
        return f"<h2>{escape(line)}</h2>"
    belief = line.startswith(" " * 10)
    kind = ' class="belief"' if belief else ""
    return f"<p{kind}>{escape(line.strip())}</p>" if line.strip() else ""


def serve() -> None:
    """Serve the page to whoever the hub lets in."""
    from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
    from tornado.ioloop import IOLoop
    from tornado.web import Application, RequestHandler, authenticated

    class Wall(HubOAuthenticated, RequestHandler):
        """The page; the hub is asked for each request whether this person may see it."""

        @authenticated
        def get(self):
            settings = read()
            homes = [entry.pw_dir for entry in accounts.all_of(settings)]
            policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
            self.set_header("Content-Security-Policy", policy)
            self.set_header("Cache-Control", "no-store")
            self.finish(page(of_homes(homes)))

    prefix = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
    handlers = [(prefix, Wall), (prefix + "oauth_callback", HubOAuthCallbackHandler)]
    application = Application(handlers, cookie_secret=os.urandom(32))
    address = urlparse(os.environ["JUPYTERHUB_SERVICE_URL"])
    application.listen(address.port, address.hostname)
    IOLoop.current().start()


if __name__ == "__main__":
    serve()
