"""What the hub of a class does, and why. JupyterHub reads this file; `c` is its configuration.

Read it from top to bottom: it is the course's own advice, taken. Each section names the thief that
it keeps out.
"""

from pathlib import Path

from tools.classroom import accounts, sign_in
from tools.classroom.settings import VARIABLE, read

settings = read()
c = get_config()  # noqa: F821  JupyterHub defines it

# --- who can reach it ---------------------------------------------------------------------------

# This machine alone, unless --address says otherwise. What runs behind the proxy stays on loopback.
c.JupyterHub.bind_url = f"http://{settings.address}:{settings.port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{settings.port + 2}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.port + 1}"
if settings.certificate:
    c.JupyterHub.bind_url = f"https://{settings.address}:{settings.port}"
    c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = settings.certificate, settings.key
# The course's own proxy, in Python: no Node.js. Whoever holds its token can send anybody's traffic
# anywhere; the token is in the environment of root's processes, which a learner cannot read. A hub
# that is killed takes its helpers along: else the next one finds their ports taken, and meanwhile
# a learner could answer at the hub's port to everybody whom the proxy sends there.
along = ["setpriv", "--pdeathsig", "TERM", settings.python, "-m"]
secret = f"{settings.state}/cookie_secret"
c.ConfigurableHTTPProxy.command = [*along, "tools.classroom.proxy", "--secret", secret]

# --- who they are -------------------------------------------------------------------------------

# Nobody is an admin: JupyterHub's admins can open every server. Who teaches has a role of its own.
# It names users and groups both: of what it does not name, JupyterHub keeps whoever had it before.
c.Authenticator.admin_users = set()
if settings.sign_in == "lti":
    # The learning platform vouches for people. A launch that it did not sign is refused by the
    # authenticator: signature, issuer, audience, nonce.
    c.JupyterHub.authenticator_class = "ltiauthenticator.lti13.auth.LTI13Authenticator"
    for name in ("client_id", "issuer", "authorize_url", "jwks_endpoint"):
        setattr(c.LTI13Authenticator, name, settings.lti[name])
    c.LTI13Authenticator.username_key = "sub"
    c.Authenticator.allow_all = True  # whom the platform sends
    c.Authenticator.manage_groups = True  # who teaches is in the launch

    def without_names(_authenticator, _handler, model):
        """Keep no name and no claim of a person: an account is called by a hash."""
        return {**model, **sign_in.lti_account(model["auth_state"]), "auth_state": None}

    c.Authenticator.post_auth_hook = without_names
    teachers = {"users": [], "groups": [sign_in.TEACHERS]}
else:
    # A password each, or one for all learners: then whoever has it is any of them.
    c.JupyterHub.authenticator_class = sign_in.password_authenticator()
    c.PasswordAuthenticator.passwords = settings.passwords
    c.Authenticator.allowed_users = set(settings.passwords)
    teachers = {"users": [settings.instructor], "groups": []}

# --- what each can do to the others -------------------------------------------------------------

# Every server runs as a Unix user of its own, with a home that nobody else can open. The simple
# spawner would run them all as root: then each could read the hub's secrets and all files.
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
# Kernels talk over sockets in the learner's home. TCP ports can be tried by everybody on the
# machine, and two kernels that start at once can want the same one.
c.Spawner.args = [
    "--KernelManager.transport=ipc",
    "--LabApp.extension_manager=readonly",  # the other one asks a registry on the internet
]
# What a server says goes into a file of the learner's. Otherwise it inherits the hub's log, open: a
# learner could empty it, write in it, and fill the disk that the hub's database is on.
say_it_there = 'exec "$0" "$@" >.server.log 2>&1'
server = [settings.python, "-m", "jupyterhub.singleuser"]
c.Spawner.cmd = ["sh", "-c", say_it_there, *settings.limits(), *server]
c.Spawner.env_keep = ["LANG", "LC_ALL"]  # nothing else of root's environment
c.Spawner.environment = {
    "PATH": f"{Path(settings.python).parent}:/usr/bin:/bin",
    # Where the sockets lie: the usual folder is so deep that a path can be too long for a socket.
    "JUPYTER_RUNTIME_DIR": lambda spawner: str(settings.runtime(spawner.user.name)),
}
c.Spawner.default_url = "/lab/tree/work/00-start-here.ipynb"
c.Spawner.start_timeout = c.Spawner.http_timeout = 180  # a room starts at once
c.JupyterHub.concurrent_spawn_limit = 20


async def copies_first(spawner):
    """Before a server starts: the account is there, and the working copies are."""
    complaint = await accounts.make_copies(spawner.user.name, settings)
    if complaint:
        spawner.log.error("Copies of %s: %s", spawner.user.name, complaint)


c.Spawner.pre_spawn_hook = copies_first

# --- what a restart keeps -----------------------------------------------------------------------

# The hub's folder has mode 0700. Learners' servers go on while the hub is down, and it finds them
# again; who was signed in still is.
c.JupyterHub.db_url = f"sqlite:///{settings.state}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = secret
c.ConfigurableHTTPProxy.pid_file = f"{settings.state}/proxy.pid"
c.JupyterHub.pid_file = f"{settings.state}/hub.pid"
c.JupyterHub.cleanup_servers = False

# --- the hub's helpers --------------------------------------------------------------------------

c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [*along, "jupyterhub_idle_culler", f"--timeout={settings.idle}"],
    },
    {
        "name": "wall",
        "url": f"http://127.0.0.1:{settings.port + 3}",
        "command": [*along, "tools.classroom.wall"],
        "cwd": str(Path(__file__).resolve().parents[2]),
        "environment": {VARIABLE: f"{settings.state}/settings.json"},
        "oauth_no_confirm": True,  # it is a part of the hub, so nobody is asked to let it in
        "display": False,
    },
]
# Each has what it needs and no more.
c.JupyterHub.load_roles = [
    {
        "name": "stops-idle-servers",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    },
    {
        # The wall, and starting and stopping servers. Not `access:servers`: opening one.
        "name": "teaches",
        "scopes": ["access:services!service=wall", "admin-ui", "list:users", "servers"],
        **teachers,
    },
]
