"""What the hub of a class does, and why. JupyterHub reads this file; `c` is its configuration.

Read it from top to bottom: it is the course's own advice, taken. Each section names the thief that
it keeps out.
"""

import atexit
from pathlib import Path

from tools.classroom import accounts, nginx, sign_in, sockets
from tools.classroom.settings import VARIABLE, read

settings = read()
c = get_config()  # noqa: F821  JupyterHub defines it

# --- who can reach it ---------------------------------------------------------------------------

# nginx listens at one port: on this machine alone, unless --address says otherwise. All else talks
# over sockets: a port belongs to whoever takes it first, and a socket lies in a folder.
scheme = "https" if settings.certificate else "http"
c.JupyterHub.bind_url = f"{scheme}://{settings.address}:{settings.port}"
c.JupyterHub.proxy_class = "tools.classroom.proxy.Nginx"
# The hub's socket is nginx's and the helpers'. Learners' servers have a way of their own to it.
hub = sockets.url(settings.socket("front/hub"))
c.JupyterHub.hub_bind_url = c.JupyterHub.hub_connect_url = hub
c.JupyterHub.hub_socket_mode = 0o660
c.Spawner.hub_connect_url = sockets.url(settings.socket("api/hub"))

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
# spawner would run them all as root: then each could read the hub's secrets and all files. It is
# reached at a socket in a folder that nobody else can enter: when it ends, nobody takes its place.
c.JupyterHub.spawner_class = "tools.classroom.spawner.SocketSpawner"
c.SocketSpawner.idle = settings.idle
c.Spawner.poll_interval = 5  # seconds until the hub knows that a server has ended
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
    "LABUTILS_HELP": "1",  # lessons have a button that asks the instructor for help
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
c.JupyterHub.cookie_secret_file = f"{settings.state}/cookie_secret"
c.JupyterHub.pid_file = f"{settings.state}/hub.pid"
c.JupyterHub.cleanup_servers = False
# What a session was given ends with its sign-out. Of a browser that was shut, it ends after a day.
c.JupyterHub.oauth_token_expires_in = 86_400
# What people typed stands in the log; nothing of it is a command to the terminal that shows it.
formatter = {"class": "tools.classroom.plain_log.PlainFormatter"}
c.JupyterHub.logging_config = {"formatters": {"console": formatter}}

# --- the hub's helpers --------------------------------------------------------------------------


def helper(name, *user, **environment):
    """A service of the hub: one of the course's modules, in a process of its own.

    A hub that is killed takes its helpers along: setpriv sees to that, and to who they are. One
    that ends is started again, within half a minute.
    """
    run = ["setpriv", *user, "--pdeathsig", "TERM", settings.python, "-m"]
    house = str(Path(__file__).resolve().parents[2])
    command = [*run, f"tools.classroom.{name}"]
    return {"name": name, "command": command, "cwd": house, "environment": environment}


def with_sign_in(service):
    """A service that people are shown into by the hub, behind nginx at /services/NAME/."""
    prefix = f"/services/{service['name']}/"
    service["environment"]["JUPYTERHUB_SERVICE_PREFIX"] = prefix
    service["environment"]["JUPYTERHUB_OAUTH_CALLBACK_URL"] = f"{prefix}oauth_callback"
    # It is a part of the hub, so nobody is asked to let it in.
    return {**service, "oauth_redirect_uri": f"{prefix}oauth_callback", "oauth_no_confirm": True}


unprivileged = [f"--reuid={sockets.NGINX}", f"--regid={sockets.NGINX}", "--clear-groups"]
where = {VARIABLE: f"{settings.state}/settings.json"}
# nginx asks the door about each request for a learner's server. Over HTTPS its cookie begins with
# __Host-: then nobody at another port of this machine can plant one.
at_the_door = {
    "DOOR_SOCKET": str(settings.socket("door/door")),
    "DOOR_SECRET": settings.door_secret,
    "JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED": str(int(bool(settings.certificate))),
}
c.JupyterHub.services = [
    helper("nginx", **where),
    with_sign_in(helper("door", *unprivileged, **at_the_door)),
    with_sign_in(helper("wall", **where)),
]
if settings.live:
    exercise = {
        "LIVE_SEED": settings.live,
        "LIVE_TEAMS": str(settings.live_teams),
        "LIVE_CASE": settings.live_case,
        "LIVE_MINUTES": str(settings.live_minutes),
        "LIVE_SPEED": str(settings.live_speed),
        "LIVE_BY_PERSON": "1" if settings.live_by_person else "",
        "LIVE_FOLDER": str(settings.live_folder),
        "LIVE_SOCKET": str(settings.socket("door/live")),
    }
    c.JupyterHub.services.append(helper("live", *unprivileged, **exercise))
# An nginx that was killed leaves its workers behind, and they keep the port. The next nginx ends
# them; where the hub ends before there is one, it does so itself.
atexit.register(nginx.end_workers, settings)
c.JupyterHub.load_roles = [
    # Everybody may be shown in. In JupyterHub `self` alone is what a user has.
    {"name": "user", "scopes": ["self", "access:services!service=door"]},
    {
        # The wall, and starting and stopping servers. Not `access:servers`: opening one.
        "name": "teaches",
        "scopes": ["access:services!service=wall", "admin-ui", "list:users", "servers"],
        **teachers,
    },
]


def ways_of_who_teaches(user):
    """For who teaches, two links at the top of each page of the hub."""
    groups = {group.name for group in user.groups} if user else set()
    if not user or not (user.name in teachers["users"] or groups & set(teachers["groups"])):
        return ""
    return (
        '<a href="/services/wall/instructor">The instructor\'s page</a> · '
        '<a href="/services/wall/">The room on the wall</a>'
    )


c.JupyterHub.template_vars = {"announcement": ways_of_who_teaches}
