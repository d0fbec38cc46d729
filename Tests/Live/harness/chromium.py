"""Chromium, with a file for a camera and a file for a microphone."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import uuid
from pathlib import Path
from typing import Any

import psutil
from playwright.async_api import Browser, Error, Playwright
from playwright.async_api import Page as Tab

from . import picture, tone
from .page import PLAIN_SOUND, Page
from .wait import until


class ChromiumPage(Page):
    """One browser process with one tab."""

    def __init__(self, browser: Browser, tab: Tab, party: str, marker: str) -> None:
        self.browser, self.tab, self.party, self._marker = browser, tab, party, marker
        self.console: list[str] = []
        tab.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        tab.on("pageerror", lambda error: self.console.append(f"error: {error}"))

    @classmethod
    async def launch(
        cls, playwright: Playwright, folder: Path, party: str, scripts: tuple[str, ...] = (), insecure: bool = False,
        arguments: tuple[str, ...] = (), executable: str | None = None,
    ) -> ChromiumPage:
        marker = f"--consult-live={uuid.uuid4().hex}"
        folder.mkdir(parents=True, exist_ok=True)
        camera, microphone = folder / f"{party}.y4m", folder / f"{party}.wav"
        if not camera.exists():
            picture.write_y4m(camera, party)
            tone.write_wav(microphone, party)
        browser = await playwright.chromium.launch(
            executable_path=executable or shutil.which("chromium"), headless=True, timeout=60_000, args=[
                "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-video-capture={camera}", f"--use-file-for-fake-audio-capture={microphone}",
                "--autoplay-policy=no-user-gesture-required", "--disable-features=WebRtcHideLocalIpsWithMdns",
                "--allow-loopback-in-peer-connection", marker, *arguments])
        context = await browser.new_context(ignore_https_errors=insecure, viewport={"width": 900, "height": 700})
        for script in (PLAIN_SOUND, *scripts):
            await context.add_init_script(script)
        return cls(browser, await context.new_page(), party, marker)

    async def goto(self, url: str) -> None:
        await self.tab.goto(url)

    async def run(self, function: str, *arguments: Any) -> Any:
        return await self.tab.evaluate(f"arguments_ => ({function})(...arguments_)", list(arguments))

    def processes(self) -> list[psutil.Process]:
        """The browser's own process; the others end with it."""
        found = []
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if self._marker in process.cmdline():
                    found.append(process)
        return found

    async def kill(self) -> None:
        processes = self.processes()
        assert processes, "no such browser any more"
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        await until(lambda: not any(alive(process) for process in processes), 10, "the end of the killed browser")

    async def close(self) -> None:
        with contextlib.suppress(Error):
            await asyncio.wait_for(self.browser.close(), 15)
        if self.processes():
            await self.kill()


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
