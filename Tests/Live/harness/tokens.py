"""Room tokens made without the command line: for the many a soak needs, and for the forged ones."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, unverified."""
    header, claims, _ = token.split(".")
    return json.loads(decode(header)), json.loads(decode(claims))


def guest(room: str, name: str) -> str:
    """The user id of a person known by name alone."""
    return "guest:" + hashlib.sha256(f"{room}\n{name}".encode()).hexdigest()[:16]


class Signer:
    """Signs what it is asked to, with a key of its own unless told one."""

    def __init__(self, seed: bytes | None = None, header: dict[str, Any] | None = None) -> None:
        self.seed = seed or secrets.token_bytes(32)
        self.header = header or {"alg": "EdDSA", "typ": "JWT"}
        self._key = Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def setting(self) -> str:
        """The key as CONSULT_JWT_KEY takes it."""
        return base64.b64encode(self.seed).decode()

    def sign(self, claims: dict[str, Any], header: dict[str, Any] | None = None) -> str:
        head = encode(json.dumps(header or self.header).encode())
        body = encode(json.dumps(claims).encode())
        return f"{head}.{body}.{encode(self._key.sign(f'{head}.{body}'.encode()))}"

    def token(
        self, room: str, name: str, role: str = "customer", mode: str = "relay", ttl: int = 3600, unmetered: bool = False
    ) -> str:
        """What `consult token` makes."""
        return self.sign(claims(room, name, role, mode, ttl, unmetered))


def claims(
    room: str, name: str, role: str = "customer", mode: str = "relay", ttl: int = 3600, unmetered: bool = False
) -> dict[str, Any]:
    now = int(time.time())
    body: dict[str, Any] = {
        "iss": "consult", "aud": "room", "sub": guest(room, name), "room": room, "name": name, "role": role,
        "mode": mode, "iat": now, "exp": now + ttl, "jti": secrets.token_hex(16),
    }
    if unmetered:
        body["unmetered"] = True
    return body
