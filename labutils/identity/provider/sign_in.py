"""Sign a person in: a password, perhaps a second factor, and the session that begins."""

from urllib.parse import urlsplit

from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Request, Response

from labutils.identity.factors import WrongAnswer
from labutils.identity.oauth import same
from labutils.identity.provider.pages import page
from labutils.identity.provider.state import COOKIE, Session, State, User, Waiting

FACTOR_LIFE = 120  # seconds for the second factor, after the password


class PersonMustAnswer(Exception):
    """An interruption: a person must answer a page before the request can go on.

    `page` is the response with it.
    """

    def __init__(self, page: Response):
        super().__init__("a page comes first")
        self.page = page


def sign_in(provider: State, request: Request, params: dict[str, str]) -> Session:
    """Try what a person typed: a password, or the answer to a second factor.

    Returns the session that begins. Raises PersonMustAnswer where a page comes first.
    """
    waiting = provider.waiting.get(params.get("ticket", ""))
    username = waiting.user.username if waiting else params.get("username", "")
    seconds = provider.throttle.wait(request, username) if provider.throttle else 0
    if seconds:
        raise _too_many_answers(provider, request, params, username, seconds)
    if "ticket" in params:
        provider.waiting.pop(params["ticket"], None)  # one answer for each question
        return _second_step(provider, request, params, waiting, params.get("answer", ""))
    user = provider.users.get(username)
    is_right = same(user.password if user else "", params.get("password", ""))
    if user is None or not is_right or not user.active:
        raise _wrong_answer(provider, request, params, user=username)
    if user.second_factor is None:
        return start_session(provider, request, user, ["pwd"])
    texts, remembered = user.second_factor.ask(provider.draw)
    expires = provider.now + FACTOR_LIFE
    waiting = Waiting(user, user.password, user.second_factor, remembered, expires)
    if "code" in params:  # typed beside the password
        return _second_step(provider, request, params, waiting, params["code"])
    ticket = _ask_for_second_factor(provider, request, waiting)
    texts = {"ticket": ticket, **texts}
    raise PersonMustAnswer(page(waiting.factor.page, params, texts, action=request.path))


def _ask_for_second_factor(provider: State, request: Request, waiting: Waiting) -> str:
    """Remember who must answer what; the ticket that the answer will come with."""
    provider.log(request, "factor.ask", user=waiting.user.username)
    provider.waiting = {
        ticket: other for ticket, other in provider.waiting.items() if other.usable(provider.now)
    }
    ticket = provider.draw()
    provider.waiting[ticket] = waiting
    return ticket


def _second_step(
    provider: State, request: Request, params: dict[str, str], waiting: Waiting | None, answer: str
) -> Session:
    """Check the answer to a second factor."""
    if waiting is None:
        raise _wrong_answer(
            provider, request, params, error="the ticket is unknown, or was used before"
        )
    try:
        if not waiting.usable(provider.now):
            raise WrongAnswer("too late")
        waiting.factor.check(waiting.remembered, answer)
    except WrongAnswer as refusal:
        username = waiting.user.username
        raise _wrong_answer(
            provider, request, params, user=username, error=str(refusal)
        ) from refusal
    return start_session(provider, request, waiting.user, ["pwd", waiting.factor.amr, "mfa"])


def _wrong_answer(
    provider: State, request: Request, params: dict[str, str], **facts: str
) -> PersonMustAnswer:
    """The login page once more.

    403, since 401 would promise a challenge of HTTP's own (RFC 9110, 15.5.2).
    """
    provider.log(request, "session.start", "failure", **facts)
    if provider.throttle:
        provider.throttle.wrong(request, facts.get("user", ""))
    note = "That did not work. Try again."
    return PersonMustAnswer(page("login", params, action=request.path, note=note, status=403))


def _too_many_answers(
    provider: State, request: Request, params: dict[str, str], username: str, seconds: int
) -> PersonMustAnswer:
    """429 (RFC 6585, 4): nothing was tried, not even the right password."""
    provider.log(request, "session.start", "failure", user=username, error="too many wrong answers")
    note = f"There were too many wrong answers. Try again in {seconds} seconds."
    response = page("login", params, action=request.path, note=note, status=429)
    response.headers["Retry-After"] = str(seconds)
    return PersonMustAnswer(response)


def start_session(provider: State, request: Request, user: User, amr: list[str]) -> Session:
    """Start a new session with a new cookie.

    The one that this browser had before ends (OWASP ASVS 5.0, 7.2.4).
    """
    before = provider.sessions.pop(request.cookies.get(COOKIE, ""), None)
    if before is not None:
        provider.log(request, "session.end", user=before.user.username, session=before.sid)
    session = Session(
        cookie=provider.draw(),
        sid=provider.draw(),
        user=user,
        auth_time=provider.now,
        amr=amr,
        csrf=provider.draw(),
        address=request.remote_addr or "",
        last_used=provider.now,
    )
    provider.sessions[session.cookie] = session
    if provider.throttle:
        provider.throttle.right(request, user.username)
    provider.log(request, "session.start", user=user.username, session=session.sid)
    provider.session_started(session, request)
    return session


def with_cookie(provider: State, response: Response, session: Session) -> Response:
    """Return the response with the session's cookie.

    Where there is a throttle, it marks the browser as a known one too.
    """
    secure = provider.issuer.startswith("https")
    cookies = {COOKIE: session.cookie}
    if provider.throttle:
        cookies[provider.throttle.cookie] = provider.throttle.mark(session.user.username)
    for name, value in cookies.items():
        response.set_cookie(name, value, httponly=True, secure=secure, samesite="Lax")
    return response


def refuse_other_sites(provider: State, request: Request) -> None:
    """Refuse a form of ours that a page of another origin sends. Raises Forbidden.

    It would sign people in as somebody else: login CSRF (RFC 6749, 10.12, and OpenID Connect Core,
    3.1.2.3, ask for measures against CSRF). A browser names the origin of the page on every POST; a
    client that is no browser names none, and passes. `null` is refused too: any site can have it,
    by a sandboxed frame. Our own pages name their origin, since their Referrer-Policy is
    same-origin (Fetch standard, "append a request Origin header").
    """
    sent_from = request.headers.get("Origin")
    if sent_from is None or sent_from == origin(provider.issuer):
        return
    error = "sent by a page of another origin"
    provider.log(request, f"{request.path[1:]}.refused", "failure", error=error)
    raise Forbidden(
        "This form was sent by a page of another site. "
        "Open the application again, and sign in from there."
    )


def origin(issuer: str) -> str:
    """Return an issuer's origin as browsers write it: no path, and no default port."""
    parts = urlsplit(issuer)
    usual = {"http": ":80", "https": ":443"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}"
