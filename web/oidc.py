"""OpenID Connect with one issuer: code flow with PKCE, and an id token that is checked in every part.

Knows the protocol and no person: who somebody is here is decided in `engine.sign_ins`.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from engine.model.sign_ins import IssuerAnswerRefused, IssuerUnavailable

SECONDS_TO_ANSWER = 10
METADATA_LASTS = timedelta(hours=1)
KEYS_AT_MOST_EVERY = timedelta(seconds=30)
CLOCK_SKEW = 60
"""Seconds by which the issuer's clock may differ from ours."""
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
"""Signatures with a key pair only: with none, or with a secret that we share, anybody could sign."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one browser has to bring back: kept in its own cookie until it does."""

    organisation: str
    state: str
    nonce: str
    verifier: str


class Issuer:
    """One organisation's own sign-in. Its metadata and keys are kept for an hour."""

    def __init__(self, issuer: str, client_id: str, client_secret: str | None) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self._client_secret = client_secret
        self._lock = threading.Lock()
        self._metadata: tuple[datetime, Mapping[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def begin(
        self,
        organisation: str,
        *,
        redirect_uri: str,
        scopes: Sequence[str],
        assurance: Sequence[str],
        now: datetime,
    ) -> tuple[str, Attempt]:
        """Return the address at the issuer to go to, and what has to come back from there."""
        endpoint = self._endpoint("authorization_endpoint", now)
        attempt = Attempt(
            organisation,
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(64),
        )
        extra = {"acr_values": " ".join(assurance)} if assurance else {}
        with self._client(redirect_uri, scopes) as client:
            address, _ = client.create_authorization_url(
                endpoint,
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
                **extra,
            )
        return str(address), attempt

    def finish(
        self,
        attempt: Attempt,
        *,
        code: str,
        redirect_uri: str,
        assurance: Sequence[str],
        wanted: str,
        now: datetime,
    ) -> dict[str, Any]:
        """Exchange the code and return the claims of an id token that was checked in every part.

        When the first step of the claim `wanted` is not in the id token, what the issuer's
        userinfo endpoint says of the same subject is added. Raises IssuerAnswerRefused,
        or IssuerUnavailable.
        """
        with self._client(redirect_uri) as client:
            try:
                token = client.fetch_token(
                    self._endpoint("token_endpoint", now),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=attempt.verifier,
                )
            except requests.RequestException as error:
                raise IssuerUnavailable from error
            except (AuthlibBaseError, ValueError) as error:
                raise IssuerAnswerRefused(f"no token: {type(error).__name__}") from error
            claims = self._checked(token, attempt.nonce, now)
            if assurance and claims.get("acr") not in assurance:
                raise IssuerAnswerRefused("the second factor that is asked for was not used")
            if wanted.partition(".")[0] not in claims:
                claims = {**self._userinfo(client, claims["sub"], now), **claims}
        return claims

    def check_issuer(self, answered: str | None, now: datetime) -> None:
        """Raise IssuerAnswerRefused when another issuer answered, as far as it says so (RFC 9207)."""
        promised = self.metadata(now).get("authorization_response_iss_parameter_supported", False)
        if answered != self.issuer and (promised or answered is not None):
            raise IssuerAnswerRefused("another issuer answered")

    def metadata(self, now: datetime) -> Mapping[str, Any]:
        """Return what the issuer says of itself; raise IssuerUnavailable."""
        with self._lock:
            kept = self._metadata
        if kept is not None and now < kept[0] + METADATA_LASTS:
            return kept[1]
        found = self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise IssuerUnavailable
        with self._lock:
            self._metadata = now, found
        return found

    def _endpoint(self, name: str, now: datetime) -> str:
        address = self.metadata(now).get(name)
        # An issuer that is asked over HTTPS sends nobody on over plain HTTP.
        scheme = self.issuer.partition("://")[0]
        if not isinstance(address, str) or not address.startswith(("https://", f"{scheme}://")):
            raise IssuerUnavailable
        return address

    def _checked(self, token: Mapping[str, Any], nonce: str, now: datetime) -> dict[str, Any]:
        """Return the claims of the id token (OpenID Connect Core §3.1.3.7)."""
        signed = token.get("id_token")
        if not isinstance(signed, str):
            raise IssuerAnswerRefused("no id token")
        try:
            decoded = self._decoded(signed, now)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self.client_id},
                    "nonce": {"essential": True, "value": nonce},
                },
                {
                    "nonce": nonce,
                    "client_id": self.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(now.timestamp()), leeway=CLOCK_SKEW)
        except (JoseError, AuthlibBaseError, ValueError) as error:
            raise IssuerAnswerRefused(f"id token: {type(error).__name__} {error}") from error
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and "azp" not in claims:
            raise IssuerAnswerRefused("id token: for several clients and not said for which")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise IssuerAnswerRefused("id token: no usable subject")
        return dict(claims)

    def _decoded(self, signed: str, now: datetime) -> jwt.Token:
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        try:
            return jwt.decode(signed, self._key_set(now), registry=registry)
        except InvalidKeyIdError:
            # The issuer has changed its keys since.
            return jwt.decode(signed, self._key_set(now, anew=True), registry=registry)

    def _key_set(self, now: datetime, *, anew: bool = False) -> KeySet:
        with self._lock:
            kept = self._keys
        lasts = KEYS_AT_MOST_EVERY if anew else METADATA_LASTS
        if kept is not None and now < kept[0] + lasts:
            return kept[1]
        found: Any = self._get(self._endpoint("jwks_uri", now))
        keys = KeySet.import_key_set(found)
        with self._lock:
            self._keys = now, keys
        return keys

    def _userinfo(self, client: OAuth2Session, subject: str, now: datetime) -> dict[str, Any]:
        if "userinfo_endpoint" not in self.metadata(now):
            return {}
        try:
            answer = client.get(self._endpoint("userinfo_endpoint", now))
            answer.raise_for_status()
            said = answer.json()
        except (requests.RequestException, AuthlibBaseError, ValueError) as error:
            raise IssuerUnavailable from error
        if not isinstance(said, dict) or said.get("sub") != subject:
            raise IssuerAnswerRefused("userinfo: of another subject")
        return said

    def _client(self, redirect_uri: str, scopes: Sequence[str] = ()) -> OAuth2Session:
        client = OAuth2Session(
            self.client_id,
            self._client_secret,
            token_endpoint_auth_method="client_secret_basic" if self._client_secret else "none",
            scope=" ".join(scopes) or None,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            default_timeout=SECONDS_TO_ANSWER,
            # The token is used at once or not at all: one that lasts a minute is long enough.
            leeway=0,
        )
        # Nothing that carries a secret follows a redirect to somewhere else.
        client.max_redirects = 0
        return client

    def _get(self, address: str) -> dict[str, Any]:
        try:
            answer = requests.get(address, timeout=SECONDS_TO_ANSWER, allow_redirects=False)
            answer.raise_for_status()
            found = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise IssuerUnavailable from error
        if not isinstance(found, dict):
            raise IssuerUnavailable
        return found


def texts_at(claims: Mapping[str, Any], path: str) -> list[str]:
    """Return the texts at a path of claims, through lists on the way: `roles.code` of each role."""
    # A claim may have dots in its own name, such as an address.
    if path in claims:
        found: list[Any] = [claims[path]]
    else:
        found = [claims]
        for step in path.split("."):
            found = [
                inner[step] for inner in _flat(found) if isinstance(inner, dict) and step in inner
            ]
    return [item for item in _flat(found) if isinstance(item, str)]


def _flat(values: Sequence[Any]) -> list[Any]:
    return [item for value in values for item in (value if isinstance(value, list) else [value])]
