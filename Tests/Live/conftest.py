"""Fixtures: servers, browsers, aiortc peers; and what every test is held to when it ends."""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio
from harness.api import EmbeddedServer
from harness.chromium import ChromiumPage
from harness.firefox import FirefoxPage
from harness.gstreamer import GStreamerSide
from harness.lab.network import Network
from harness.marketplace import open_town
from harness.people import Town
from harness.page import Page
from harness.peer import Peer
from harness.schema import Contract
from harness.server import REQUESTS, ROOT, Server, binary
from harness.stripe_checker import RequestLog
from harness.wait import until
from harness.wire import Wire
from playwright.async_api import async_playwright


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick", action="store_true",
        help="leave out the tests under ThreadSanitizer and most of those on a second database, and let fewer events do")
    parser.addoption(
        "--crashes", metavar="all|SEED", default=str(random.randrange(10_000)),
        help="which steps of the sidecar it is killed at: all of them, or half, which by chance; the seed is printed")
    parser.addoption(
        "--market", metavar="QxCxRxK",
        help="questions, consultants, questions a second and kills of each process in the test of the market: 10000x500x40x5")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sanitizer: runs the server under ThreadSanitizer (minutes)")
    config.addinivalue_line("markers", "refused_by_stripe: sends requests that the stand-in for Stripe has to refuse")
    config.addinivalue_line("markers", "both: with --quick, too, on the private PostgreSQL and on somebody else's")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--quick"):
        for item in items:
            parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
            second = parameters.get("town") == "database" and not item.get_closest_marker("both")
            if second or item.get_closest_marker("sanitizer"):
                item.add_marker(pytest.mark.skip(reason="--quick"))


_SUMMARIES = pytest.StashKey[list[str]]()


@pytest.fixture
def summary(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Says something at the end of the run, whether tests passed or not."""
    return request.config.stash.setdefault(_SUMMARIES, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for text in config.stash.get(_SUMMARIES, []):
        terminalreporter.write_line("")
        terminalreporter.write_line(text)


@pytest.fixture(scope="session", autouse=True)
def executable() -> str:
    """The server under test must be there: no server, no result."""
    path = binary()
    if not os.access(path, os.X_OK):
        pytest.exit(f"no executable {path}: build it, or name one in CONSULT_BINARY", returncode=1)
    return path


@pytest.fixture
def thread_sanitizer() -> str:
    """A server that watches its own threads."""
    path = os.environ.get("CONSULT_TSAN_BINARY") or str(ROOT / ".build/tsan/debug/consult")
    assert os.access(path, os.X_OK), f"no {path}: build it with --sanitize=thread, or name it in CONSULT_TSAN_BINARY"
    return path


@pytest.fixture(autouse=True)
def contract_kept() -> Any:
    """Every message the server sent in a test fits docs/asyncapi.yaml."""
    contract = Contract.published()
    contract.violations.clear()
    yield contract
    assert not contract.violations, "\n".join(contract.violations[:10])


@pytest.fixture(scope="session", autouse=True)
def sent_to_stripe(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What all stand-ins for Stripe are asked, wherever they run."""
    folder = tmp_path_factory.mktemp("stripe-requests")
    os.environ[REQUESTS] = str(folder)
    yield RequestLog(folder)
    del os.environ[REQUESTS]


@pytest.fixture(autouse=True)
def requests_accepted(request: pytest.FixtureRequest, sent_to_stripe: RequestLog) -> Any:
    """Every request that a stand-in for Stripe took in a test is one that Stripe's own SDK could have sent."""
    yield
    wrong = sent_to_stripe.problems(but_refused=request.node.get_closest_marker("refused_by_stripe") is not None)
    assert not wrong, "\n".join(wrong[:10])


@pytest_asyncio.fixture(autouse=True)
async def nothing_left() -> AsyncIterator[None]:
    """No process stays behind. What a server of a whole module starts meanwhile is that server's own."""
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    yield
    for forgotten in list(Peer.alive):
        await forgotten.close()

    def is_left(process: psutil.Process) -> bool:
        try:
            return (process.pid not in before and process.status() != psutil.STATUS_ZOMBIE
                    and not any(parent.pid in before for parent in process.parents()))
        except psutil.NoSuchProcess:
            return False

    def left() -> list[psutil.Process]:
        return [process for process in psutil.Process().children(recursive=True) if is_left(process)]

    try:
        await until(lambda: not left(), 10, "the end of every process the test started")
    finally:
        for process in left():
            process.kill()


@pytest.fixture(scope="session")
def quick(request: pytest.FixtureRequest) -> bool:
    """Whether less has to do."""
    return bool(request.config.getoption("--quick"))


Serve = Callable[..., Awaitable[Server]]


@pytest.fixture
def network(nothing_left: None) -> Iterator[Network]:
    """A network of the test's own. The test is in its hub, and so are the servers it starts."""
    with Network() as made:
        yield made


@pytest_asyncio.fixture
async def serve(tmp_path: Path, nothing_left: None) -> AsyncIterator[Serve]:
    """Starts a server with the settings given; at the end each must stop cleanly with a quiet log."""
    servers: list[Server] = []

    async def start(executable: str | None = None, timeout: float = 20, **settings: Any) -> Server:
        folder = tmp_path / f"server{len(servers)}"
        folder.mkdir()
        server = Server(folder, executable, **settings)
        servers.append(server)
        return await server.start(timeout)

    yield start
    failures = []
    for server in servers:
        try:
            await server.stop()
        except AssertionError as failure:
            failures.append(failure)
    if failures:
        raise failures[0]


@pytest_asyncio.fixture
async def embedded(tmp_path: Path, nothing_left: None) -> AsyncIterator[Callable[..., Awaitable[EmbeddedServer]]]:
    """Starts both halves with a database of their own; at the end each process must stop cleanly with a quiet log."""
    servers: list[EmbeddedServer] = []

    async def start(**settings: Any) -> EmbeddedServer:
        folder = tmp_path / f"embedded{len(servers)}"
        folder.mkdir()
        servers.append(EmbeddedServer(folder, **settings))
        return await servers[-1].start()

    yield start
    failures = []
    for server in servers:
        try:
            await server.stop()
        except AssertionError as failure:
            failures.append(failure)
    if failures:
        raise failures[0]


@pytest_asyncio.fixture
async def server(serve: Serve) -> Server:
    """A server with the product's own terms."""
    return await serve()


@pytest_asyncio.fixture
async def chromium(tmp_path: Path, serve: Serve) -> AsyncIterator[Callable[..., Awaitable[ChromiumPage]]]:
    """Starts a Chromium as one party."""
    pages: list[Page] = []
    async with async_playwright() as playwright:

        async def launch(party: str, **options: Any) -> ChromiumPage:
            page = await ChromiumPage.launch(playwright, tmp_path / "media", party, **options)
            pages.append(page)
            return page

        yield launch
        for page in pages:
            await page.close()


@pytest_asyncio.fixture
async def firefox(tmp_path: Path, serve: Serve) -> AsyncIterator[Callable[..., Awaitable[FirefoxPage]]]:
    """Starts a Firefox as one party."""
    pages: list[FirefoxPage] = []

    async def launch(party: str) -> FirefoxPage:
        page = await FirefoxPage.launch(tmp_path, party)
        pages.append(page)
        return page

    yield launch
    for page in pages:
        await page.close()


@pytest_asyncio.fixture
async def peer(serve: Serve) -> AsyncIterator[Callable[..., Peer]]:
    """Makes aiortc peers; takes them down at the end."""
    peers: list[Peer] = []

    def make(server: Server, token: str, party: str = "customer", **options: Any) -> Peer:
        made = Peer(server, token, party, **options)
        peers.append(made)
        return made

    yield make
    for made in peers:
        await made.close()


@pytest_asyncio.fixture
async def gstreamer(serve: Serve) -> AsyncIterator[Callable[..., GStreamerSide]]:
    """Makes GStreamer sides; takes them down at the end."""
    sides: list[GStreamerSide] = []

    def make(server: Server, token: str, party: str) -> GStreamerSide:
        sides.append(GStreamerSide(server, token, party))
        return sides[-1]

    yield make
    for side in sides:
        await side.close()


@pytest_asyncio.fixture
async def wire(serve: Serve) -> AsyncIterator[Callable[..., Awaitable[Wire]]]:
    """Opens WebSocket connections; closes them at the end."""
    wires: list[Wire] = []

    async def open_wire(server: Server, **options: Any) -> Wire:
        made = await Wire.open(server.websocket, **options)
        wires.append(made)
        return made

    yield open_wire
    for made in wires:
        await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["embedded", "database"])
async def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A whole marketplace for the tests of a module: once with its private PostgreSQL, once on somebody else's.

    Its tests run in the module's event loop: `pytestmark = pytest.mark.asyncio(loop_scope="module")`.
    """
    async with open_town(tmp_path_factory.mktemp("town"), request.param) as made:
        yield made
