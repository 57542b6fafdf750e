"""A cloud that gives a build a session for its token, if the role's condition is met, and writes
both down in the form of CloudTrail.

The lines have what AWS's printed example of `AssumeRoleWithWebIdentity` has. The caller is of the
type `WebIdentityUser`, which has no `arn`, `accountId` or `accessKeyId`. The key that the cloud
hands out stands in `responseElements.credentials.accessKeyId`; the calls of the session have it in
`userIdentity.accessKeyId`. Role and name of the session come back as well, and are those of every
build. Reads and writes of objects are data events. The model writes no line for a refusal.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

import jwt

from labutils.identity import tokens
from labutils.lab import iso

from .conditions import Claims, Trusts
from .forge import ISSUER, Forge

ACCOUNT = "123456789012"
HOUR = 3600  # seconds that a session lasts
SESSION = "build"  # the name of each build's session
Event = dict[str, Any]


class Refused(PermissionError):
    """The cloud gives no session: the token is not genuine, or the condition is not met."""


@dataclass(frozen=True)
class Session:
    """A session of a role: its key, until when it works, and the subject that asked."""

    role: str
    access_key: str
    until: int
    subject: str


@dataclass
class Cloud:
    """A cloud with roles, each with its condition, that trusts the builds of one forge."""

    forge: Forge
    roles: dict[str, Trusts] = field(default_factory=dict)
    log: list[Event] = field(default_factory=list)

    def assume(self, role: str, token: str, address: str) -> Session:
        """Exchange a build's token for a session. Raises Refused.

        That the token is genuine, and not expired, is always checked. For whom it is, and who asks,
        is the condition's to say.
        """
        claims = self._genuine(token)
        if self.roles[role](claims) is not True:
            raise Refused(f"{claims['sub']} may not have the role {role}")
        key = _key(f"{len(self.log)} {self.forge.now} {role}")
        session = Session(role, key, self.forge.now + HOUR, claims["sub"])
        self.log.append(self._assumed(session, claims, address))
        return session

    def call(self, session: Session, event: str, address: str) -> bool:
        """Make a call with a session, and return whether it is still good."""
        if self.forge.now >= session.until:
            return False
        self.log.append(self._called(session, event, address))
        return True

    def _genuine(self, token: str) -> Claims:
        audience = (tokens.inspect(token).claims or {}).get("aud", "")
        try:
            return tokens.verify(
                token, self.forge.jwks, issuer=ISSUER, audience=audience, now=self.forge.now
            )
        except jwt.PyJWTError as error:
            raise Refused(str(error)) from error

    def line(self, address: str, event: str, source: str) -> Event:
        """Return what each line of the log has, whoever calls."""
        number = hashlib.sha256(f"{len(self.log)} {self.forge.now} {event}".encode()).hexdigest()
        of_data = event in ("GetObject", "PutObject")
        return {
            "eventVersion": "1.08",
            "eventTime": iso(self.forge.now),
            "eventSource": f"{source}.amazonaws.com",
            "eventName": event,
            "awsRegion": "eu-west-1",
            "sourceIPAddress": address,
            "userAgent": "aws-cli/2",
            "requestID": number[:16],
            "eventID": number[16:48],
            "eventType": "AwsApiCall",
            "eventCategory": "Data" if of_data else "Management",
            "managementEvent": not of_data,
            "recipientAccountId": ACCOUNT,
        }

    def _assumed(self, session: Session, claims: Claims, address: str) -> Event:
        provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER.removeprefix('https://')}"
        return {
            **self.line(address, "AssumeRoleWithWebIdentity", "sts"),
            "readOnly": True,
            "userIdentity": {
                "type": "WebIdentityUser",
                "principalId": f"{provider}:{claims['aud']}:{claims['sub']}",
                "userName": claims["sub"],
                "identityProvider": provider,
            },
            "requestParameters": {
                "roleArn": f"arn:aws:iam::{ACCOUNT}:role/{session.role}",
                "roleSessionName": SESSION,
                "durationSeconds": HOUR,
            },
            "responseElements": {
                "subjectFromWebIdentityToken": claims["sub"],
                "audience": claims["aud"],
                "provider": provider,
                "credentials": {
                    "accessKeyId": session.access_key,
                    "expiration": iso(session.until),
                },
                "assumedRoleUser": {
                    "assumedRoleId": f"AROAEXAMPLE:{SESSION}",
                    "arn": _arn(session),
                },
            },
        }

    def _called(self, session: Session, event: str, address: str) -> Event:
        source, name = event.split(".")
        return {
            **self.line(address, name, source),
            "readOnly": name.startswith(("Get", "List", "Describe")),
            "userIdentity": {
                "type": "AssumedRole",
                "principalId": f"AROAEXAMPLE:{SESSION}",
                "arn": _arn(session),
                "accountId": ACCOUNT,
                "accessKeyId": session.access_key,
            },
            "requestParameters": None,
            "responseElements": None,
        }


def _arn(session: Session) -> str:
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{session.role}/{SESSION}"


def _key(text: str) -> str:
    digest = base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"ASIA{digest[:9]}EXAMPLE"
