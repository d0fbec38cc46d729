"""A short fuzzing run under AddressSanitizer; scripts/fuzz is the long one."""

from __future__ import annotations

import os

import pytest
from fuzz import SETTINGS, Fuzz
from harness.server import ROOT

SEED = 7


@pytest.fixture
def address_sanitizer() -> str:
    path = os.environ.get("CONSULT_ASAN_BINARY") or str(ROOT / ".build/asan/debug/consult")
    assert os.access(path, os.X_OK), f"no {path}: build it with --sanitize=address, or name it in CONSULT_ASAN_BINARY"
    return path


@pytest.mark.sanitizer
@pytest.mark.timeout(400)
async def test_mutated_offers_messages_and_packets_do_no_harm(serve, address_sanitizer):
    server = await serve(address_sanitizer, timeout=60, **SETTINGS)
    fuzz = Fuzz(server, SEED)
    await fuzz.part("offers", 1_000, fuzz.offers)
    await fuzz.part("messages", 1_000, fuzz.messages)
    await fuzz.part("packets", 20_000, fuzz.packets)
    await fuzz.call_works()
