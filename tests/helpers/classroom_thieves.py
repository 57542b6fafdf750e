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

# Answer at one's own socket in the place of one's own server.
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
