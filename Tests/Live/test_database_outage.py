"""The database is killed under load, and the server is: what was acknowledged is there, and service comes back by itself."""

from __future__ import annotations

import asyncio
import time

import pytest
from harness.load import Load, lost, writers
from harness.marketplace import Marketplace, open_town
from harness.people import Town
from harness.wait import until

pytestmark = pytest.mark.timeout(90)
LIMITLESS = {"CONSULT_REQUESTS_PER_MINUTE": "0", "CONSULT_LOG_LEVEL": "info"}


async def end_database(town: Town) -> None:
    if town.database is not None:
        await town.database.crash()
    else:
        await town.place.postmaster.crash()


async def database_back(town: Town, before: int | None) -> float:
    """When the database takes connections again."""
    if town.database is not None:
        # Some time without one, in which it shows how the refusals look.
        end = time.monotonic() + 1
        await until(lambda: time.monotonic() > end, 5, "a second without a database", every=0.1)
        await town.database.start()
    else:
        postmaster = town.place.postmaster
        await until(lambda: postmaster.pid not in (None, before) and postmaster.is_ready, 30, "a new PostgreSQL", every=0.01)
    return time.monotonic()


@pytest.mark.parametrize("kind", ["embedded", "database"])
async def test_postgresql_is_killed_under_load(tmp_path, kind, quick):
    async with open_town(tmp_path, kind, mail=False, **LIMITLESS) as town:
        people = await writers(town, 40)
        async with Load(people, rate=200) as load:
            await until(lambda: load.writes >= (100 if quick else 400), 20, "the first writes")
            before = town.place.postmaster.pid
            killed = time.monotonic()
            await end_database(town)
            back = await database_back(town, before)
            await until(lambda: load.first_success(back) is not None, 10, "the first success with the database back")
            await until(lambda: load.calm_for(1 if quick else 3), 20, "nothing but successes")
        success, failure = load.first_success(back) - back, (load.last_failure(back) or back) - back
        figures = (
            f"{load.statuses}, {load.writes} writes; database away {back - killed:.2f} s, first success {success:.2f} s and last "
            f"refusal {failure:.2f} s after its return")
        print(figures)
        assert load.statuses.keys() <= {"200", "503"}, figures
        unclean = [str(outcome) for outcome in load.outcomes if not outcome.clean]
        assert not unclean, unclean[:5]
        assert all(outcome.done - outcome.sent < 10 for outcome in load.outcomes), figures
        assert success < 5 and failure < 5, figures
        assert not await lost(town.place.database_url, people)
        assert await town.place.is_ready()


@pytest.mark.parametrize("kind", ["embedded", "database"])
async def test_the_server_is_killed_under_load_and_started_again(tmp_path, kind, quick):
    if quick and kind == "database":
        pytest.skip("--quick")
    async with open_town(tmp_path, kind, mail=False, **LIMITLESS) as town:
        people = await writers(town, 40)
        cluster = town.place.postmaster.pid
        async with Load(people, rate=200) as load:
            await until(lambda: load.writes >= (60 if quick else 300), 20, "the first writes")
            town.place.crash()
        assert not await lost(town.place.database_url, people)
        # The private PostgreSQL has outlived it; the next one takes it over.
        await town.place.start()
        assert town.place.postmaster.pid == cluster
        async with Load(people, rate=200) as load:
            await until(lambda: load.writes >= 40, 20, "writes after the start")
        assert load.statuses.keys() == {"200"}, load.statuses
        assert not await lost(town.place.database_url, people)


async def test_server_and_postgresql_are_killed_together(tmp_path):
    async with open_town(tmp_path, "embedded", mail=False, **LIMITLESS) as town:
        people = await writers(town, 20)
        async with Load(people, rate=200) as load:
            await until(lambda: load.writes >= 60, 20, "the first writes")
            town.place.crash()
            await town.place.postmaster.crash()
        await town.place.start()
        assert not await lost(town.place.database_url, people)
        (await people[0].client.get("/me")).expect(200)


async def test_a_second_server_on_one_folder_says_so(tmp_path):
    async with open_town(tmp_path, "embedded", mail=False) as town:
        cluster = town.place.postmaster.pid
        folder = tmp_path / "second"
        folder.mkdir()
        second = Marketplace(folder, CONSULT_DATA_DIR=town.place.data)
        code, said = await second.run("serve", "--embedded")
        last = said.strip().splitlines()[-1]
        assert code == 1 and last.startswith("consult: another process") and str(town.place.data) in last, (code, said)
        # The first one has not noticed.
        assert town.place.postmaster.pid == cluster and await town.place.is_ready()
        ada = await town.resident()
        (await ada.client.get("/me")).expect(200)


async def test_without_a_database_it_is_alive_but_not_ready(tmp_path):
    async with open_town(tmp_path, "database", mail=False) as town:
        ada = await town.resident()
        await town.database.crash()

        async def not_ready() -> bool:
            status, said = await asyncio.to_thread(town.place.get, town.place.ops_port, "/readyz")
            return status == 503 and "database" in said

        await until(not_ready, 10, "a server that is not ready")
        assert (await asyncio.to_thread(town.place.get, town.place.ops_port, "/livez"))[0] == 200
        answers = await asyncio.gather(
            ada.client.get("/me"), ada.client.get("/consultants"), ada.register(), ada.client.patch("/me", {"name": "Ada"}),
            ada.client.post("/auth/login", {"email": ada.email, "password": ada.password}),
            ada.client.post("/auth/refresh", {"refreshToken": ada.refresh_token}))
        for answer in answers:
            answer.problem(503, "unavailable")
        await town.database.start()
        await until(town.place.is_ready, 5, "a server that is ready")
        (await ada.client.get("/me")).expect(200)
