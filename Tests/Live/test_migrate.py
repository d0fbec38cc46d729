"""`consult migrate`: forward, back, together, and never over an edited past."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from harness.marketplace import Marketplace, run
from harness.postgres import PASSWORD, PostgreSQL, query
from harness.server import ROOT, environment

pytestmark = pytest.mark.asyncio(loop_scope="module")
NAMES = sorted(path.name.removesuffix(".up.sql") for path in (ROOT / "migrations").glob("*.up.sql"))
LAST = len(NAMES)
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def postgresql() -> AsyncIterator[PostgreSQL]:
    async with PostgreSQL() as server:
        yield server


@dataclass
class Empty:
    """A database with nothing in it."""

    url: str
    folder: Path

    async def migrate(self, *arguments: str, migrations: Path = ROOT / "migrations") -> tuple[int, list[str]]:
        """Exit code and lines."""
        code, said = await run(
            environment(
                CONSULT_DATABASE_URL=self.url, CONSULT_MIGRATIONS_DIR=str(migrations), CONSULT_DATA_DIR=str(self.folder / "data")),
            "migrate", *arguments)
        assert PASSWORD not in said, "the database's password is nobody's business"
        return code, said.splitlines()

    async def tables(self) -> list[str]:
        return [row[0] for row in await query(self.url, TABLES)]

    async def shape(self) -> list[list[str]]:
        """All columns and constraints."""
        return await query(self.url, """
            SELECT table_name, column_name, data_type, is_nullable, coalesce(column_default, '') FROM information_schema.columns
                WHERE table_schema = 'public'
            UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '' FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2, 3""")


_count = iter(range(1000))


@pytest_asyncio.fixture(loop_scope="module")
async def empty(postgresql: PostgreSQL, tmp_path: Path) -> Empty:
    return Empty(await postgresql.create(f"empty{next(_count)}"), tmp_path)


async def test_forward_and_back(empty: Empty):
    code, lines = await empty.migrate("status")
    assert code == 1 and [line.split(":")[1].strip() for line in lines] == ["pending"] * LAST, lines
    assert await empty.tables() == [], "status changes nothing"

    code, lines = await empty.migrate("up")
    assert code == 0 and lines == [f"up {int(name[:4])} {name[5:]}" for name in NAMES]
    code, lines = await empty.migrate("up")
    assert code == 0 and lines == ["nothing to do"]
    code, lines = await empty.migrate("status")
    assert code == 0 and len(lines) == LAST and all(re.search(r": applied \d{4}-\d\d-\d\dT", line) for line in lines), lines
    assert {"users", "mail_outbox", "refresh_tokens", "consents", "schema_migrations"} <= set(await empty.tables())
    whole = await empty.shape()

    code, lines = await empty.migrate("down")
    assert code == 0 and lines == [f"down {LAST} {NAMES[-1][5:]}"]
    code, lines = await empty.migrate("status")
    assert code == 1 and lines[-1].endswith("pending") and lines[-2].split(":", 1)[1].strip().startswith("applied")
    code, lines = await empty.migrate("down", "--to", "0")
    assert code == 0 and len(lines) == LAST - 1
    assert await empty.tables() == ["schema_migrations"]
    code, lines = await empty.migrate("down")
    assert code == 0 and lines == ["nothing to do"]

    # Step by step it comes to the same.
    for version in range(1, LAST + 1):
        code, lines = await empty.migrate("up", "--to", str(version))
        assert code == 0 and len(lines) == 1, lines
    assert await empty.shape() == whole


async def test_two_at_once_migrate_once(empty: Empty):
    answers = await asyncio.gather(*(empty.migrate("up") for _ in range(3)))
    assert [code for code, _ in answers] == [0, 0, 0], answers
    done = [line for _, lines in answers for line in lines if line != "nothing to do"]
    assert sorted(done) == sorted(f"up {int(name[:4])} {name[5:]}" for name in NAMES), answers
    assert await query(empty.url, "SELECT count(*) FROM schema_migrations") == [[str(LAST)]]


async def test_an_edited_past_is_refused(empty: Empty, tmp_path):
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder)
    assert (await empty.migrate("up", "--to", str(LAST - 1), migrations=folder))[0] == 0
    before = await empty.shape()
    edited = folder / f"{NAMES[0]}.up.sql"
    edited.write_text(edited.read_text() + "\n-- only a comment\n")
    for command in ("up", "down"):
        code, lines = await empty.migrate(command, migrations=folder)
        assert code == 1 and "migration 1" in lines[-1] and "changed after it was applied" in lines[-1], lines
    code, lines = await empty.migrate("status", migrations=folder)
    assert code == 1 and "edited" in lines[0] and lines[-1].endswith("pending"), lines
    assert await empty.shape() == before
    # With the file as it was all is well.
    assert (await empty.migrate("up"))[0] == 0


async def test_a_failing_migration_leaves_nothing_behind(empty: Empty, tmp_path):
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder)
    (folder / f"{LAST + 1:04}_half.up.sql").write_text("CREATE TABLE half (id int);\nSELECT 1 / 0;\n")
    (folder / f"{LAST + 1:04}_half.down.sql").write_text("DROP TABLE half;\n")
    code, lines = await empty.migrate("up", migrations=folder)
    assert code == 1 and f"migration {LAST + 1} (half) failed" in lines[-1], lines
    assert "half" not in await empty.tables()
    code, lines = await empty.migrate("status")
    assert code == 0, lines


async def test_a_newer_database_and_an_older_server(empty: Empty, tmp_path):
    assert (await empty.migrate("up"))[0] == 0
    older = tmp_path / "older"
    shutil.copytree(ROOT / "migrations", older)
    for path in older.glob(f"{NAMES[-1]}.*"):
        path.unlink()
    code, lines = await empty.migrate("up", migrations=older)
    assert code == 1 and f"migration {LAST}" in lines[-1], lines
    code, lines = await empty.migrate("status", migrations=older)
    assert code == 1 and "has no file here" in lines[-1], lines


@pytest.mark.parametrize(("arguments", "expected"), [
    (["up", "--to", "999"], 1), (["down", "--to", "999"], 1), (["sideways"], 64), (["up", "--to", "soon"], 64),
])
async def test_what_cannot_be_has_an_exit_code(empty: Empty, arguments, expected):
    code, lines = await empty.migrate(*arguments)
    assert code == expected and lines, (code, lines)
    assert await empty.tables() in ([], ["schema_migrations"])


async def test_a_folder_of_other_things_is_refused(empty: Empty, tmp_path):
    for name in ("0001_only.up.sql", "one.sql"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_text("SELECT 1;")
        code, lines = await empty.migrate("up", migrations=folder)
        assert code == 1 and ("migration 1" in lines[-1] or "one.sql" in lines[-1]), lines
    code, lines = await empty.migrate("up", migrations=tmp_path / "nowhere")
    assert code in (1, 78) and "nowhere" in lines[-1] or "MIGRATIONS" in lines[-1], (code, lines)


async def test_nothing_is_served_on_a_database_without_its_tables(empty: Empty, tmp_path):
    for command in (("api",), ("serve",)):
        place = Marketplace(tmp_path, command, CONSULT_DATABASE_URL=empty.url)
        code, said = await place.run(*command)
        assert code == 1 and "consult migrate up" in said.splitlines()[-1], (code, said)
    assert await empty.tables() == []


async def test_two_embedded_servers_that_start_together_migrate_once(empty: Empty, tmp_path):
    places = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        places.append(Marketplace(tmp_path / name, CONSULT_DATABASE_URL=empty.url))
    try:
        await asyncio.gather(*(place.start() for place in places))
        assert await query(empty.url, "SELECT count(*) FROM schema_migrations") == [[str(LAST)]]
        for place in places:
            await place.stop()
    finally:
        for place in places:
            place.kill()
