"""The web client in a browser, as a test drives it and looks at it. One interface for every browser."""

from __future__ import annotations

import abc
import time
from pathlib import Path
from typing import Any

import numpy as np

from . import picture, tone
from .wait import TimedOut, ticks, until

_HERE = Path(__file__).parent
PROBE = (_HERE / "probe.js").read_text()
PLAIN_SOUND = (_HERE / "silence.js").read_text()


class Page(abc.ABC):
    """A tab. `party` names the picture and the tone it sends, where its browser can be told."""

    party: str | None = None

    @abc.abstractmethod
    async def goto(self, url: str) -> None: ...

    @abc.abstractmethod
    async def run(self, function: str, *arguments: Any) -> Any:
        """The result of a JavaScript function (may be async) in the page."""

    @abc.abstractmethod
    async def close(self) -> None:
        """Closes the browser politely. Idempotent."""

    @abc.abstractmethod
    async def kill(self) -> None:
        """Ends the browser's processes at once, as a crash would."""

    # Driving

    async def join(self, link: str, timeout: float = 30) -> None:
        """Opens a join link and joins."""
        await self.goto(link)
        await self.ready("join-button", timeout)
        await self.click("join-button")

    async def ready(self, testid: str, timeout: float = 20) -> None:
        """Waits until an element is there and can be used."""
        try:
            await until(lambda: self.run(
                """id => { const found = document.querySelector(`[data-testid="${id}"]`);
                           return !!found && !found.disabled && found.getClientRects().length > 0; }""", testid),
                timeout, f"{testid} on the page")
        except TimedOut as late:
            raise TimedOut(f"{late}; the page says: {await self.page_text()!r}") from None

    async def click(self, testid: str) -> None:
        await self.ready(testid)
        await self.run("""id => document.querySelector(`[data-testid="${id}"]`).click()""", testid)

    async def text(self, testid: str) -> str | None:
        return await self.run("id => document.querySelector(`[data-testid=\"${id}\"]`)?.textContent ?? null", testid)

    async def shows(self, testid: str, part: str, timeout: float = 20) -> None:
        async def there() -> bool:
            return part.lower() in ((await self.text(testid)) or "").lower()
        try:
            await until(there, timeout, f"{part!r} in {testid}")
        except TimedOut as late:
            raise TimedOut(f"{late}; the page says: {await self.page_text()!r}") from None

    async def page_text(self) -> str:
        return (await self.run("() => document.body.innerText"))[-800:]

    async def type(self, testid: str, text: str) -> None:
        """Puts text into a field the way React notices."""
        await self.ready(testid)
        await self.run(
            """(id, text) => {
                const field = document.querySelector(`[data-testid="${id}"]`);
                const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
                Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, text);
                field.dispatchEvent(new Event("input", { bubbles: true }));
            }""", testid, text)

    # Seeing

    async def _probe(self, call: str, *arguments: Any) -> Any:
        await self.run("probe => { if (!window.__probe) (0, eval)(probe); }", PROBE)
        return await self.run(f"(...arguments_) => window.__probe.{call}(...arguments_)", *arguments)

    async def inbound(self) -> dict[str, Any] | None:
        return await self._probe("inbound")

    async def presented(self, testid: str = "remote-camera") -> dict[str, Any] | None:
        return await self._probe("presented", testid)

    async def cells(self, testid: str = "remote-camera") -> np.ndarray | None:
        cells = await self._probe("cells", testid, picture.COLUMNS, picture.ROWS)
        return None if cells is None else np.array(cells)

    async def shown(self, testid: str = "remote-camera") -> str | None:
        """The known picture on the screen."""
        cells = await self.cells(testid)
        return None if cells is None else picture.recognised(cells)

    async def peak(self) -> tuple[float, float]:
        """The strongest frequency received, and its share of the power."""
        sound = await self._probe("sound")
        return (0.0, 0.0) if sound is None else tone.peak(np.array(sound["samples"]), sound["rate"])

    async def heard(self) -> str | None:
        """The known tone received."""
        frequency, share = await self.peak()
        return tone.heard(frequency) if share > 0.5 else None

    async def counters(self) -> dict[str, float]:
        """What must rise while media arrives: decoded and presented camera frames, received sound energy and packets."""
        inbound = await self.inbound()
        presented = await self.presented() or {"frames": 0}
        if not inbound:
            return {"decoded": 0, "presented": 0, "energy": 0.0, "sound": 0}
        return {
            "decoded": sum(stream["frames"] for stream in inbound["video"]),
            "presented": presented["frames"],
            "energy": sum(stream["energy"] for stream in inbound["audio"]),
            "sound": sum(stream["packets"] for stream in inbound["audio"]),
        }

    async def screen_frames(self) -> int:
        """Decoded frames of every video m-line but the camera's."""
        inbound = await self.inbound()
        if not inbound:
            return 0
        camera = await self.camera_mid()
        return sum(stream["frames"] for stream in inbound["video"] if stream["mid"] not in (None, camera))

    async def camera_mid(self) -> str | None:
        """The m-line of the camera: the second of the client's offer."""
        return await self.run(
            "() => window.__consult.engine.peerConnection.getTransceivers()[1]?.mid ?? null")

    async def receiving(self, timeout: float = 30) -> None:
        """Waits for the first decoded frame and sound."""
        async def both() -> bool:
            now = await self.counters()
            return now["decoded"] > 0 and now["presented"] > 0 and now["energy"] > 0
        try:
            await until(both, timeout, f"first frame and sound at {self.party}", every=0.1)
        except TimedOut as late:
            raise TimedOut(f"{late}; counters {await self.counters()}, inbound {await self.inbound()}, "
                           f"page: {await self.page_text()!r}") from None


async def media_rises(pages: list[Page], seconds: int = 10) -> None:
    """Second by second, decoded and presented frames and sound energy rise on every page."""
    for page in pages:
        await page.receiving()
    before, read = [await page.counters() for page in pages], time.monotonic()
    async for at in ticks(seconds):
        # A reading that came late on a busy machine lies close to the next one.
        if time.monotonic() - read < 0.9:
            continue
        after, read = [await page.counters() for page in pages], time.monotonic()
        for page, old, new in zip(pages, before, after, strict=True):
            still = [name for name in old if not new[name] > old[name]]
            assert not still, f"{page.party}: {still} stood still in the second before {at:.1f} s: {old} then {new}"
        before = after


async def recognises(page: Page, party: str, timeout: float = 20, testid: str = "remote-camera") -> None:
    """The page shows the known picture of that party and plays its tone."""
    try:
        await until(lambda: _equals(page.shown(testid), party), timeout, f"{party}'s picture at {page.party}", every=0.2)
    except TimedOut as late:
        cells = await page.cells(testid)
        raise TimedOut(f"{late}; cells {None if cells is None else cells.round().tolist()}") from None
    await hears(page, party, timeout)


async def hears(page: Page, party: str, timeout: float = 20) -> None:
    """The page plays the known tone of that party."""
    try:
        await until(lambda: _equals(page.heard(), party), timeout, f"{party}'s tone at {page.party}", every=0.2)
    except TimedOut as late:
        raise TimedOut(f"{late}; strongest frequency and its share: {await page.peak()}") from None


async def _equals(found: Any, wanted: Any) -> bool:
    return await found == wanted
