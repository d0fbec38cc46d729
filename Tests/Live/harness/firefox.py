"""Firefox over Marionette, with its own fake camera and a tone of a known frequency."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import os
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import numpy as np
from marionette_driver.marionette import Marionette

from . import tone
from .page import PLAIN_SOUND, Page
from .ports import LOOPBACK, free_port, port_open
from .wait import until

_PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "services.settings.server": "data:,",
}

_CALL = """
const finish = arguments[arguments.length - 1];
(async () => (%s)(...arguments[0]))().then((value) => finish({ value }), (error) => finish({ error: String(error) }));
"""


class FirefoxPage(Page):
    """One browser process with one tab."""

    def __init__(self, process: subprocess.Popen[bytes], driver: Marionette, party: str) -> None:
        self.process, self.driver, self.party = process, driver, party
        # Marionette is one blocking connection: one thread of its own.
        self._thread = ThreadPoolExecutor(1, "marionette")

    @classmethod
    async def launch(cls, folder: Path, party: str) -> FirefoxPage:
        profile = folder / f"firefox-{party}"
        profile.mkdir(parents=True)
        port = free_port()
        preferences = {**_PREFERENCES, "marionette.port": port, "media.navigator.audio.fake_frequency": tone.HERTZ[party]}
        (profile / "user.js").write_text("".join(
            f"user_pref({quoted(name)}, {quoted(value)});\n" for name, value in preferences.items()))
        with open(folder / f"firefox-{party}.log", "wb") as log:
            process = subprocess.Popen(
                [shutil.which("firefox-esr") or "firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", str(profile)],
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
                env={**os.environ, "MOZ_HEADLESS": "1", "MOZ_CRASHREPORTER_DISABLE": "1"})
        try:
            await until(lambda: port_open(port), 60, "Firefox's Marionette port")
            driver = Marionette(host=LOOPBACK, port=port)
            page = cls(process, driver, party)
            await page._do(lambda: driver.start_session({"acceptInsecureCerts": True}))
            driver.timeout.script = 30
            return page
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise

    async def _do(self, work: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def goto(self, url: str) -> None:
        await self._do(lambda: self.driver.navigate(url))
        await self.run(f"() => {{ {PLAIN_SOUND} }}")

    async def run(self, function: str, *arguments: Any) -> Any:
        answer = await self._do(lambda: self.driver.execute_async_script(
            _CALL % function, script_args=[list(arguments)], sandbox=None, new_sandbox=False))
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("value")

    async def peak(self) -> tuple[float, float]:
        # Its AudioContext does not run without a sound device.
        recording = await self._probe("recording", 800)
        if not recording:
            return 0.0, 0.0
        sound = decoded(base64.b64decode(recording))
        return tone.peak(sound[-tone.SAMPLE_RATE // 2:])

    async def close(self) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._do(lambda: self.driver._request_in_app_shutdown()), 10)
            with contextlib.suppress(AssertionError):
                await until(lambda: self.process.poll() is not None, 10, "Firefox's end")
        await self.kill()

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        await until(lambda: self.process.poll() is not None, 10, "the end of the killed browser")
        self._thread.shutdown(wait=False, cancel_futures=True)


def decoded(recording: bytes) -> np.ndarray:
    """One channel of a recording, at the tones' sample rate."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=tone.SAMPLE_RATE)
    blocks = []
    with av.open(io.BytesIO(recording)) as container:
        for frame in container.decode(audio=0):
            blocks += [block.to_ndarray().reshape(-1) for block in resampler.resample(frame)]
    return np.concatenate(blocks) if blocks else np.zeros(0)


def quoted(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else '"' + value.replace('"', '\\"') + '"'
