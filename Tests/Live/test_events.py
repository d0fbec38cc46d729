"""The event queue between two processes that are killed again and again: nothing is lost, and nothing happens twice."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from harness.database import Database, probe_binary
from harness.server import environment
from harness.wait import until

KILLS = 10
BATCH = 50
LANES = 2


class End:
    """One end of the queue: a process that is started again when it was killed."""

    def __init__(self, folder: Path, command: str, *options: str) -> None:
        self.folder = folder
        self.command = command
        self.options = options
        self.lives = 0
        self.process: asyncio.subprocess.Process | None = None
        self._read: dict[Path, int] = {}
        self._lines = 0

    def journal(self, life: int) -> Path:
        """What this life of the process notes. A writer goes on in the file of the one before."""
        return self.folder / (f"read-{life}.txt" if self.command == "read" else "write.txt")

    @property
    def journals(self) -> list[Path]:
        """In the order of the lives."""
        return list(dict.fromkeys(self.journal(life) for life in range(1, self.lives + 1)))

    def noted(self) -> int:
        """How many lines it has noted in all its lives."""
        for path in self.journals:
            with open(path, "rb") as file:
                file.seek(self._read.get(path, 0))
                new = file.read()
            self._read[path] = self._read.get(path, 0) + len(new)
            self._lines += new.count(b"\n")
        return self._lines

    async def start(self) -> None:
        self.lives += 1
        self.journal(self.lives).touch()
        with open(self.folder / f"{self.command}.log", "ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                probe_binary(), self.command, *self.options, "--journal", str(self.journal(self.lives)),
                env=environment(), stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log)

    async def kill(self) -> None:
        assert self.process is not None
        assert self.process.returncode is None, self.log()
        self.process.send_signal(signal.SIGKILL)
        assert await self.process.wait() == -signal.SIGKILL

    async def end(self, timeout: float) -> None:
        """Its own end: after its work, or where it has none, when its input ends."""
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.close()
        async with asyncio.timeout(timeout):
            assert await self.process.wait() == 0, self.log()

    def log(self) -> str:
        return (self.folder / f"{self.command}.log").read_text(errors="replace")[-4000:]


async def killed_on_the_way(end: End, count: int, chance: random.Random) -> None:
    """Kills and restarts a process ten times while it does its share, at moments spread over the whole of it."""
    await end.start()
    for step in range(1, KILLS + 1):
        mark = int(count * (step - chance.random() / 2) / (KILLS + 1))
        await until(lambda mark=mark: end.noted() >= mark, 120, f"{mark} lines of {end.command}", every=0.01)
        await end.kill()
        await end.start()


def deliveries(path: Path) -> list[tuple[str, int]]:
    return [(key, int(number)) for key, number in (line.split() for line in path.read_text().splitlines())]


def in_order(entries: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """The numbers of each key."""
    numbers: dict[str, list[int]] = {}
    for key, number in entries:
        numbers.setdefault(key, []).append(number)
    return numbers


@pytest.fixture
async def database(nothing_left: None) -> AsyncIterator[Database]:
    """A PostgreSQL of the test's own."""
    async with Database() as made:
        yield made


@pytest.fixture
async def ends(tmp_path: Path, database: Database, count: int) -> AsyncIterator[tuple[End, End]]:
    """The writer and the reader; whatever happens, neither stays behind."""
    writer = End(tmp_path, "write", "--database", database.url, "--count", str(count))
    reader = End(tmp_path, "read", "--database", database.url, "--batch", str(BATCH), "--lanes", str(LANES))
    yield writer, reader
    for end in (writer, reader):
        if end.process is not None and end.process.returncode is None:
            await end.kill()


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """How many events."""
    return 10_000 if request.config.getoption("--quick") else 100_000


@pytest.mark.timeout(600)
async def test_events_survive_the_death_of_either_end(
    tmp_path: Path, database: Database, ends: tuple[End, End], count: int
) -> None:
    """Ten SIGKILLs for the writer and ten for the reader: none lost, order kept, duplicates only where a reader died in
    the middle, and the consumer's effect happens once."""
    writer, reader = ends
    seed = random.randrange(2**32)
    print(f"{count} events, seed {seed}")
    async with asyncio.TaskGroup() as group:
        group.create_task(killed_on_the_way(writer, count, random.Random(seed)))
        group.create_task(killed_on_the_way(reader, count, random.Random(seed + 1)))
    await writer.end(120)

    async def all_delivered() -> bool:
        return await database.number("SELECT count(*) FROM outbox_events WHERE state = 'delivered'") >= count

    await until(all_delivered, 240, "the delivery of every event", every=0.25)
    await reader.end(30)
    assert writer.lives == reader.lives == KILLS + 1

    # None lost: all was acknowledged at last, and all that was acknowledged was delivered.
    acknowledged = {int(line) for line in (tmp_path / "write.txt").read_text().split()}
    assert acknowledged == set(range(count))
    states = await database.query("SELECT state, count(*) FROM outbox_events GROUP BY state")
    assert states == [["delivered", str(count)]]

    # The effect happens once.
    rows = await database.query("SELECT key, number FROM probe_effects ORDER BY place")
    effects = [(key, int(number)) for key, number in rows]
    assert sorted(number for _, number in effects) == list(range(count))
    balances = await database.query("SELECT key, events, total FROM probe_balances")
    assert sum(int(events) for _, events, _ in balances) == count
    assert {key: int(total) for key, _, total in balances} == {
        key: sum(numbers) for key, numbers in in_order(effects).items()}

    # Order: each key's effects in the order of its commits, and within each life of the reader its deliveries.
    by_key = in_order(effects)
    assert all(numbers == sorted(numbers) for numbers in by_key.values())
    place = {number: place for numbers in by_key.values() for place, number in enumerate(numbers)}
    lives = [in_order(deliveries(path)) for path in reader.journals]
    for life, keys in enumerate(lives):
        for key, numbers in keys.items():
            assert all(place[after] == place[before] + 1 for before, after in pairwise(numbers)), (life, key)

    # Duplicates: only what a reader that was killed had in its hands: of each key the last ones of that life, and in all no
    # more than its open transactions hold.
    last = {number: life for life, keys in enumerate(lives) for numbers in keys.values() for number in numbers}
    assert len(last) == count
    duplicates = 0
    for life, keys in enumerate(lives):
        again = {key: [number for number in numbers if last[number] != life] for key, numbers in keys.items()}
        assert all(keys[key][len(keys[key]) - len(numbers):] == numbers for key, numbers in again.items()), life
        in_hand = sum(len(numbers) for numbers in again.values())
        assert in_hand <= (BATCH * LANES if life < KILLS else 0), life
        duplicates += in_hand
    assert duplicates, "no reader was killed in the middle: nothing was proved"
    print(f"{duplicates} deliveries came again")
