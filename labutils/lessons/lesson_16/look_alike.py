"""An app that nobody installed: a call, a code read out, and a week of the log (lesson 16).

The log is ApiTotalUsage, one line for each call of an API. Its fields are those that Salesforce
documents; all values are made up.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial

import httpx
from werkzeug.wrappers import Request, Response

from labutils.identity.factors import Totp, totp
from labutils.identity.oauth import OAuthError, bearer
from labutils.identity.person import sign_in
from labutils.identity.provider.app import Endpoint
from labutils.identity.provider.state import DEVICE_CODE, Client, DeviceGrant
from labutils.lab import dice, iso, seconds

from .connected_system import CRM, RENTED, Connected, CustomerLogin, connected

Line = dict[str, str]
DevicePhish = Callable[[httpx.Client, Callable[[str], None]], httpx.Response]
NotInstalled = Callable[[list[Line], list[str]], set[tuple[str, str]]]
MayConnect = Callable[[str, str], bool]  # an app's id, and its name

SECRET = b"Ada's authenticator app"
NAME = "Data Loader"  # of the app that is installed, and of Tom's
GENUINE, LOOK_ALIKE = "0H4EX0000001Kda", "0H4EX0000001KDa"
IDS = {"chat-agent": "0H4EX0000008LmN", "loader": GENUINE, "screen": LOOK_ALIKE}
NAMES = {"chat-agent": "Chat Assistant", "loader": NAME, "screen": NAME}
# The apps that an administrator installed, as a report lists them: some in the long form.
INSTALLED = ["0H4EX0000008LmN", GENUINE + "AAQ", "0H4EX0000003WhsCAE"]


# --- the call -----------------------------------------------------------------------------------


class GatedLogin(CustomerLogin):
    """An authorization server that asks `may_connect` about each app that comes to one of the
    endpoints in `gated`."""

    gated: tuple[str, ...] = ()
    may_connect: MayConnect

    def _answer(self, request: Request, endpoint: Endpoint | None) -> Response:
        app = request.values.get("client_id", "")
        if request.path in self.gated and not self.may_connect(IDS[app], NAMES[app]):
            raise OAuthError("unauthorized_client", "no administrator has installed this app")
        return super()._answer(request, endpoint)


@dataclass(frozen=True)
class Measure:
    """What a company does about apps: a second factor, or a question at some endpoints."""

    words: str
    may_connect: MayConnect = lambda _app, _name: True
    gated: tuple[str, ...] = ()
    factor: bool = False


def by_name(_app: str, name: str) -> bool:
    """Whether an installed app has this name."""
    return name in (NAME, "Chat Assistant")


def by_id(app: str, _name: str) -> bool:
    """Whether an app with this id is installed."""
    return app in {one[:15] for one in INSTALLED}


BROWSER, DEVICE = "/authorize", "/device_authorization"
MEASURES = (
    Measure("a second factor at each sign-in", factor=True),
    Measure("apps are allowed by their name", by_name, (BROWSER, DEVICE)),
    Measure("apps are allowed by their id, where a browser asks", by_id, (BROWSER,)),
    Measure("the same, and where a device asks", by_id, (BROWSER, DEVICE)),
)


def company_with(measure: Measure) -> Connected:
    """A company with this measure. Tom has registered an app with a familiar name."""
    company = connected("lesson-16/look-alike", kind=GatedLogin)
    login = company.login
    assert isinstance(login, GatedLogin)
    login.offer_device_grant(DeviceGrant())
    kinds, scope = (DEVICE_CODE, "refresh_token"), "cases.read offline_access"
    for name in ("loader", "screen"):
        login.clients[name] = Client(name, scope=scope, grant_types=kinds)
    login.gated, login.may_connect = measure.gated, measure.may_connect
    if measure.factor:
        login.enrol_second_factor("ada", Totp(SECRET, company.lab.clock))
        company.ada.cookies.clear()  # so that she has to sign in once more
    return company


def type_the_code(company: Connected, link: str) -> None:
    """Do what Ada does on the telephone: open her own company's page with the code that is read
    out to her, sign in where that is asked, and say yes."""
    password = company.login.users["ada"].password
    sign_in(
        company.ada, link, "ada", password, answer=lambda _: totp(SECRET, company.lab.clock.now)
    )


def call(measure: Measure, device_phish: DevicePhish) -> bool:
    """Return whether Tom reads the cases after his call, at a company with this measure."""
    company = company_with(measure)
    try:
        token = device_phish(company.tom, partial(type_the_code, company)).json()["access_token"]
    except Exception:  # the function counted on two codes; it fails where it is refused them
        if company.lab.wire[-1].status < 400:
            raise
        return False
    return company.tom.get(CRM + "/cases", headers=bearer(token)).is_success


def calls_of(device_phish: DevicePhish) -> list[dict[str, str]]:
    """A row for each measure: what Tom has after his call."""
    return [
        {
            "the company's measure": measure.words,
            "after the call, Tom": "reads the cases" if call(measure, device_phish) else "is out",
        }
        for measure in MEASURES
    ]


# --- a week of calls ----------------------------------------------------------------------------

MONDAY, DAYS = "2025-09-01T07:00:00Z", 5
PEOPLE = tuple(f"{name}@company.example" for name in ("ada", "grace", "mary", "joan", "katherine"))
MAIL_MERGE, WAREHOUSE = "0H4EX0000005Pqr", "0H4EX0000003Whs"
# Who works with what: an app's id, its name, who uses it, from where, and how often a day.
HABITS = (
    ("0H4EX0000008LmN", "Chat Assistant", ("chat.integration@company.example",), "192.0.2.44", 9),
    (WAREHOUSE, "Warehouse", ("warehouse.integration@company.example",), "192.0.2.90", 6),
    (GENUINE, NAME, ("grace@company.example", "mary@company.example"), "198.51.100.140", 2),
    (MAIL_MERGE, "Mail Merge", ("joan@company.example",), "198.51.100.151", 3),
    ("", "", PEOPLE, "198.51.100.160", 4),
)
CALLED = "2025-09-03T13:42:00Z"  # Ada's telephone rings


@cache
def week() -> tuple[Line, ...]:
    """Five days of the log, in the order of time. On Wednesday Ada's telephone rings."""
    draw = dice("lesson-16", "a week of calls")
    lines = [*_honest(draw), *_his(draw)]
    return tuple(sorted(lines, key=lambda line: line["TIMESTAMP_DERIVED"]))


def _honest(draw: dice) -> Iterable[Line]:
    for day in range(DAYS):
        for app, name, users, ip, often in HABITS:
            for user in users:
                for _ in range(often):
                    second = int(next(draw)[:6], 16) % (9 * 3600)
                    moment = seconds(MONDAY) + 86_400 * day + second
                    yield _line(draw, moment, (app, name), user, ip, "sobjects/Case/500EX00")


def _his(draw: dice) -> Iterable[Line]:
    """What Tom does in Ada's name: he looks round, and then reads everything, page by page."""
    begin = seconds(CALLED) + 120
    paths = [
        "sobjects",
        "sobjects/Case/describe",
        *(f"query/01gEX-{page}000" for page in range(30)),
    ]
    for step, path in enumerate(paths):
        yield _line(draw, begin + 7 * step, (LOOK_ALIKE, NAME), PEOPLE[0], RENTED, path)


def _line(draw: dice, moment: int, app: tuple[str, str], user: str, ip: str, path: str) -> Line:
    at = iso(moment)
    return {
        "EVENT_TYPE": "ApiTotalUsage",
        "TIMESTAMP": "".join(filter(str.isdigit, at)) + ".000",
        "TIMESTAMP_DERIVED": at.replace("Z", ".000Z"),
        "REQUEST_ID": next(draw),
        "ORGANIZATION_ID": "00DEX0000004Xyz",
        "USER_ID": "005EX" + user.split("@")[0].replace(".", "")[:10].ljust(10, "0"),
        "USER_NAME": user,
        "API_FAMILY": "REST",
        "API_RESOURCE": f"/v61.0/{path}",
        "HTTP_METHOD": "GET",
        "STATUS_CODE": "200",
        "CLIENT_IP": ip,
        "CONNECTED_APP_ID": app[0],
        "CONNECTED_APP_NAME": app[1],
    }


def questions(not_installed: NotInstalled) -> list[dict[str, object]]:
    """A row for each pair that a function found in the week: how many calls, and from where."""
    rows: list[dict[str, object]] = []
    for user, app in sorted(not_installed(list(week()), list(INSTALLED))):
        its = [one for one in week() if (one["USER_NAME"], one["CONNECTED_APP_ID"]) == (user, app)]
        first = its[0]
        rows.append(
            {
                "person": user.split("@")[0],
                "app": first["CONNECTED_APP_NAME"],
                "id": app,
                "calls": len(its),
                "first": first["TIMESTAMP_DERIVED"][:16].replace("T", " "),
                "from": first["CLIENT_IP"],
            }
        )
    return rows


def at_the_gate(not_installed: NotInstalled, device_phish: DevicePhish) -> list[dict[str, str]]:
    """What a call gets Tom where a function decides which apps may connect: at the page for
    browsers alone, and for devices as well."""

    def may_connect(app: str, name: str) -> bool:
        line = {"USER_NAME": "ada", "CONNECTED_APP_ID": app, "CONNECTED_APP_NAME": name}
        return not not_installed([line], list(INSTALLED))

    rows = []
    for words, gated in (("browsers", (BROWSER,)), ("browsers and devices", (BROWSER, DEVICE))):
        opens = call(Measure(words, may_connect, gated), device_phish)
        rows.append({"your list is asked for": words, "Tom": "in" if opens else "out"})
    return rows
