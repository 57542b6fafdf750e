"""A learning platform (LTI 1.3) that sends people into a class."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlparse

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"


def another_key() -> rsa.RSAPrivateKey:
    """A key that no platform has published."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Platform:
    """A learning platform on loopback: it signs launches, and publishes its key."""

    def __init__(self, hub: str) -> None:
        self.hub = hub
        self.key = another_key()
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        keys = json.dumps({"keys": [{**public, "kid": "one", "alg": "RS256"}]}).encode()

        class Keys(BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802  http.server calls it so
                self.send_response(200)
                self.end_headers()
                self.wfile.write(keys)

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Keys)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def described(self) -> dict:
        """What an instructor puts into the file for --lti."""
        return {
            "client_id": ["anatomy"],
            "issuer": self.address,
            "authorize_url": f"{self.address}/authorize",
            "jwks_endpoint": f"{self.address}/keys",
        }

    def launch(self, web: httpx.Client, person: str, role: str, **changed) -> httpx.Response:
        """Send a browser into the hub (LTI 1.3: login initiation, authentication response)."""
        asked = {"iss": self.address, "login_hint": "1", "client_id": "anatomy"}
        asked["target_link_uri"] = f"{self.hub}/hub/home"
        began = web.get(f"{self.hub}/hub/lti13/oauth_login", params=asked)
        sent = parse_qs(urlparse(began.headers["location"]).query)
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": "anatomy",
            "sub": person,
            "name": "Ada Lovelace",
            "iat": now,
            "exp": now + 300,
            "nonce": sent["nonce"][0],
            LTI + "version": "1.3.0",
            LTI + "message_type": "LtiResourceLinkRequest",
            LTI + "deployment_id": "1",
            LTI + "target_link_uri": f"{self.hub}/hub/home",
            LTI + "resource_link": {"id": "1"},
            LTI + "roles": [role],
        }
        key = changed.pop("key", self.key)
        token = jwt.encode({**claims, **changed}, key, "RS256", headers={"kid": "one"})
        data = {"id_token": token, "state": sent["state"][0]}
        return web.post(f"{self.hub}/hub/lti13/oauth_callback", data=data)
