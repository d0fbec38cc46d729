"""Nothing personal and nothing secret in what operators read: the whole walk at the most talkative log level."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from urllib.parse import quote

import pytest
from harness.marketplace import open_town
from harness.people import Person, Town, token_of
from harness.smtp import PERMANENT, TEMPORARY
from harness.wait import until

pytestmark = pytest.mark.timeout(90)
SECRET, NEXT_SECRET = "Zaunkönig-singt-um-vier-Uhr", "Rohrdommel ruft im Schilf"
HEADLINE = "Quetzalcoatlus whisperer"


async def walk(town: Town) -> tuple[Person, dict[str, str]]:
    """All that somebody can do, well and badly; and what must not be found afterwards, by what it is."""
    bob = town.person("consultant", name="Wilhelmina Fitzgibbon-Ożóg")
    bob.email, bob.password = "wilhelmina.f+secret@unusual-domain.test", SECRET
    taboo = {
        "email": bob.email, "local part": "wilhelmina.f", "domain": "unusual-domain.test", "name": bob.name,
        "surname": "Fitzgibbon", "password": SECRET, "part of the password": "singt-um-vier", "next password": NEXT_SECRET,
        "wrong password": "Kuckuck-ruft-im-Mai", "profile": HEADLINE, "linkedin": "Archaeopteryx",
        "wrong token": "never-a-token-of-ours",
    }
    client = bob.client
    (await client.post("/auth/register", bob.registration | {"password": "Kuckuck-ruft-im-Mai", "role": bob.email})).expect(422)
    (await bob.register()).expect(201)
    letter = await town.mail(bob)
    taboo["link"] = token_of(letter)
    (await client.post("/auth/verify-email", {"token": "never-a-token-of-ours-but-as-long-as-one-is"})).expect(422)
    (await client.post("/auth/verify-email", {"token": taboo["link"]})).expect(204)
    (await client.post("/auth/verify-email", {"token": taboo["link"]})).expect(422)
    for _ in range(6):
        answer = await client.post("/auth/login", {"email": bob.email, "password": "Kuckuck-ruft-im-Mai"})
        assert answer.status in (401, 429), answer
    client = bob.client = town.client()
    tokens = await bob.sign_in()
    taboo |= {"access token": tokens["accessToken"], "refresh token": tokens["refreshToken"]}
    tokens = (await client.post("/auth/refresh", {"refreshToken": bob.refresh_token})).expect(200)
    taboo |= {"second access token": tokens["accessToken"], "second refresh token": tokens["refreshToken"]}

    # Content that is not as it must be, in body, query and header.
    for broken in (f'{{"email": "{bob.email}", "password": "{SECRET}"', f'["{bob.name}"]', f'{{"email": {{"{bob.email}": 1}}}}'):
        async with town.session.post(
            f"{town.place.api}/api/v1/auth/login", data=broken.encode(), headers={"Content-Type": "application/json"},
        ) as answer:
            assert 400 <= answer.status < 500
    await client.get(f"/consultants?q={quote(bob.name)}&tag={quote(bob.email)}&limit={quote(bob.email)}")
    await client.get(f"/consultants/{quote(bob.email)}")
    await client.get(f"/{quote(bob.email)}?token={taboo['link']}")
    await client.get("/me", headers={
        "X-Request-Id": bob.email, "Idempotency-Key": bob.email, "User-Agent": "Fitzgibbon", "Referer": f"/?{bob.email}"})
    await client.get("/me", token=tokens["accessToken"][:-4] + "AAAA")
    (await client.get("/admin/audit")).expect(403)

    (await client.patch("/me", {"name": bob.name + "\n"})).expect(200)
    (await client.patch("/me", {"name": bob.name + "\nsecond line"})).expect(422)
    (await client.put("/me/profile", {
        "headline": HEADLINE, "bio": bob.name, "tags": [HEADLINE], "hourlyRate": {"amount": 9000, "currency": "eur"}})).expect(200)
    (await client.put("/me/profile", {
        "headline": HEADLINE, "tags": [bob.email * 3], "hourlyRate": {"amount": 1, "currency": "eur"}})).expect(422)
    for content, status in (
        ({"files": {"Profile.csv": f'Headline\n"Archaeopteryx {bob.email}'}}, 422),
        ({"linkedin": {"headline": "Archaeopteryx"}, "apply": True}, 200),
    ):
        (await client.post("/me/profile/linkedin-import", content)).expect(status)
    (await client.put("/me/availability", {"available": True})).expect(200)
    (await client.put("/me/consents", {"consents": []})).expect(200)
    assert (await client.get("/me/export")).status == 200

    # A mail server that quotes the recipient in its refusal, and one that asks to come again.
    await refused_mails(town, bob, taboo)
    (await client.post("/auth/password-reset", {"email": bob.email})).expect(202)
    taboo["reset link"] = token_of(await town.mail(bob))
    await until(lambda: unsettled(town, 0), 10, "the end of the mails under way", every=0.1)
    rows = await town.place.query("SELECT password_hash FROM credentials ORDER BY changed_at DESC")
    taboo["hash"] = rows[0][0]
    (await client.post("/auth/password-reset/confirm", {"token": taboo["reset link"], "password": NEXT_SECRET})).expect(204)
    await town.mail(bob)
    (await client.post("/auth/refresh", {"refreshToken": bob.refresh_token})).expect(401)
    bob.password = NEXT_SECRET
    tokens = await bob.sign_in()
    taboo |= {"third access token": tokens["accessToken"], "third refresh token": tokens["refreshToken"]}
    return bob, taboo


async def unsettled(town: Town, count: int) -> bool:
    return await town.place.number("SELECT count(*) FROM mail_outbox WHERE state = 'pending' AND attempts = 0") == count


async def refused_mails(town: Town, bob: Person, taboo: dict[str, str]) -> None:
    assert town.sink is not None
    for reply in (TEMPORARY, PERMANENT):
        other = town.person(name="Ottilie Vandersloot")
        other.email = f"ottilie{len(taboo)}@unusual-domain.test"
        taboo |= {other.email: other.email, "other surname": "Vandersloot"}
        town.sink.refuse_recipient = reply
        refused = town.sink.refused
        (await other.register()).expect(201)
        await until(lambda: town.sink.refused > refused, 10, "a refused mail")
        town.sink.refuse_recipient = None


def shapes(value: str) -> list[str]:
    """How a value may look in a log."""
    plain = value.encode()
    encoded = base64.b64encode(plain).decode().rstrip("=")[:-1]
    return [value, quote(value), quote(value, safe=""), json.dumps(value)[1:-1], encoded, plain.hex()]


def found(where: dict[str, str], taboo: dict[str, str]) -> list[str]:
    """What of the unspeakable is spoken of, and where."""
    hits = []
    for place, text in where.items():
        lower = text.lower()
        for what, value in taboo.items():
            for shape in shapes(value):
                at = lower.find(shape.lower())
                if at >= 0:
                    hits.append(f"{what} in {place}: …{text[max(0, at - 160):at + 160]}…")
                    break
        if hit := re.search(r"\$2[aby]\$\d\d\$|eyJ[\w-]{20,}\.", text):
            hits.append(f"a secret in {place}: …{text[max(0, hit.start() - 160):hit.end() + 60]}…")
    return hits


async def test_logs_and_metrics_name_nobody_and_give_no_secret_away(tmp_path):
    async with open_town(tmp_path, "embedded", CONSULT_LOG_LEVEL="trace", CONSULT_LOG_FORMAT="json") as town:
        bob, taboo = await walk(town)
        await until(lambda: unsettled(town, 0), 10, "the end of the mails under way", every=0.1)
        # What was sent is blank; what is not sent any more waits for retention, but not in a log.
        rows = await town.place.query(
            "SELECT state, text_body, html_body, link FROM mail_outbox WHERE recipient = "
            f"'{bob.email}' AND (state <> 'sent' OR text_body <> '' OR coalesce(html_body, '') <> '' OR link IS NOT NULL)")
        assert rows == [], [row[0] for row in rows]
        assert await town.place.number(f"SELECT count(*) FROM mail_outbox WHERE recipient = '{bob.email}'") == 3
        errors = "\n".join(row[0] for row in await town.place.query(
            "SELECT last_error FROM mail_outbox WHERE last_error IS NOT NULL"))
        assert errors and not found({"mail_outbox.last_error": errors}, taboo)

        # The database goes away in the middle, and its errors are logged.
        before = town.place.postmaster.pid
        await town.place.postmaster.crash()
        await asyncio.gather(*(bob.client.patch("/me", {"name": bob.name}) for _ in range(5)))
        await until(lambda: town.place.postmaster.pid not in (None, before), 20, "a new PostgreSQL")
        await until(town.place.is_ready, 20, "a server that is ready")
        (await bob.client.delete("/me", {"password": bob.password})).expect(200)

        pages = {
            f"port {port}{path}": (await asyncio.to_thread(town.place.get, port, path))[1]
            for port in (town.place.ops_port, town.place.signal_port, town.place.http_port)
            for path in ("/metrics", "/readyz", "/livez", "/config.json", "/calls")}
        assert "consult_http_request_duration_seconds" in pages[f"port {town.place.ops_port}/metrics"]
        await town.place.stop()
    texts = {
        str(path.relative_to(tmp_path)): path.read_text(errors="replace")
        for path in tmp_path.rglob("*.log*") if path.is_file()}
    log = texts["consult.log"]
    assert '"trace"' in log or "trace" in log, "it was not as talkative as asked"
    assert log.count("answered") > 30 and any("postgres" in name for name in texts), texts.keys()
    assert len(found({"this test": f"to {quote(bob.email)}"}, taboo)) >= 2, "it would not see what it looks for"
    hits = found(texts | pages, taboo)
    assert not hits, f"{len(hits)} hits\n" + "\n".join(hits[:12])


async def test_in_the_embedded_default_the_link_is_shown_and_nothing_else(tmp_path):
    async with open_town(tmp_path, "embedded", mail=False) as town:
        ada = town.person(name="Ermintrude Halloway")
        ada.email = "ermintrude@unusual-domain.test"
        (await ada.register()).expect(201)
        token = token_of(await town.mail(ada))
        await until(lambda: f"token={token}" in town.place.log(), 5, "the link in the log")
        (await ada.client.post("/auth/verify-email", {"token": token})).expect(204)
        taboo = {"email": ada.email, "name": ada.name, "password": ada.password}
        assert not found({"consult.log": town.place.log()}, taboo)
        letters = list((town.place.data / "mail").iterdir())
        for path in (*letters, town.place.data / "mail"):
            assert path.stat().st_mode & 0o077 == 0, path
        assert len(letters) == 1
