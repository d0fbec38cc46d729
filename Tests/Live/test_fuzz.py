"""A short fuzzing run under ThreadSanitizer; scripts/fuzz is the long one, under AddressSanitizer."""

from __future__ import annotations

import pytest
from fuzz import SETTINGS, Fuzz
from harness.server import TSAN_OPTIONS

SEED = 7


@pytest.mark.sanitizer
@pytest.mark.timeout(400)
async def test_mutated_offers_messages_and_packets_do_no_harm(serve, thread_sanitizer):
    server = await serve(thread_sanitizer, timeout=60, **SETTINGS, TSAN_OPTIONS=TSAN_OPTIONS)
    fuzz = Fuzz(server, SEED)
    await fuzz.part("offers", 1_000, fuzz.offers)
    await fuzz.part("messages", 1_000, fuzz.messages)
    await fuzz.part("packets", 20_000, fuzz.packets)
    await fuzz.call_works()
    server.assert_quiet_log()
