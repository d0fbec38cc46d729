"""A mail server that keeps what it gets, and refuses when told to.

As a program it serves the tests in other languages: `python smtp.py --help`.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import email
import email.message
import email.policy
import ipaddress
import json
import ssl
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

LOOPBACK = "127.0.0.1"
# Replies as mail servers give them; the second quotes the address, as many do.
TEMPORARY = "451 4.7.1 greylisted, try again later"
PERMANENT = "550 5.1.1 <{recipient}>: no such mailbox"


@dataclass
class Received:
    """A mail the sink took."""

    sender: str
    recipient: str
    raw: bytes
    tls: bool
    user: str | None

    @property
    def message(self) -> email.message.EmailMessage:
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, email.message.EmailMessage)
        return parsed

    def text(self, kind: str = "plain") -> str | None:
        """The body of this kind, decoded."""
        part = self.message.get_body((kind,))
        return None if part is None else part.get_content()

    def plain(self) -> dict[str, Any]:
        """All there is to know, for JSON."""
        message = self.message
        defects = [repr(defect) for part in message.walk() for defect in part.defects]
        return {
            "sender": self.sender, "recipient": self.recipient, "tls": self.tls, "user": self.user,
            "raw": self.raw.decode("ascii"), "headers": {name: str(value) for name, value in message.items()},
            "text": self.text(), "html": self.text("html"), "defects": defects,
        }


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that only those trust who are given it, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(LOOPBACK))]
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256()))
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return paths


class SMTPSink:
    """An SMTP server on a free loopback port, as an async context manager.

        async with SMTPSink() as sink:
            server = await serve(CONSULT_SMTP_URL=sink.url)
            mail = await sink.wait_for("ada@example.org")

    `refuse_recipient` and `refuse_message` are the reply to give instead of taking a mail (`TEMPORARY`, `PERMANENT`);
    they may be changed while it runs.
    """

    def __init__(
        self, *, starttls: bool = False, credentials: tuple[str, str] | None = None,
        refuse_recipient: str | None = None, refuse_message: str | None = None,
    ) -> None:
        self.host = LOOPBACK
        self.port = 0
        self.starttls = starttls or credentials is not None
        self.credentials = credentials
        self.refuse_recipient = refuse_recipient
        self.refuse_message = refuse_message
        self.messages: list[Received] = []
        self.refused = 0
        self.certificate: Path | None = None
        self._arrived = asyncio.Condition()
        self._folder = tempfile.TemporaryDirectory(prefix="consult-smtp-")
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """For CONSULT_SMTP_URL."""
        user = f"{self.credentials[0]}:{self.credentials[1]}@" if self.credentials else ""
        trust = f"?tls=required&ca={self.certificate}" if self.certificate else ""
        return f"smtp://{user}{self.host}:{self.port}{trust}"

    async def __aenter__(self) -> Self:
        tls: ssl.SSLContext | None = None
        if self.starttls:
            self.certificate, key = self_signed(Path(self._folder.name))
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(self.certificate, key)

        def protocol() -> SMTP:
            return SMTP(
                self, hostname="sink.test", tls_context=tls, require_starttls=tls is not None,
                authenticator=self._authenticate, auth_required=self.credentials is not None)

        self._server = await asyncio.get_running_loop().create_server(protocol, self.host, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        self._folder.cleanup()

    async def wait_for(self, recipient: str, timeout: float = 10, count: int = 1) -> Received:
        """The mail number `count` to this address."""
        def found() -> list[Received]:
            return [mail for mail in self.messages if mail.recipient.lower() == recipient.lower()]

        async with asyncio.timeout(timeout), self._arrived:
            await self._arrived.wait_for(lambda: len(found()) >= count)
        return found()[count - 1]

    # aiosmtpd's hooks

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword
    ) -> AuthResult:
        given = login.login.decode(), login.password.decode()
        return AuthResult(success=given == self.credentials, handled=False, auth_data=given[0])

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_recipient:
            self.refused += 1
            return self.refuse_recipient.format(recipient=address)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse_message:
            self.refused += 1
            return self.refuse_message.format(recipient=envelope.rcpt_tos[0])
        raw = envelope.original_content or b""
        async with self._arrived:
            for recipient in envelope.rcpt_tos:
                mail = Received(
                    envelope.mail_from or "", recipient, raw, session.ssl is not None, session.auth_data)
                self.messages.append(mail)
                await self.taken(mail)
            self._arrived.notify_all()
        return "250 2.0.0 OK"

    async def taken(self, mail: Received) -> None:
        """Called before the sender learns that the mail was taken."""


class _Program(SMTPSink):
    async def taken(self, mail: Received) -> None:
        print(json.dumps(mail.plain()), flush=True)


async def _main() -> None:
    parser = argparse.ArgumentParser(description="Serves until its input ends; tells of itself and of each mail in JSON.")
    parser.add_argument("--starttls", action="store_true", help="offer STARTTLS and insist on it")
    parser.add_argument("--user", help="insist on this user, whose password is the name backwards")
    parser.add_argument("--refuse-recipient", help="the reply to RCPT")
    parser.add_argument("--refuse-message", help="the reply to DATA")
    options = parser.parse_args()
    sink = _Program(
        starttls=options.starttls, credentials=(options.user, options.user[::-1]) if options.user else None,
        refuse_recipient=options.refuse_recipient, refuse_message=options.refuse_message)
    async with sink:
        print(json.dumps({"port": sink.port, "certificate": str(sink.certificate or "")}), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main())
