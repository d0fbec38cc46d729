"""A real coturn, started as an operator starts it, and a TURN client that asks it for what it should refuse."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import os
import socket
import struct
import subprocess
import time
from pathlib import Path

from ..server import ROOT
from ..wait import until

SECRET = "a secret of the tests, long enough"
PORT, TLS_PORT = 3478, 5349


class Turn:
    """coturn by `scripts/turn`, on an address of the calling thread's namespace."""

    def __init__(self, folder: Path, *addresses: str, cert: Path, key: Path, allow: tuple[str, ...] = ()) -> None:
        self.address = addresses[0]
        self.log_path = folder / "turn.log"
        command = [str(ROOT / "scripts/turn"), "--cert", str(cert), "--key", str(key), "--ports", "50000-50400"]
        for address in addresses:
            command += ["--listen", address]
        for address in allow:
            command += ["--allow-peer", address]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env={"PATH": os.environ["PATH"], "CONSULT_TURN_SECRET": SECRET})

    async def start(self) -> Turn:
        def listening() -> bool:
            assert self.process.poll() is None, self.log()
            with socket.socket() as probe:
                return probe.connect_ex((self.address, TLS_PORT)) == 0

        await until(listening, 15, "coturn")
        return self

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")[-4000:]

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Client:
    """One allocation over UDP (RFC 8656)."""

    COOKIE = b"\x21\x12\xa4\x42"

    def __init__(self, server: str, login: tuple[str, str], family: int) -> None:
        self._socket = socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(2)
        self._socket.connect((server, PORT))
        self._user, self._password = login
        self._nonce = self._realm = b""
        error, attributes = self._ask(0x003, (0x0019, bytes([17, 0, 0, 0])), (0x0017, bytes([family, 0, 0, 0])))
        assert error == 401, error
        self._nonce, self._realm = attributes[0x0015], attributes[0x0014]
        self.error, _ = self._ask(0x003, (0x0019, bytes([17, 0, 0, 0])), (0x0017, bytes([family, 0, 0, 0])))
        """0 where there is an allocation."""

    def permit(self, peer: str) -> int:
        """The error with which a permission for that peer is refused; 0: it is given."""
        return self._ask(0x008, (0x0012, peer))[0]

    def bind_channel(self, peer: str) -> int:
        return self._ask(0x009, (0x000C, b"\x40\x00\x00\x00"), (0x0012, peer))[0]

    def close(self) -> None:
        self._ask(0x004, (0x000D, bytes(4)))
        self._socket.close()

    def _ask(self, method: int, *attributes: tuple[int, bytes | str]) -> tuple[int, dict[int, bytes]]:
        transaction = os.urandom(12)
        body = b""
        for kind, value in attributes:
            if isinstance(value, str):
                address = ipaddress.ip_address(value)
                mask = self.COOKIE + transaction
                hidden = bytes(left ^ right for left, right in zip(address.packed, mask, strict=False))
                value = struct.pack("!BBH", 0, 1 if address.version == 4 else 2, 9 ^ 0x2112) + hidden
            body += _attribute(kind, value)
        if self._nonce:
            body += _attribute(0x0006, self._user.encode()) + _attribute(0x0014, self._realm) + _attribute(0x0015, self._nonce)
            key = hashlib.md5(f"{self._user}:{self._realm.decode()}:{self._password}".encode()).digest()
            signed = struct.pack("!HH", method, len(body) + 24) + self.COOKIE + transaction + body
            body += _attribute(0x0008, hmac.digest(key, signed, "sha1"))
        for _ in range(3):
            self._socket.send(struct.pack("!HH", method, len(body)) + self.COOKIE + transaction + body)
            try:
                while True:
                    answer = self._socket.recv(2048)
                    if answer[8:20] == transaction:
                        return _read(answer)
            except TimeoutError:
                continue
        raise AssertionError("coturn does not answer")


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _read(answer: bytes) -> tuple[int, dict[int, bytes]]:
    attributes, at = {}, 20
    while at + 4 <= len(answer):
        kind, length = struct.unpack_from("!HH", answer, at)
        attributes[kind] = answer[at + 4:at + 4 + length]
        at += 4 + (length + 3) // 4 * 4
    error = attributes.get(0x0009)
    return (error[2] * 100 + error[3] if error else 0), attributes


def minted(lifetime: int = 3600, user: str = "test", secret: str = SECRET) -> tuple[str, str]:
    """A username that ends by itself, and its password."""
    name = f"{int(time.time()) + lifetime}:{user}"
    return name, base64.b64encode(hmac.digest(secret.encode(), name.encode(), "sha1")).decode()
