"""Put the services of a case on the lab's network.

A policy enforcement point (NIST SP 800-207) is in front of each.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request as HttpRequest

from labutils.identity.oauth import as_json
from labutils.incident import cases, policy, telemetry
from labutils.incident.cases import CaseName
from labutils.incident.inventory import Credential, Service, Zone
from labutils.lab import Lab

HEADERS = {
    "service-token": "x-service-token",
    "access-key": "x-access-key",
    "key": "x-key-assertion",
    "profile": "x-profile",
    "foothold": "x-workload",
    "data": "x-archive",
}
PASS = "cf-access-jwt-assertion"


class Company:
    """The hosts of a case in one lab and one world, their secrets, and the alarm if one was raised.

    `header_of`: by kind of credential, the header in which one travels. `own_rules` are asked after
    those of the policy. `secrets` are by the credential's name, `credential_of` the other way
    round, `passes` what gateways gave out: by secret, the gateway and the one service that it leads
    to.
    """

    def __init__(
        self,
        lab: Lab,
        world: policy.World,
        case: CaseName = cases.COURSE,
        own_rules: Sequence[policy.Rule] = (),
    ):
        self.lab, self.world, self.case = lab, world, cases.load(case)
        self.own_rules = own_rules
        self.estate = self.case.estate
        self.header_of = HEADERS | self.case.carried
        self.alarm: int | None = None
        self.secrets = {name: lab.draw("estate") for name in self.estate.credentials}
        self.credential_of = {
            secret: self.estate.credentials[name] for name, secret in self.secrets.items()
        }
        self.passes: dict[str, tuple[Service, str]] = {}
        self.latest: tuple[policy.Request, policy.Decision, str] | None = None
        for service in self.estate.services.values():
            lab.add(f"{service.id}.example", Host(self, service))

    def headers(self, credential: Credential, secret: str) -> dict[str, str]:
        """Return the headers that carry a credential of this kind in a request."""
        if credential.kind == "password":
            pair = f"{credential.holder.id}:{secret}".encode()
            return {"authorization": "Basic " + b64encode(pair).decode()}
        if credential.kind == "grant":  # RFC 6750, 2.1
            return {"authorization": f"Bearer {secret}"}
        if credential.kind == "session":
            return {"cookie": f"sid={secret}"}
        header = self.header_of[credential.kind]
        if header.endswith("-secret"):  # of a pair: the id of the client goes along
            return {header.removesuffix("-secret") + "-id": credential.holder.id, header: secret}
        return {header: secret}

    def record(
        self,
        asked: policy.Request,
        decision: policy.Decision,
        agent: str,
        serial: int | str,
        turn: int = 1,
    ) -> None:
        """Write what the services log about a request; see telemetry.events."""
        if policy.recorded(asked, self.world):
            self.lab.audit += [
                {"time": asked.time, "source": line.source, "line": line}
                for line in telemetry.events(asked, decision, agent, serial, turn)
            ]

    def notice(self, asked: policy.Request, decision: policy.Decision) -> None:
        """Raise the alarm if this request and its answer call for it and there was none before."""
        if self.alarm is None and policy.alarmed(asked, decision, self.world):
            self.alarm = asked.time


class Host:
    """A service on the network: it recognises callers, gets decisions, logs and enforces them."""

    def __init__(self, company: Company, service: Service):
        self.company, self.service = company, service

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        http, company = HttpRequest(environ), self.company
        asked = self.asked(http)
        decision = policy.decide_with(company.own_rules, asked, company.world)
        agent = http.user_agent.string
        company.record(asked, decision, agent, len(company.lab.wire))
        company.latest = asked, decision, agent
        company.notice(asked, decision)
        response = as_json(self.answer(asked, decision))
        response.status_code = 200 if decision.allow else 403
        return response(environ, start_response)

    def asked(self, http: HttpRequest) -> policy.Request:
        """Return the request as the decision point sees it."""
        address = http.remote_addr or ""
        return policy.Request(
            self.company.case,
            self.company.lab.clock.now,
            self.service,
            http.path.strip("/"),
            self.presented(http),
            self.origin(http, address),
            address,
            self.company.alarm,
        )

    def origin(self, http: HttpRequest, address: str) -> Zone:
        """Return the zone that a request comes from.

        With a pass to this service, that is the zone behind the gateway that gave it.
        """
        gateway, leads_to = self.company.passes.get(http.headers.get(PASS, ""), (None, None))
        if gateway and gateway.passes_to and leads_to == self.service.id:
            return gateway.passes_to
        return self.company.estate.zone_of(address)

    def presented(self, http: HttpRequest) -> Credential | None:
        """Return the credential that came with a request, if it is one of ours."""
        carried = {
            "session": http.cookies.get("sid"),
            "password": basic_password(http),
            "grant": bearer_token(http),
        } | {kind: http.headers.get(name) for kind, name in self.company.header_of.items()}
        for kind, secret in carried.items():
            credential = self.company.credential_of.get(secret or "")
            if credential and credential.kind == kind:
                return credential
        return None

    def answer(self, asked: policy.Request, decision: policy.Decision) -> dict[str, Any]:
        """Return the service's answer: the decision, and if it allows, what the action gives."""
        answer: dict[str, Any] = {
            "allowed": decision.allow,
            "rule": decision.rule,
            "reason": decision.reason,
        }
        if decision.allow:
            answer["given"] = {
                name: self.company.secrets[name] for name in credentials_given(asked)
            }
        if decision.allow and self.service.passes_to:
            answer["pass"] = self.company.lab.draw(self.service.id)
            self.company.passes[answer["pass"]] = self.service, asked.action
        return answer


def basic_password(http: HttpRequest) -> str | None:
    """Return the password of an Authorization header of type Basic (RFC 7617), if there is one."""
    try:
        authorization = http.authorization
    except ValueError:  # bytes beyond ASCII, which werkzeug does not expect there
        return None
    if authorization is None or authorization.type != "basic":
        return None
    return authorization.password


def bearer_token(http: HttpRequest) -> str | None:
    """Return the token of an Authorization header of type Bearer (RFC 6750), if there is one."""
    scheme, _, token = http.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else None


def credentials_given(asked: policy.Request) -> list[str]:
    """Return the credentials that an allowed request gives to the caller.

    They are those that exist by then; for a sign-in, the caller's own.
    """
    credentials = asked.case.estate.credentials
    names = asked.service.gives.get(asked.action, ())
    existing = [name for name in names if (credentials[name].issued or 0) <= asked.time]
    if asked.action != "sign-in":
        return existing
    holder = asked.credential.holder if asked.credential else None
    return [name for name in existing if credentials[name].holder is holder]
