"""Emulate a FIDO2 authenticator in software.

Yubico's own client and server (python-fido2) talk to it as they would to the real thing. Its keys
are derived from labels, so it is for the lab only. Sources: CTAP 2.1 (sections named below) and Web
Authentication Level 3.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import labutils.identity.devices  # noqa: F401  (before fido2: see there)

# isort: split
import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.client import ClientDataCollector, DefaultClientDataCollector, Fido2Client
from fido2.cose import ES256
from fido2.ctap import STATUS, CtapDevice, CtapError
from fido2.hid import CAPABILITY
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticatorData,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialRequestOptions,
)

from labutils.identity.keys import ec_private_key
from labutils.identity.person import Form

FLAG = AuthenticatorData.FLAG
MAKE_CREDENTIAL, GET_ASSERTION, GET_INFO = 1, 2, 4  # CTAP 2.1, 6
Message = dict[int, Any]  # the parameters of a command, or its answer, by number (CTAP 2.1, 6)


class SecurityKey(CtapDevice):
    """A key that its holder touches.

    `credentials` says for which site (RP id) each was made; `counter` counts signatures. `touch`
    says whether the holder touches the key for a site. `aaguid` names the model.
    """

    capabilities = CAPABILITY.CBOR

    def __init__(
        self,
        label: str,
        touch: Callable[[str], bool] = lambda _site: True,
        aaguid: bytes = bytes(16),
    ):
        self.label, self.touch, self.aaguid = label, touch, aaguid
        self.credentials: dict[bytes, str] = {}
        self.counter = 0

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        """Return no device: a lesson makes its keys itself."""
        return iter(())

    def call(
        self,
        cmd: int,  # noqa: ARG002 - the signature is python-fido2's
        data: bytes = b"",
        event: Event | None = None,  # noqa: ARG002
        on_keepalive: Callable[[STATUS], None] | None = None,  # noqa: ARG002
    ) -> bytes:
        """Answer one CTAP2 message (CTAP 2.1, 8).

        A status byte, and CBOR behind it where the status is 0.
        """
        commands = {
            MAKE_CREDENTIAL: self.make_credential,
            GET_ASSERTION: self.get_assertion,
            GET_INFO: self.get_info,
        }
        try:
            if not data or data[0] not in commands:
                raise CtapError(CtapError.ERR.INVALID_COMMAND)
            parameters: Any = cbor.decode(data[1:]) if len(data) > 1 else {}
            return b"\0" + cbor.encode(commands[data[0]](parameters))
        except CtapError as error:
            return bytes([error.code])
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError, struct.error):
            return bytes([CtapError.ERR.INVALID_CBOR])

    def get_info(self, _asked: Message) -> Message:
        """Return what this key can do (CTAP 2.1, 6.4).

        FIDO2, its model, user verification on the key itself, and PIN/UV protocol 2.
        """
        return {1: ["FIDO_2_0"], 3: self.aaguid, 4: {"rk": False, "up": True, "uv": True}, 6: [2]}

    def make_credential(self, asked: Message) -> Message:
        """Make a key pair for one site, and a statement about it that the new key signs.

        Sources: CTAP 2.1, 6.1; WebAuthn, 8.2. Raises CtapError.
        """
        site = asked[2]["id"]
        if ES256.ALGORITHM not in [offered["alg"] for offered in asked[4]]:
            raise CtapError(CtapError.ERR.UNSUPPORTED_ALGORITHM)
        if any(self.knows(excluded["id"], site) for excluded in asked.get(5, [])):
            raise CtapError(CtapError.ERR.CREDENTIAL_EXCLUDED)
        options = asked.get(7) or {}
        if options.get("up") is False:
            raise CtapError(CtapError.ERR.INVALID_OPTION)
        credential = hashlib.sha256(f"{self.label}/{len(self.credentials)}".encode()).digest()
        data = self.signed_data(site, options, self.attested(credential))
        signature = self.sign(credential, data + asked[1])
        self.credentials[credential] = site
        return {1: "packed", 2: data, 3: {"alg": ES256.ALGORITHM, "sig": signature}}

    def get_assertion(self, asked: Message) -> Message:
        """Return a signature over the site, the counter and the hash of what the browser saw.

        Sources: CTAP 2.1, 6.2; WebAuthn, 6.3.3. Raises CtapError.
        """
        site = asked[1]
        mine = [allowed["id"] for allowed in asked.get(3, []) if self.knows(allowed["id"], site)]
        if not mine:
            raise CtapError(CtapError.ERR.NO_CREDENTIALS)
        data = self.signed_data(site, asked.get(5) or {})
        signature = self.sign(mine[0], data + asked[2])
        return {1: {"type": "public-key", "id": mine[0]}, 2: data, 3: signature}

    def knows(self, credential: bytes, site: str) -> bool:
        """Return whether a credential was made for this site; it answers to no other."""
        return self.credentials.get(credential) == site

    def attested(self, credential: bytes) -> AttestedCredentialData:
        """Return a credential with its public key and this key's model."""
        public_key = self.private_key(credential).public_key()
        cose_key = ES256.from_cryptography_key(public_key)  # type: ignore[no-untyped-call]
        return AttestedCredentialData.create(self.aaguid, credential, cose_key)

    def signed_data(
        self,
        site: str,
        options: dict[str, bool],
        attested: AttestedCredentialData | None = None,
    ) -> AuthenticatorData:
        """Return the authenticator data (WebAuthn, 6.1).

        With the option `up` false it is a mere question: no touch, no count. Raises CtapError where
        the holder does not touch the key.
        """
        flags = FLAG(0)
        if options.get("up") is not False:
            if not self.touch(site):
                raise CtapError(CtapError.ERR.OPERATION_DENIED)
            self.counter += 1
            flags |= FLAG.UP
        if options.get("uv"):
            flags |= FLAG.UV
        if attested:
            flags |= FLAG.AT
        site_hash = hashlib.sha256(site.encode()).digest()
        data: AuthenticatorData = AuthenticatorData.create(
            site_hash, flags, self.counter, attested or b""
        )
        return data

    def sign(self, credential: bytes, data: bytes) -> bytes:
        """Return an ES256 signature in DER, the same bytes every time (RFC 6979)."""
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        return self.private_key(credential).sign(data, algorithm)

    def private_key(self, credential: bytes) -> ec.EllipticCurvePrivateKey:
        """Return the private key of a credential, which is used only in `sign`."""
        return ec_private_key(f"{self.label}/{credential.hex()}")


# --- the browser --------------------------------------------------------------------------------


def press(
    key: SecurityKey,
    page: httpx.Response,
    collector: Callable[[str], ClientDataCollector] = DefaultClientDataCollector,
) -> str:
    """Answer a page that asks for a key as a browser does, and return the answer as JSON.

    It signs the origin that the page really came from. Raises fido2.client.ClientError where the
    browser or the key refuses.
    """
    origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
    client = Fido2Client(key, collector(origin))
    options = Form(page.text).options
    if "rp" in options:
        creation = PublicKeyCredentialCreationOptions.from_dict(options)
        return json.dumps(dict(client.make_credential(creation)))
    request = PublicKeyCredentialRequestOptions.from_dict(options)
    return json.dumps(dict(client.get_assertion(request).get_response(0)))
