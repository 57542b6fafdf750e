"""Ask idpyoidc what it answers in an exchange: `python exchange_idpyoidc.py FILE`.

Requests go to its token endpoint in this process; sessions are made by its own session manager.
FILE has the requests, as JSON: a name, and what is changed. Prints what each was answered with.
"""

import base64
import importlib.metadata
import json
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

from idpyoidc.message.oidc import AccessTokenRequest, AuthorizationRequest
from idpyoidc.server import Server
from idpyoidc.server.authn_event import create_authn_event
from idpyoidc.server.authz import AuthzHandling
from idpyoidc.server.client_authn import verify_client
from idpyoidc.server.configure import ASConfiguration
from idpyoidc.server.oauth2.token_helper import validate_token_exchange_policy
from idpyoidc.server.user_authn.authn_context import INTERNETPROTOCOLPASSWORD
from idpyoidc.server.user_info import UserInfo

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
KEYS = [{"type": "RSA", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}]
MINTS = {"supports_minting": ["access_token", "refresh_token"], "expires_in": 600}
CALENDAR = "https://calendar.example"


def settings() -> dict[str, Any]:
    """The provider: access tokens are JWTs, and an exchange may name the calendar."""
    policy = {"function": validate_token_exchange_policy}
    policy["kwargs"] = {"resource": [CALENDAR], "audience": ["calendar"]}
    exchange = {
        "class": "idpyoidc.server.oidc.token_helper.token_exchange.TokenExchangeHelper",
        "kwargs": {"requested_token_types_supported": [ACCESS_TOKEN], "policy": {"": policy}},
    }
    code = {"class": "idpyoidc.server.oidc.token_helper.access_token.AccessTokenHelper"}
    helpers = {"authorization_code": code, EXCHANGE: exchange}
    methods = ["client_secret_basic", "client_secret_post"]
    token = {"client_authn_method": methods, "grant_types_helpers": helpers}
    jwt = {"class": "idpyoidc.server.token.jwt_token.JWTToken", "kwargs": {"lifetime": 600}}
    rules = {"authorization_code": {**MINTS, "max_usage": 1}, "access_token": MINTS}
    return {
        "issuer": "https://login.example/",
        "httpc_params": {"verify": False, "timeout": 1},
        "keys": {"uri_path": "jwks.json", "key_defs": KEYS},
        "endpoint": {
            "authorization": {
                "path": "authorization",
                "class": "idpyoidc.server.oauth2.authorization.Authorization",
            },
            "token": {
                "path": "token",
                "class": "idpyoidc.server.oidc.token.Token",
                "kwargs": token,
            },
        },
        "authentication": {
            "anon": {
                "acr": INTERNETPROTOCOLPASSWORD,
                "class": "idpyoidc.server.user_authn.user.NoAuthn",
                "kwargs": {"user": "ada"},
            }
        },
        "userinfo": {"class": UserInfo, "kwargs": {"db": {"ada": {}}}},
        "client_authn": verify_client,
        "authz": {
            "class": AuthzHandling,
            "kwargs": {"grant_config": {"usage_rules": rules, "expires_in": 43200}},
        },
        "token_handler_args": {
            "key_conf": {"key_defs": [{"type": "OCT", "use": ["sig", "enc"], "kid": "code"}]},
            "code": {"lifetime": 60},
            "token": jwt,
            "refresh": jwt,
        },
        "session_params": {
            "encrypter": {
                "kwargs": {
                    "keys": {
                        "key_defs": [
                            {"type": "OCT", "use": ["enc"], "kid": "password"},
                            {"type": "OCT", "use": ["enc"], "kid": "salt"},
                        ]
                    },
                    "iterations": 1,
                }
            }
        },
    }


def client(name: str) -> dict[str, Any]:
    """A registered client with a secret, which may exchange."""
    return {
        "client_id": name,
        "client_secret": name + "-has-it",
        "redirect_uris": [(f"https://{name}.example/cb", None)],
        "client_salt": "salt",
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types_supported": ["authorization_code", EXCHANGE],
        "response_types": ["code"],
        "allowed_scopes": ["openid", "profile", "offline_access"],
    }


class Asked:
    """A provider, and Ada's token of the wiki."""

    def __init__(self, folder: Path):
        server = Server(ASConfiguration(conf=settings(), base_path=str(folder)), cwd=str(folder))
        self.context = server.context
        self.context.map_supported_to_preferred()
        for name in ("wiki", "agent"):
            self.context.cdb[name] = client(name)
        self.endpoint = server.get_endpoint("token")

    def subject_token(self) -> str:
        """An access token with the scope openid, issued to the wiki for Ada."""
        question = AuthorizationRequest(
            client_id="wiki",
            redirect_uri="https://wiki.example/cb",
            scope=["openid"],
            state="s",
            response_type="code",
        )
        manager = self.context.session_manager
        event = create_authn_event("ada")
        session = manager.create_session(event, question, "ada", client_id="wiki")
        grant = self.context.authz(session, question)
        code = grant.mint_token(
            session_id=manager.encrypted_session_id("ada", "wiki", grant.id),
            context=self.context,
            token_class="authorization_code",
            token_handler=manager.token_handler["authorization_code"],
            usage_rules=grant.usage_rules["authorization_code"],
        )
        form = AccessTokenRequest(
            client_id="wiki",
            redirect_uri="https://wiki.example/cb",
            state="s",
            grant_type="authorization_code",
            code=code.value,
        )
        return self.post("wiki", form.to_dict())["access_token"]

    def post(self, name: str, form: dict[str, Any]) -> dict[str, Any]:
        """What the token endpoint answers to a client."""
        basic = base64.b64encode(f"{name}:{name}-has-it".encode()).decode()
        headers = {"headers": {"authorization": f"Basic {basic}"}}
        try:
            request = self.endpoint.parse_request(dict(form), headers)
            if "error" in request:
                return request.to_dict()
            answer = self.endpoint.process_request(request=request)
        except Exception as error:  # noqa: BLE001 - a crash is an answer, too
            return {"error": f"raises {type(error).__name__}"}
        return answer.get("response_args") or answer


def main() -> None:
    """Print what each request of the file was answered with."""
    logging.disable(logging.CRITICAL)
    answers = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, changes in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")).items():
            asked = Asked(Path(folder))
            form = {
                "grant_type": EXCHANGE,
                "subject_token": asked.subject_token(),
                "subject_token_type": ACCESS_TOKEN,
            } | changes
            form = {key: value for key, value in form.items() if value is not None}
            said = asked.post("agent", form)
            answers[name] = said.get("error") or f"gives {' '.join(said['scope'])}"
    version = importlib.metadata.version("idpyoidc")
    print(json.dumps({"versions": {"idpyoidc": version}, "rows": answers}))


if __name__ == "__main__":
    main()
