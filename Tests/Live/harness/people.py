"""Those who use the marketplace: their programs, accounts and mail."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from .smtp import SMTPSink

if TYPE_CHECKING:
    from .marketplace import Marketplace
    from .postgres import PostgreSQL

PASSWORD = "a quiet river at noon"
_people = itertools.count(1)


def new_session() -> aiohttp.ClientSession:
    """Connections for many clients at once; cookies are each client's own business."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0))


def token_of(text: str) -> str:
    """The token in the link of a mail."""
    found = re.search(r"token=([A-Za-z0-9_-]+)", text)
    assert found, f"no link in: {text}"
    return found[1]


@dataclass
class Answer:
    """What the API answered."""

    status: int
    headers: dict[str, str]
    """By names in lower case."""
    cookies: list[str]
    raw: bytes
    json: Any

    def expect(self, status: int) -> Any:
        """The content of an answer that must have this status."""
        assert self.status == status, (self.status, self.raw[:600])
        return self.json

    def problem(self, status: int, code: str) -> Any:
        """The content of a refusal that must be this one, in the form of RFC 9457."""
        assert self.status == status and self.headers.get("content-type") == "application/problem+json", (
            self.status, self.headers.get("content-type"), self.raw[:600])
        assert self.json["status"] == status and self.json["code"] == code and self.json["title"] and self.json["detail"], self.json
        if status in (429, 503):
            assert int(self.headers["retry-after"]) >= 1, self.headers
        return self.json


class Client:
    """Somebody's program: requests from an address of its own, with the access token it has."""

    def __init__(self, session: aiohttp.ClientSession, base: str, address: str | None = None) -> None:
        number = next(_people)
        self.session = session
        self.base = base
        self.address = address or f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.token: str | None = None

    async def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, token: str | None = None,
        timeout: float = 30,
    ) -> Answer:
        sent = {"X-Forwarded-For": self.address} | (headers or {})
        if bearer := token or self.token:
            sent.setdefault("Authorization", f"Bearer {bearer}")
        if not path.startswith("/.well-known"):
            path = "/api/v1" + path
        async with self.session.request(
            method, self.base + path, json=body, headers=sent, timeout=aiohttp.ClientTimeout(timeout), allow_redirects=False,
        ) as answer:
            raw = await answer.read()
            kind = answer.headers.get("Content-Type", "")
            content = None
            if raw and "json" in kind:
                content = await answer.json(content_type=None)
            return Answer(
                answer.status, {name.lower(): value for name, value in answer.headers.items()},
                answer.headers.getall("Set-Cookie", []), raw, content)

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.request("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        return await self.request("POST", path, body, **options)

    async def put(self, path: str, body: Any, **options: Any) -> Answer:
        return await self.request("PUT", path, body, **options)

    async def patch(self, path: str, body: Any, **options: Any) -> Answer:
        return await self.request("PATCH", path, body, **options)

    async def delete(self, path: str, body: Any = None, **options: Any) -> Answer:
        return await self.request("DELETE", path, body, **options)


@dataclass
class Person:
    """An account and the program its owner uses."""

    client: Client
    email: str
    name: str
    role: str
    password: str = PASSWORD
    id: str = ""
    refresh_token: str = ""
    mails: int = field(default=0)

    @property
    def registration(self) -> dict[str, str]:
        return {"email": self.email, "password": self.password, "name": self.name, "role": self.role}

    async def register(self, **options: Any) -> Answer:
        answer = await self.client.post("/auth/register", self.registration, **options)
        if answer.status == 201:
            self.id = answer.json["user"]["id"]
        return answer

    async def sign_in(self, **options: Any) -> Any:
        """Signs in, and uses the tokens from now on."""
        answer = await self.client.post("/auth/login", {"email": self.email, "password": self.password}, **options)
        return self.take(answer.expect(200))

    def take(self, tokens: Any) -> Any:
        """Uses these tokens from now on."""
        self.client.token, self.refresh_token = tokens["accessToken"], tokens.get("refreshToken", "")
        self.id = tokens["user"]["id"]
        return tokens


class Town:
    """A marketplace and those who use it: clients, people, and where their mail arrives."""

    def __init__(
        self, place: Marketplace, session: aiohttp.ClientSession, sink: SMTPSink | None = None,
        database: PostgreSQL | None = None,
    ) -> None:
        self.place = place
        self.session = session
        self.sink = sink
        self.database = database

    def client(self, address: str | None = None) -> Client:
        return Client(self.session, self.place.api, address)

    def person(self, role: str = "customer", name: str | None = None, address: str | None = None) -> Person:
        """Somebody without an account yet."""
        client = self.client(address)
        number = next(_people)
        return Person(client, f"person{number}@example.test", name or f"Person {number}", role)

    async def mail(self, person: Person) -> str:
        """The text of the next mail to somebody."""
        person.mails += 1
        if self.sink is None:
            return await self.place.letter(person.email, person.mails)
        text = (await self.sink.wait_for(person.email, count=person.mails)).text()
        assert text is not None
        return text

    async def verify(self, person: Person) -> None:
        """Follows the link in the mail that came with the registration."""
        token = token_of(await self.mail(person))
        (await person.client.post("/auth/verify-email", {"token": token})).expect(204)

    async def resident(self, role: str = "customer", verified: bool = True, **options: Any) -> Person:
        """Somebody with an account, signed in. An admin is a customer whom an operator made one."""
        person = self.person("customer" if role == "admin" else role, **options)
        (await person.register()).expect(201)
        if verified:
            await self.verify(person)
        if role == "admin":
            await self.place.query(f"UPDATE users SET role = 'admin' WHERE email = '{person.email}'")
            person.role = "admin"
        await person.sign_in()
        return person
