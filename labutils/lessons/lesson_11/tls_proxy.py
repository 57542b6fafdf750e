"""An API behind a proxy that ends TLS and passes the client's certificate on (lesson 11).

The proxy says in the header Client-Cert which certificate it saw in the handshake (RFC 9440).
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from werkzeug.wrappers import Request

from labutils.identity.keys import Json
from labutils.identity.resource_server import ResourceServer
from labutils.stage.two_apps import API, LOGIN, TwoApps

from .bound_tokens import Backup, apps_with_dpop, bind_backup

# From the client's headers and the certificate of its handshake (DER, or None where it showed
# none) to the headers for the API.
Forward = Callable[[dict[str, str], bytes | None], Mapping[str, str]]


def client_cert(certificate: bytes) -> str:
    """The value of the header Client-Cert: base64 of the certificate between two colons.

    RFC 9440, 2.1.
    """
    return f":{b64encode(certificate).decode()}:"


def forward_all(headers: dict[str, str], certificate: bytes | None) -> dict[str, str]:
    """A careless proxy: it names the certificate that it saw, and passes all else through."""
    if certificate is None:
        return headers
    return {**headers, "client-cert": client_cert(certificate)}


class TlsProxy:
    """Ends TLS in front of an API. `forward` says which headers the API gets."""

    def __init__(self, api: Any, forward: Forward):
        self.api, self.forward = api, forward

    def __call__(self, environ: Any, start_response: Any) -> Any:
        inner = {name: value for name, value in environ.items() if not name.startswith("HTTP_")}
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        shown = inner.pop("lab.client_certificate")  # TLS ends here
        for name, value in self.forward(headers, shown).items():
            inner["HTTP_" + name.upper().replace("-", "_")] = value
        return self.api(inner, start_response)


class BehindProxy(ResourceServer):
    """An API that takes the certificate out of the header Client-Cert."""

    def check_holder(self, request: Request, scheme: str, token: str, claims: Json) -> None:
        header = request.headers.get("Client-Cert")
        request.environ["lab.client_certificate"] = header and certificate_in(header)
        super().check_holder(request, scheme, token, claims)


def certificate_in(header: str) -> bytes:
    """The certificate in a header Client-Cert, in DER; nothing where the header is none."""
    try:
        der = b64decode(header.strip().strip(":"), validate=True)
        return x509.load_der_x509_certificate(der).public_bytes(Encoding.DER)
    except ValueError:
        return b""


def behind_proxy(forward: Forward = forward_all) -> tuple[TwoApps, Backup]:
    """Apps whose API stands behind a proxy, and the backup job with its bound token."""
    apps = apps_with_dpop("lesson-11/proxy")
    backup = bind_backup(apps)
    apps.api = BehindProxy(apps.lab, API, LOGIN)
    apps.lab.add("api.example", TlsProxy(apps.api, forward))
    return apps, backup
