"""Known tones, one per party."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

SAMPLE_RATE = 48_000
HERTZ = {"customer": 440, "consultant": 1000, "third": 700}


def samples(hertz: float, first: int, count: int, level: float = 0.3) -> np.ndarray:
    """A sine as 16-bit samples, continuous from call to call."""
    phase = 2 * np.pi * hertz * (first + np.arange(count)) / SAMPLE_RATE
    return np.rint(np.sin(phase) * level * 32767).astype(np.int16)


def write_wav(path: Path, name: str, seconds: int = 2) -> Path:
    """The tone as a file that Chromium takes for a microphone; a whole number of periods, so that it loops unheard."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(samples(HERTZ[name], 0, seconds * SAMPLE_RATE).tobytes())
    return path


def peak(signal: np.ndarray, rate: int = SAMPLE_RATE) -> tuple[float, float]:
    """The strongest frequency, and its share of the whole power."""
    window = np.asarray(signal, dtype=np.float64)
    if window.size < 1024 or not np.any(window):
        return 0.0, 0.0
    spectrum = np.abs(np.fft.rfft(window * np.hanning(window.size))) ** 2
    spectrum[: max(1, int(50 * window.size / rate))] = 0
    top = int(spectrum.argmax())
    around = spectrum[max(0, top - 3):top + 4].sum()
    return top * rate / window.size, float(around / max(spectrum.sum(), 1e-12))


def heard(frequency: float) -> str | None:
    """Whose tone this is."""
    near = [name for name, hertz in HERTZ.items() if abs(frequency - hertz) <= 15]
    return near[0] if near else None
