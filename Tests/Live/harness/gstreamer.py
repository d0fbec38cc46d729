"""A call's side that is GStreamer: carries its offer and candidates over the WebSocket contract."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from .server import Server
from .wait import until
from .wire import Wire


class GStreamerSide:
    """Offers; counts what its decoders gave."""

    def __init__(self, server: Server, token: str, party: str) -> None:
        self.server, self.token, self.party = server, token, party
        self.wire: Wire
        self.report: dict[str, Any] = {"video": 0, "audio": 0, "shown": None, "heard": None}
        self._offer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._candidates: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._process: asyncio.subprocess.Process

    async def call(self) -> GStreamerSide:
        self.wire = await Wire.open(self.server.websocket)
        await self.wire.hello(self.token)
        room = await self.wire.join(self.token)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, str(Path(__file__).with_name("gstreamer_peer.py")), self.party,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        self._tasks.append(asyncio.create_task(self._listen()))
        offer = await asyncio.wait_for(self._offer, 20)
        after = len(self.wire.inbox)
        result = await self.wire.request("media.offer", {"sdp": offer})
        if room["mode"] == "p2p":
            result = (await self.wire.expect("media.answer", after=after)).params
        self._say(answer=result["sdp"])
        self._tasks += [asyncio.create_task(self._give()), asyncio.create_task(self._take(after))]
        return self

    def _say(self, **message: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write((json.dumps(message) + "\n").encode())

    async def _listen(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            message = json.loads(line)
            if "offer" in message:
                self._offer.set_result(message["offer"])
            elif "candidate" in message:
                self._candidates.put_nowait(message)
            elif "error" in message:
                raise AssertionError(f"GStreamer: {message['error']}")
            else:
                self.report = message

    async def _give(self) -> None:
        while True:
            message = await self._candidates.get()
            await self.wire.tell("media.candidate", {
                "candidate": message["candidate"], "sdpMid": None, "sdpMLineIndex": message["sdpMLineIndex"],
                "usernameFragment": None})

    async def _take(self, after: int) -> None:
        while True:
            note = await self.wire.expect("media.candidate", timeout=3600, after=after)
            after = self.wire.inbox.index(note, after) + 1
            if note.params["candidate"] and " tcp " not in note.params["candidate"].lower():
                self._say(candidate=note.params["candidate"], sdpMLineIndex=note.params.get("sdpMLineIndex") or 0)

    async def sees_and_hears(self, party: str, timeout: float = 30) -> None:
        await until(lambda: (self.report["shown"], self.report["heard"]) == (party, party), timeout,
                    f"{party} at GStreamer, which has {self.report}")

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if hasattr(self, "_process"):
            if self._process.returncode is None and self._process.stdin:
                self._process.stdin.close()
            try:
                await asyncio.wait_for(self._process.wait(), 10)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        await self.wire.close()
