"""One side dies and comes back; the other side and the clock do not suffer for it."""

from __future__ import annotations

import time

from harness.browser_calls import browser_call
from harness.page import media_rises, recognises
from harness.wait import ticks, until

MARK = "() => { window.__same = window.__consult.engine.peerConnection; }"
SAME = "() => window.__same === window.__consult.engine.peerConnection && window.__same.connectionState === 'connected'"


async def test_a_killed_browser_rejoins_and_the_clock_counts_only_what_both_had(serve, chromium, wire):
    server = await serve()
    watcher = await wire(server)
    observer = server.token("rejoin", "Olga", "observer")
    await watcher.hello(observer)
    await watcher.join(observer)

    together = time.monotonic()
    customer, consultant = await browser_call(server, chromium, "rejoin")
    await customer.run(MARK)
    await media_rises([customer, consultant], 5)
    both = time.monotonic() - together
    await consultant.kill()
    killed = time.monotonic()
    mark = len(watcher.inbox)

    # The clock stops, and nobody is thrown out.
    stopped = await watcher.expect("billing.status", lambda status: not status["running"], timeout=10, after=mark)
    stood = stopped.params["mediaSeconds"]
    assert stood <= both + 2, (stood, both)
    async for _ in ticks(3):
        assert await customer.run(SAME), "the side that stayed was disturbed"
    assert watcher.seen("billing.status")[-1].params["mediaSeconds"] == stood
    assert not watcher.seen("room.left", mark) and not watcher.seen("room.ended")
    assert time.monotonic() - killed > 2

    mark = len(watcher.inbox)
    back = time.monotonic()
    again = await chromium("consultant")
    await again.join(server.link(server.token("rejoin", "consultant", "consultant")))
    await again.receiving()
    await media_rises([customer, again], 5)
    await recognises(customer, "consultant")
    await recognises(again, "customer")
    assert await customer.run(SAME), "the side that stayed was disturbed"

    on = await watcher.expect("billing.status", lambda status: status["running"], timeout=10, after=mark)
    assert on.params["mediaSeconds"] in (stood, stood + 1), "the clock goes on where it stood"
    await watcher.expect("billing.status", lambda status: status["mediaSeconds"] >= stood + 4, timeout=10)
    seconds = [note.params["mediaSeconds"] for note in watcher.seen("billing.status")]
    assert all(left <= right for left, right in zip(seconds, seconds[1:], strict=False)), "the clock ran backwards"
    most = both + (time.monotonic() - back) + 2
    assert seconds[-1] <= most, f"{seconds[-1]} media seconds in {most - 2:.1f} s with both sides there"
    rejoined = watcher.seen("room.joined", mark)
    assert [note.params["rejoined"] for note in rejoined] == [True] and not watcher.seen("room.left")


async def test_a_reloaded_page_joins_again(serve, chromium):
    server = await serve()
    customer, consultant = await browser_call(server, chromium, "reload")
    await media_rises([customer, consultant], 2)
    await customer.run(MARK)
    await consultant.tab.reload()

    # The page may go on by itself or ask first: either is one step for the user.
    async def joined() -> bool:
        if await consultant.run("() => !!document.querySelector('[data-testid=\"join-button\"]:not(:disabled)')"):
            await consultant.click("join-button")
        return (await consultant.counters())["decoded"] > 0

    await until(joined, 30, "media after the reload", every=0.5)
    await media_rises([customer, consultant], 3)
    assert await customer.run(SAME)


async def test_hanging_up_is_told_to_the_other_side(serve, chromium):
    server = await serve()
    customer, consultant = await browser_call(server, chromium, "hangup")
    await consultant.click("hangup-button")
    await consultant.ready("ended-reason")

    async def alone() -> bool:
        return await customer.run(
            "() => !document.querySelector('[data-testid=\"remote-camera\"]')?.videoWidth || "
            "/left|waiting|alone/i.test(document.body.innerText)")

    await until(alone, 10, "the customer's page saying that the other side has left")


async def test_the_page_says_why_an_unpaid_call_ended(serve, chromium):
    server = await serve(CONSULT_BILLING_THRESHOLD=6, CONSULT_BILLING_GRACE=2, CONSULT_BILLING_WARNING=4)
    customer, consultant = await browser_call(server, chromium, "unpaid")
    for page in (customer, consultant):
        await page.ready("billing-warning", 20)
    for page in (customer, consultant):
        await page.ready("ended-reason", 30)
        assert await page.run("""() => document.querySelector('[data-testid="ended-reason"]').dataset.reason""") == "unpaid"
        clock = int(await page.run("""() => document.querySelector('[data-testid="media-clock"]').dataset.seconds"""))
        assert 6 <= clock <= 8, "the threshold, and what passed in the grace period"


async def test_chat_between_two_pages_arrives_once(serve, chromium):
    server = await serve()
    customer, consultant = await browser_call(server, chromium, "talk")
    for page in (customer, consultant):
        if await page.run("() => !document.querySelector('[data-testid=\"chat-input\"]')"):
            await page.click("chat-button")
    await customer.type("chat-input", "Grüße <b>from Ada</b> 👋")
    await customer.click("chat-send")
    await consultant.shows("chat-messages", "Grüße <b>from Ada</b> 👋")
    await consultant.type("chat-input", "and back")
    await consultant.click("chat-send")
    await customer.shows("chat-messages", "and back")
    for page in (customer, consultant):
        text = await page.text("chat-messages") or ""
        assert text.count("from Ada") == 1 and text.count("and back") == 1, text
