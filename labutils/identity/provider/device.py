"""Sign in a device without a keyboard: the device authorization grant (RFC 8628).

The device asks for two codes and shows one of them. A person types that one into a browser, which
may be far away from the device, signs in there and says yes. The device asks for tokens meanwhile
(token_endpoint.redeem_device_code).
"""

import hashlib
import hmac
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from labutils.identity.keys import b64
from labutils.identity.oauth import OAuthError, as_json, narrowed, parameters, same
from labutils.identity.provider.client_authentication import authenticate_client
from labutils.identity.provider.pages import page
from labutils.identity.provider.resources import resources
from labutils.identity.provider.sign_in import (
    PersonMustAnswer,
    refuse_other_sites,
    sign_in,
    start_session,
    with_cookie,
)
from labutils.identity.provider.state import (
    DEVICE_CODE,
    LONGEST_LOGGED,
    DeviceGrant,
    DeviceRequest,
    Grant,
    Session,
    State,
)

DEVICE_ENDPOINT, VERIFICATION = "/device_authorization", "/device"
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # of a user code: no vowels, so no words (RFC 8628, 6.1)
LENGTH = 8  # letters of a user code
MOST_WAITING = 10_000  # devices; the oldest go first


# --- the device ---------------------------------------------------------------------------------


def device_authorization(provider: State, setting: DeviceGrant, request: Request) -> Response:
    """Return two codes for a device (RFC 8628, 3.1 and 3.2). Raises OAuthError."""
    params = parameters(request.form)
    client = authenticate_client(provider, request, params)
    if DEVICE_CODE not in client.grant_types:
        raise OAuthError("unauthorized_client", "this client may not use this grant type")
    if not setting.reaches(request.remote_addr or ""):
        raise OAuthError("unauthorized_client", "devices are not signed in from this network")
    scope = narrowed(params.get("scope", ""), client.scope)
    named = resources(provider, params)
    device_code, user_code = provider.draw(), new_user_code(provider)
    provider.device_requests[device_code] = DeviceRequest(
        client,
        scope,
        user_code,
        address=request.remote_addr or "",
        agent=request.user_agent.string[:LONGEST_LOGGED],
        asked=provider.now,
        expires=provider.now + setting.life,
        interval=setting.interval,
        next_poll=provider.now,
        resources=named,
    )
    while len(provider.device_requests) > MOST_WAITING:
        del provider.device_requests[next(iter(provider.device_requests))]
    provider.log(request, "device.ask", client=client.client_id)
    address = provider.issuer + VERIFICATION
    return as_json(
        {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": address,
            "verification_uri_complete": f"{address}?{urlencode({'user_code': user_code})}",
            "expires_in": setting.life,
            "interval": setting.interval,
        }
    )


def new_user_code(provider: State) -> str:
    """Return eight letters out of twenty, with a hyphen for readability (RFC 8628, 6.1)."""
    number = int.from_bytes(hashlib.sha256(provider.draw().encode()).digest())
    letters = [LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(LENGTH)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


# --- the person ---------------------------------------------------------------------------------


def verification(provider: State, request: Request) -> Response:
    """Let a person type a device's code, see what is asked, and say yes or no (RFC 8628, 3.3).

    Raises PersonMustAnswer with the login page.
    """
    params = parameters(request.values)
    posted = params if request.method == "POST" else {}
    if posted:
        refuse_other_sites(provider, request)
    typed = {name: params[name] for name in ("user_code",) if name in params}
    session = authenticate(provider, request, posted, typed)
    if not typed:
        return with_cookie(provider, page("device", {}, action=VERIFICATION), session)
    asked = find(provider, request, session, typed["user_code"])
    if asked is None:
        note = "That code is unknown or has expired."
        again = page("device", {}, action=VERIFICATION, note=note, status=400)
        return with_cookie(provider, again, session)
    if "consent" in posted and same(posted.get("csrf", ""), consent_token(session, asked)):
        return decide(provider, request, session, asked, said_yes=posted["consent"] == "allow")
    return with_cookie(provider, confirmation_page(provider, session, asked), session)


def authenticate(
    provider: State, request: Request, posted: dict[str, str], typed: dict[str, str]
) -> Session:
    """Return the session of whoever is at the browser. A session that is there already is enough.

    Raises PersonMustAnswer where nobody has signed in.
    """
    if "username" in posted or "ticket" in posted:
        return sign_in(provider, request, {**posted, **typed})
    session = provider.current_session(request)
    automatic = provider.users[provider.auto_login] if provider.auto_login is not None else None
    if session is None and automatic is not None and automatic.active:
        return start_session(provider, request, automatic, ["pwd"])
    if session is None:
        raise PersonMustAnswer(page("login", typed, action=VERIFICATION))
    return session


def find(provider: State, request: Request, session: Session, typed: str) -> DeviceRequest | None:
    """Return the device that waits for this code, in any case and with any hyphens (RFC 8628, 6.1).

    Where there is a throttle, wrong codes are counted (RFC 8628, 5.1).
    """
    username = session.user.username
    if provider.throttle and provider.throttle.wait(request, username):
        return None
    letters = [letter for letter in typed.upper() if letter in LETTERS]
    waiting = [asked for asked in provider.device_requests.values() if is_open(provider, asked)]
    fits = [asked for asked in waiting if same(asked.user_code.replace("-", ""), "".join(letters))]
    if not fits and provider.throttle:
        provider.throttle.wrong(request, username)
    return fits[0] if fits else None


def is_open(provider: State, asked: DeviceRequest) -> bool:
    """Return whether a device still waits for an answer."""
    return provider.now < asked.expires and asked.grant is None and not asked.denied


def confirmation_page(provider: State, session: Session, asked: DeviceRequest) -> Response:
    """Return the page that says which client asks for what, and from where (RFC 8628, 5.4)."""
    texts = {
        "client": asked.client.client_id,
        "scope": asked.scope,
        "person": session.user.name,
        "code": asked.user_code,
        "address": asked.address,
        "agent": asked.agent,
        "seconds": str(provider.now - asked.asked),
        "csrf": consent_token(session, asked),
    }
    carried = {"user_code": asked.user_code}
    return page("device_confirm", carried, texts, action=VERIFICATION)


def consent_token(session: Session, asked: DeviceRequest) -> str:
    """Return the proof that this session showed the page for this device."""
    message = f"device {asked.user_code} {asked.client.client_id} {asked.scope}".encode()
    return b64(hmac.digest(session.csrf.encode(), message, "sha256")[:16])


def decide(
    provider: State, request: Request, session: Session, asked: DeviceRequest, *, said_yes: bool
) -> Response:
    """Record what the person said. An administrator's no comes first."""
    client_id = asked.client.client_id
    refused = provider.consent_policy.needs_administrator(client_id, asked.scope)
    if refused or not said_yes:
        asked.denied = True
        note = "An administrator must approve it first." if refused else "It is not signed in."
    else:
        asked.grant = Grant(
            asked.client,
            session.user,
            asked.scope,
            sid=session.sid,
            auth_time=session.auth_time,
            amr=session.amr,
            resources=asked.resources,
        )
        note = "The device is signed in."
    outcome = "failure" if asked.denied else "success"
    facts = {"user": session.user.username, "client": client_id, "device": asked.address}
    provider.log(request, "device.decide", outcome, session=session.sid, **facts)
    return with_cookie(provider, page("device_done", {}, note=note), session)
