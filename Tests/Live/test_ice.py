"""Finding a way: trickled candidates, ICE restarts, and TCP where UDP is closed."""

from __future__ import annotations

import socket
import time

from harness.browser_calls import browser_call, unbroken
from harness.page import media_rises
from harness.peer import media_both_ways
from harness.ports import LOOPBACK
from harness.tap import missing
from harness.wait import until

# Answers "failed" for the connection state as long as the test says so, so that the client restarts ICE.
PRETENDED_FAILURE = """(() => {
    let pretended = false;
    for (const name of ["connectionState", "iceConnectionState"]) {
        const { get } = Object.getOwnPropertyDescriptor(RTCPeerConnection.prototype, name);
        Object.defineProperty(RTCPeerConnection.prototype, name, { get() { return pretended ? "failed" : get.call(this); } });
    }
    window.__pretend = (failed) => {
        pretended = failed;
        window.__consult.engine.peerConnection.dispatchEvent(new Event("connectionstatechange"));
    };
})();"""

# Leaves TCP as the only way: no UDP candidate goes out or comes in.
TCP_ONLY = """(() => {
    const udp = (text) => /candidate:\\S+ \\d+ udp /i.test(text);
    const strip = (sdp) => sdp.split("\\r\\n").filter((line) => !udp(line)).join("\\r\\n");
    const proto = RTCPeerConnection.prototype;
    const { addIceCandidate, setRemoteDescription } = proto;
    proto.addIceCandidate = function (candidate) {
        return candidate && udp(candidate.candidate ?? "") ? Promise.resolve() : addIceCandidate.call(this, candidate);
    };
    proto.setRemoteDescription = function (description) {
        return setRemoteDescription.call(this, { type: description.type, sdp: strip(description.sdp) });
    };
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (text) {
        const message = JSON.parse(text);
        if (message.method === "media.candidate" && udp(message.params.candidate ?? "")) {
            if (message.id === undefined) return;
            message.params.candidate = "";
        }
        if (message.params?.sdp) message.params.sdp = strip(message.params.sdp);
        send.call(this, JSON.stringify(message));
    };
})();"""


async def test_candidates_trickled_after_the_answer_find_a_way(server, peer):
    ada = peer(server, server.token("trickle", "Ada"), "customer", trickle=True)
    bob = peer(server, server.token("trickle", "Bob", "consultant"), "consultant", trickle=True)
    await ada.call()
    await bob.call()
    await media_both_ways(ada, bob)
    for side in (ada, bob):
        await until(lambda: "" in side.candidates, 10, "the end of the server's candidates")
        assert any(" udp " in candidate.lower() for candidate in side.candidates), side.candidates


async def test_candidates_may_come_before_the_offer(server, peer):
    ada, bob = (peer(server, server.token("early", name, role), role) for name, role in (
        ("Ada", "customer"), ("Bob", "consultant")))
    await ada.enter()
    await ada.wire.tell("media.candidate", {
        "candidate": "candidate:1 1 udp 2130706431 127.0.0.1 9 typ host", "sdpMid": "0", "sdpMLineIndex": 0,
        "usernameFragment": None})
    refusal = await ada.wire.refused("media.candidate", {"candidate": "candidate:nonsense", "sdpMid": "0", "sdpMLineIndex": 0})
    assert refusal.code == -32602
    await ada.offer()
    await ada.connected()
    await bob.call()
    await media_both_ways(ada, bob, 2)


async def test_a_tcp_candidate_without_a_type_is_not_fatal(server, peer):
    # libnice complains about it (the log is checked at the end); RFC 6544 §4.5 demands the type.
    ada = peer(server, server.token("untyped", "Ada"), "customer")
    bob = peer(server, server.token("untyped", "Bob", "consultant"), "consultant")
    await ada.enter()
    untyped = {"candidate": "candidate:1 1 tcp 2130706431 127.0.0.1 9 typ host", "sdpMid": "0", "sdpMLineIndex": 0}
    await ada.wire.tell("media.candidate", untyped)
    await ada.offer()
    await ada.wire.tell("media.candidate", untyped)
    await ada.connected()
    await bob.call()
    await media_both_ways(ada, bob, 1)


async def test_a_stun_server_that_is_silent_delays_nobody(serve, peer):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((LOOPBACK, 0))
        server = await serve(CONSULT_STUN_URLS=f"stun:{LOOPBACK}:{silent.getsockname()[1]}")
        ada = peer(server, server.token("silent", "Ada"), "customer")
        bob = peer(server, server.token("silent", "Bob", "consultant"), "consultant")
        start = time.monotonic()
        await ada.call()
        await bob.call()
        assert time.monotonic() - start < 4, "the answer waited for a server that does not answer"
        await media_both_ways(ada, bob, 2)
        for side in (ada, bob):
            await until(lambda: "" in side.candidates, 15, "the end of the server's candidates")


async def test_an_ice_restart_keeps_the_media(serve, chromium):
    server = await serve()
    customer, consultant = await browser_call(server, chromium, "restart", scripts=(PRETENDED_FAILURE,))
    await media_rises([customer, consultant], 2)
    ufrag = "() => window.__consult.engine.peerConnection.%s.sdp.match(/ice-ufrag:(\\S+)/)[1]"
    here, there = await customer.run(ufrag % "localDescription"), await customer.run(ufrag % "remoteDescription")
    await customer.run("() => { window.__same = window.__consult.engine.peerConnection; }")
    for page in (customer, consultant):
        await page.presented()  # the longest pause counts from here

    await customer.run("() => window.__pretend(true)")

    async def restarted() -> bool:
        return (await customer.run(ufrag % "localDescription") != here
                and await customer.run(ufrag % "remoteDescription") != there
                and await customer.run("() => window.__consult.engine.peerConnection.signalingState") == "stable")

    await until(restarted, 15, "new ICE credentials on both sides")
    await customer.run("() => window.__pretend(false)")
    assert await customer.run("() => window.__same === window.__consult.engine.peerConnection")

    async def settled() -> bool:
        return (await customer.inbound())["ice"] in ("connected", "completed")

    await until(settled, 15, "ICE after its restart")
    await media_rises([customer, consultant], 5)
    for page in (customer, consultant):
        await unbroken(page, 0)


async def test_a_call_over_tcp_alone_works(serve, chromium):
    server = await serve()
    customer = await chromium("customer", scripts=(TCP_ONLY,))
    consultant = await chromium("consultant")
    for page in (customer, consultant):
        await page.join(server.link(server.token("tcp", page.party, page.party)))
    await media_rises([customer, consultant], 5)
    way = await customer.inbound()
    assert way["local"]["protocol"] == way["remote"]["protocol"] == "tcp", way
    assert (await consultant.inbound())["remote"]["protocol"] == "udp"


async def test_the_server_offers_tcp_candidates_too(server, peer):
    ada = peer(server, server.token("offered", "Ada"), "customer")
    await ada.call()
    await until(lambda: "" in ada.candidates, 10, "the end of the server's candidates")
    assert any(" tcp " in candidate.lower() and "tcptype passive" in candidate for candidate in ada.candidates), ada.candidates


async def test_a_new_peer_connection_of_the_same_person_takes_over_and_nothing_jumps(server, peer):
    ada = peer(server, server.token("replace", "Ada"), "customer")
    bob = peer(server, server.token("replace", "Bob", "consultant"), "consultant")
    await ada.call()
    await bob.call()
    await media_both_ways(ada, bob, 2)
    sources = {packet.ssrc for packet in bob.tap.received}

    # Without leaving: another peer connection, another fingerprint, the same seat.
    fresh = peer(server, ada.token, "customer")
    fresh.wire, fresh.room, fresh.user = ada.wire, ada.room, ada.user
    await fresh.offer()
    await fresh.connected()
    mark = time.monotonic()
    await media_both_ways(fresh, bob, 3)
    assert {packet.ssrc for packet in bob.tap.since(mark)} <= sources, "the receiver sees one continuous stream"
    assert missing(bob.tap.received, bob.media_types) == {}
    assert not bob.wire.seen("room.left")
