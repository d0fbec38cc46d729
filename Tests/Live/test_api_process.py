"""The sidecar's process: what it refuses to start with, and what it tells about it."""

from __future__ import annotations

import pytest
from harness.marketplace import Marketplace
from harness.ports import LOOPBACK, free_port
from harness.postgres import PostgreSQL

SECRET = "Zilpzalp-17"
GOOD = f"postgresql://consult:{SECRET}@{LOOPBACK}:1/consult"


@pytest.fixture
def place(tmp_path) -> Marketplace:
    return Marketplace(tmp_path, ("api",))


async def test_without_a_database_it_names_the_setting(place):
    for command in (["api"], ["serve"]):
        code, said = await place.run(*command)
        assert code == 78 and "CONSULT_DATABASE_URL" in said.splitlines()[-1], (code, said)
    assert not (place.data / "postgresql").exists()


@pytest.mark.parametrize(("name", "value"), [
    ("CONSULT_DATABASE_URL", f"postgresql://consult:{SECRET}@{LOOPBACK}:port/consult"),
    ("CONSULT_DATABASE_URL", f"mysql://consult:{SECRET}@{LOOPBACK}/consult"),
    ("CONSULT_DATABASE_URL", f"postgresql://consult:{SECRET}@{LOOPBACK}/consult?no_such_option=1"),
    ("CONSULT_DATABASE_URL", f"host={LOOPBACK} password='{SECRET}"),
    ("CONSULT_DATABASE_URL", SECRET),
    ("CONSULT_SMTP_URL", f"http://user:{SECRET}@mail.test:25"),
    ("CONSULT_SMTP_URL", f"smtp://user:{SECRET}@"),
    ("CONSULT_SMTP_URL", f"smtp://user:{SECRET}@mail.test:99999"),
    ("CONSULT_SMTP_URL", f"smtp://user:{SECRET}@mail.test:25?tls=perhaps"),
    ("CONSULT_SMTP_URL", SECRET),
    ("CONSULT_MAIL_FROM", "nobody"),
    ("CONSULT_MAIL_FROM", "Some Body <no body@mail.test>"),
    ("CONSULT_MAIL_FROM", "a@b.test\r\nBcc: c@d.test"),
    ("CONSULT_TRUSTED_PROXIES", "everybody"),
    ("CONSULT_REQUESTS_PER_MINUTE", "-1"),
    ("CONSULT_HTTP_PORT", "0x1F90"),
])
async def test_a_setting_that_cannot_be_stops_it_with_78_and_its_name_and_without_the_secret(place, name, value):
    code, said = await place.run("api", **({"CONSULT_DATABASE_URL": GOOD} | {name: value}))
    assert code == 78 and name in said, (code, said)
    assert SECRET not in said, said


async def test_a_database_that_is_not_there_is_a_failure_and_no_secret_is_told(place):
    url = f"postgresql://consult:{SECRET}@{LOOPBACK}:{free_port()}/consult"
    code, said = await place.run("api", CONSULT_DATABASE_URL=url)
    assert code == 1 and said.splitlines()[-1].startswith("consult: ") and SECRET not in said, (code, said)


async def test_the_secrets_may_come_from_files_and_are_not_printed(place, tmp_path):
    secret = tmp_path / "url"
    secret.write_text(GOOD + "\n")
    settings = {"CONSULT_DATABASE_URL_FILE": str(secret), "CONSULT_SMTP_URL": f"smtp://user:{SECRET}@mail.test:25"}
    code, said = await place.run("config", "print", **settings)
    assert code == 0 and SECRET not in said, (code, said)
    code, said = await place.run("api", **settings)
    assert code == 1 and SECRET not in said, (code, said)


async def test_a_port_that_is_taken_is_named(tmp_path):
    async with PostgreSQL() as database:
        settings = {"CONSULT_DATABASE_URL": database.url()}
        first = Marketplace(tmp_path, ("api",), **settings)
        assert (await first.run("migrate", "up"))[0] == 0
        try:
            await first.start()
            code, said = await first.run("api", CONSULT_OPS_PORT=str(free_port()))
            assert code in (1, 78) and str(first.http_port) in said, (code, said)
            await first.stop()
        finally:
            first.kill()
