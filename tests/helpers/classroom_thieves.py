"""What thieves run in a cell of their own notebook, in `make test-classroom`.

Each is a text with places to fill in, and runs in a learner's kernel as that learner.
"""

from pathlib import Path

LEFT_BEHIND = Path("/var/tmp/probe-left-behind")  # noqa: S108  a thief does not ask

# Try to answer where another's server did, for eight seconds; how much was heard.
IN_HER_PLACE = """
import os, socket, time
place, own = {sockets!r} + "/servers/probe01", {sockets!r} + "/servers/probe02"
def bind():
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(place + "/server")
tries = [bind,
    lambda: os.rename(own, place), lambda: os.link(own + "/server", place + "/server"),
    lambda: os.symlink(own + "/server", place + "/server"), lambda: os.rmdir(place),
    lambda: os.chdir(place)]
ports = socket.create_server(("127.0.0.1", 8888))
ports.settimeout(0.01)
done, heard, until = 0, b"", time.monotonic() + 8
while time.monotonic() < until:
    for one in tries:
        try:
            one()
            heard += b"in"
        except PermissionError:
            done += 1
    try:
        heard += ports.accept()[0].recv(9999)
    except TimeoutError:
        pass
ports.close()
print(len(heard), done > 1000)
"""

# Answer at one's own socket in place of one's own server.
OWN_PROGRAM = """
import http.server, os, socketserver, subprocess, sys
code = '''
import http.server, os, socketserver, sys
class Page(http.server.BaseHTTPRequestHandler):
    def address_string(self):
        return ""
    def do_GET(self):
        open(os.path.expanduser("~/seen"), "a").write(str(self.headers))
        self.send_response(200)
        self.send_header("Service-Worker-Allowed", "/")
        self.end_headers()
        self.wfile.write(b"<script>steal()</script>")
os.umask(0o007)
os.unlink(sys.argv[1])
socketserver.UnixStreamServer(sys.argv[1], Page).serve_forever()
'''
quiet = subprocess.DEVNULL
socket = {sockets!r} + "/servers/probe04/server"
print(subprocess.Popen([sys.executable, "-c", code, socket], stdout=quiet, stderr=quiet).pid)
"""

# Things in a home that whoever reads it could fall into.
TRAPS = """
import os
os.chdir(os.path.expanduser("~"))
os.makedirs("labutils", exist_ok=True)
for name in ("labutils/__init__.py", "sitecustomize.py", "json.py"):
    open(name, "w").write("while True: print('x' * 9999)")
for name in os.listdir("work"):
    if name.startswith("03-"):
        os.remove("work/" + name)
        os.mkfifo("work/" + name)
os.symlink("/root", "work/12-link")
os.replace("work/progress.json", "kept.json")
open("work/progress.json", "wb").write(b"[" * 60000)
"""

# A process that belongs to root where one looks first, files elsewhere, and folders without end.
HIDING = f"""
import os, shutil, subprocess
shutil.copy("/bin/sh", {str(LEFT_BEHIND)!r})
os.chmod({str(LEFT_BEHIND)!r}, 0o4755)
asking = ["su", "-c", "true"]  # waits for a password
quiet = {{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}}
hidden = subprocess.Popen(asking, stdin=subprocess.PIPE, start_new_session=True, **quiet)
print(hidden.pid)
for _ in range(3000):  # deeper than userdel can open
    os.mkdir("d")
    os.chdir("d")
"""

# What a learner tries at the files, processes and sockets of others.
CONNECT = "import socket; socket.socket(socket.AF_UNIX).connect({{sockets!r}} + '/{}')"
BIND = "import socket; socket.socket(socket.AF_UNIX).bind({{sockets!r}} + '/{}')"
MOVE = "import os; os.{}({{sockets!r}} + '/{}', {{sockets!r}} + '/{}')"
REFUSED = {
    "the home of another": "import os; os.listdir({ada!r})",
    "a notebook of another": "open({ada!r} + '/work/00-start-here.ipynb')",
    "the kernel sockets of another": "import os; os.listdir({ada!r} + '/.local/share/jupyter')",
    "the list of homes": "import os; os.listdir(os.path.dirname({ada!r}))",
    "the hub's database": "open({state!r} + '/jupyterhub.sqlite')",
    "the hub's cookie secret": "open({state!r} + '/cookie_secret')",
    "everybody's password": "open({state!r} + '/slips.txt')",
    "the settings": "open({state!r} + '/settings.json')",
    "the hub's log": "open({state!r} + '/hub.log')",
    "the hub's environment": "open('/proc/{hub}/environ').read()",
    "nginx's environment": "open('/proc/{nginx}/environ').read()",
    "the door's environment, with its token": "open('/proc/{door}/environ').read()",
    "another's environment, with its token": "open('/proc/{server}/environ').read()",
    "another's memory": "open('/proc/{server}/mem', 'rb')",
    "the packages that all import": "open({package!r}, 'a')",
    "ending another's server": "import os; os.kill({server}, 9)",
    "ending the hub": "import os; os.kill({hub}, 9)",
    "ending nginx": "import os; os.kill({nginx}, 9)",
    "ending the door": "import os; os.kill({door}, 9)",
    "the hub's own socket": CONNECT.format("front/hub"),
    "the wall's socket": CONNECT.format("front/wall"),
    "the door's socket, past nginx": CONNECT.format("door/door"),
    "the socket of another's server": CONNECT.format("servers/probe01/server"),
    "the list of servers": "import os; os.listdir({sockets!r} + '/servers')",
    "another's folder of sockets": "import os; os.listdir({sockets!r} + '/servers/probe01')",
    "another's folder, renamed": MOVE.format("rename", "servers/probe01", "servers/away"),
    "another's socket, taken away": MOVE.format("rename", "servers/probe01/server", "servers/x"),
    "another's socket by a hard link": MOVE.format(
        "link", "servers/probe01/server", "servers/probe02/hard"
    ),
    "a link in place of another's socket": MOVE.format(
        "symlink", "servers/probe02/server", "servers/probe01/server"
    ),
    "a folder beside theirs": "import os; os.mkdir({sockets!r} + '/servers/probe99')",
    "one's own folder, renamed": MOVE.format("rename", "servers/probe02", "servers/probe98"),
    "a socket beside the hub's": BIND.format("front/hub2"),
    "a socket beside that of the hub's API": BIND.format("api/hub2"),
    "the configuration of nginx": "open({sockets!r} + '/nginx/nginx.conf')",
    "becoming root": "import os; os.setuid(0)",
    "a higher limit of memory": (
        "import resource; resource.setrlimit(resource.RLIMIT_DATA, (2**40, 2**40))"
    ),
}

TOKEN = "Authorization: token ' + os.environ['JUPYTERHUB_API_TOKEN'] + '"


def asked(path: str, header: str = "A: b") -> str:
    """A cell that asks the hub over the socket that learners' servers have for it."""
    return (
        "import os, socket, urllib.parse\ncaller = socket.socket(socket.AF_UNIX)\n"
        "address = urllib.parse.urlsplit(os.environ['JUPYTERHUB_API_URL']).hostname\n"
        "caller.connect(urllib.parse.unquote(address))\n"
        f"caller.send(('GET {path} HTTP/1.0\\r\\nHost: x\\r\\n{header}\\r\\n\\r\\n').encode())\n"
        "print(caller.recv(99).split()[1].decode())"
    )
