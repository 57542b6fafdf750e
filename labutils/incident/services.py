"""The company's services on the lab's network: one small class, a policy enforcement point (NIST SP 800-207) in front of each."""

from base64 import b64encode

from werkzeug.wrappers import Request as HttpRequest

from labutils.identity.oauth import as_json
from labutils.incident import inventory, policy, telemetry
from labutils.lab import Lab

HEADERS = {
    "service-token": "cf-access-client-secret",
    "access-key": "x-access-key",
    "key": "x-key-assertion",
    "profile": "x-profile",
    "foothold": "x-workload",
    "data": "x-archive",
}
PASS = "cf-access-jwt-assertion"


class Company:
    """All hosts of data/cases/cloudflare-2023/estate.yaml in one lab and one world, the secrets that open them, and the alarm, if one was raised."""

    def __init__(self, lab: Lab, world: policy.World):
        self.lab, self.world, self.alarm = lab, world, None
        self.estate = inventory.estate()
        self.secrets = {name: lab.draw("estate") for name in self.estate.credentials}
        self.credential_of = {
            secret: self.estate.credentials[name] for name, secret in self.secrets.items()
        }
        self.passes: dict[str, str] = {}  # what the gateway gave out: a secret for one application
        for service in self.estate.services.values():
            lab.add(f"{service.id}.example", Host(self, service))

    def headers(self, credential: inventory.Credential, secret: str) -> dict[str, str]:
        """How a credential of this kind is carried in a request."""
        if credential.kind == "password":
            return {
                "authorization": "Basic "
                + b64encode(f"{credential.holder.id}:{secret}".encode()).decode()
            }
        return (
            {"cookie": f"sid={secret}"}
            if credential.kind == "session"
            else {HEADERS[credential.kind]: secret}
        )


class Host:
    """One service: it recognises the caller, asks for a decision, writes its log, and enforces the answer."""

    def __init__(self, company: Company, service: inventory.Service):
        self.company, self.service = company, service

    def __call__(self, environ, start_response):
        http, company, clock = HttpRequest(environ), self.company, self.company.lab.clock
        origin = company.estate.origin(http.remote_addr)
        if company.passes.get(http.headers.get(PASS)) == self.service.id:
            origin = "edge"
        asked = policy.Request(
            clock.now,
            self.service,
            http.path.strip("/"),
            self.presented(http),
            origin,
            http.remote_addr,
            company.alarm,
        )
        decision = policy.decide(asked, company.world)
        self.record(asked, decision, http.user_agent.string)
        answer = {"allowed": decision.allow, "rule": decision.rule, "reason": decision.reason}
        if decision.allow:
            answer["given"] = {name: company.secrets[name] for name in given(asked)}
        if decision.allow and self.service.id == "gateway":
            answer["pass"] = company.lab.draw("gateway")
            company.passes[answer["pass"]] = asked.action
        response = as_json(answer)
        response.status_code = 200 if decision.allow else 403
        return response(environ, start_response)

    def presented(self, http: HttpRequest) -> inventory.Credential | None:
        """The credential that came with a request, if it is one of ours."""
        try:
            basic = (
                http.authorization
                and http.authorization.type == "basic"
                and http.authorization.password
            )
        except ValueError:  # bytes beyond ASCII, which werkzeug does not expect there
            basic = None
        carried = {"session": http.cookies.get("sid"), "password": basic} | {
            kind: http.headers.get(name) for kind, name in HEADERS.items()
        }
        known = [(kind, self.company.credential_of.get(secret)) for kind, secret in carried.items()]
        return next(
            (credential for kind, credential in known if credential and credential.kind == kind),
            None,
        )

    def record(self, asked: policy.Request, decision: policy.Decision, agent: str) -> None:
        """Write what this service logs, and raise the alarm where the world has one for it."""
        lab = self.company.lab
        if policy.recorded(asked, self.company.world):
            written = telemetry.events(asked, decision, agent, len(lab.wire))
            lab.audit += [
                {"time": asked.time, "source": source, "event": event} for source, event in written
            ]
        if self.company.alarm is None and policy.alarmed(asked, decision, self.company.world):
            self.company.alarm = asked.time


def given(asked: policy.Request) -> list[str]:
    """The credentials that an allowed request puts into the caller's hands: those that exist by then; by signing in, one's own."""
    known = inventory.estate().credentials
    return [
        name
        for name in asked.service.gives.get(asked.action, ())
        if (known[name].issued or 0) <= asked.time
        and (asked.action != "sign-in" or known[name].holder is asked.credential.holder)
    ]
