"""A real OpenID Connect issuer on this machine, which can also be told to answer wrongly."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from werkzeug.serving import make_server

CLIENT_ID = "remit-of-these-tests"
CLIENT_SECRET = "a client secret of these tests only"


@dataclass
class Issuer:
    """Signs in whoever `account` says, by the code flow with PKCE. `wrong` names what it does wrongly."""

    account: dict[str, Any] = field(default_factory=dict)
    wrong: str = ""
    in_userinfo: tuple[str, ...] = ()
    """Claims that are not in the id token but at the userinfo endpoint."""
    asked: list[dict[str, str]] = field(default_factory=list)
    address: str = ""
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
        self.foreign_key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def changes_its_keys(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig", "alg": "RS256"})

    def _app(self) -> Flask:
        app = Flask("issuer")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self._metadata)
        app.add_url_rule("/authorize", view_func=self._authorize)
        app.add_url_rule("/token", view_func=self._token, methods=["POST"])
        app.add_url_rule("/keys", view_func=self._keys)
        app.add_url_rule("/userinfo", view_func=self._userinfo)
        return app

    def _metadata(self) -> Response:
        issuer = "http://127.0.0.1:1" if self.wrong == "other issuer in metadata" else self.address
        return jsonify(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
                "userinfo_endpoint": f"{self.address}/userinfo",
                "response_types_supported": ["code"],
                # A careless issuer: what it claims to support must not widen what we take.
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    def _authorize(self) -> Response:
        asked = request.args.to_dict()
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.address}
        if self.wrong == "state":
            back["state"] = "another"
        if self.wrong == "other issuer answers":
            back["iss"] = "http://127.0.0.1:1"
        if self.wrong == "denied":
            back = {"error": "access_denied", "state": asked["state"], "iss": self.address}
        return redirect(f"{asked['redirect_uri']}?{urlencode(back)}")

    def _token(self) -> tuple[Response, int] | Response:
        asked = self._codes.pop(request.form.get("code", ""), None)
        digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        credentials = request.authorization
        if (
            asked is None
            or asked.get("code_challenge_method") != "S256"
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != request.form["redirect_uri"]
            or credentials is None
            or (credentials.username, credentials.password) != (CLIENT_ID, CLIENT_SECRET)
        ):
            return jsonify({"error": "invalid_grant"}), 400
        answer = {"access_token": "an access token", "token_type": "Bearer", "expires_in": 60}
        return jsonify({**answer, "id_token": self._id_token(asked["nonce"])})

    def _keys(self) -> Response:
        return jsonify(KeySet([self.key]).as_dict(private=False))

    def _userinfo(self) -> Response:
        assert request.headers["Authorization"] == "Bearer an access token"
        sub = "somebody else" if self.wrong == "userinfo of another" else self.account["sub"]
        return jsonify({"sub": sub, **{name: self.account[name] for name in self.in_userinfo}})

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **{name: said for name, said in self.account.items() if name not in self.in_userinfo},
            **_WRONG_CLAIMS.get(self.wrong, {}),
        }
        if self.wrong == "expired":
            claims |= {"iat": now - 900, "exp": now - 600}
        if self.wrong == "no nonce":
            del claims["nonce"]
        header = {"alg": "RS256", "kid": self.key.kid}
        if self.wrong == "alg none":
            unsigned = [_part({"alg": "none"}), _part(claims), ""]
            return ".".join(unsigned)
        if self.wrong == "signed with the client secret":
            return jwt.encode(
                {"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET), algorithms=["HS256"]
            )
        if self.wrong == "signed with the public key":
            signed = f"{_part({'alg': 'HS256', 'kid': 'first'})}.{_part(claims)}"
            mac = hmac.new(self.key.as_pem(private=False), signed.encode(), hashlib.sha256)
            return f"{signed}.{base64.urlsafe_b64encode(mac.digest()).decode().rstrip('=')}"
        key = self.foreign_key if self.wrong == "foreign key" else self.key
        token = jwt.encode(header, claims, key)
        if self.wrong == "tampered":
            head, _, signature = token.split(".")
            return ".".join([head, _part({**claims, "sub": "administrator"}), signature])
        return token


_WRONG_CLAIMS: Mapping[str, dict[str, Any]] = {
    "nonce": {"nonce": "another"},
    "audience": {"aud": "another-client"},
    "two audiences": {"aud": [CLIENT_ID, "another-client"]},
    "authorised party": {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
    "issuer": {"iss": "http://127.0.0.1:1"},
    "no subject": {"sub": ""},
    "from the future": {"nbf": int(time.time()) + 900},
}


def _part(content: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
