"""Every state in which a participant can be when it goes away: each function goes as far as its name says, and leaves."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from typing import Any

import aioice
from aiortc import RTCSessionDescription
from aiortc.rtcdtlstransport import RTCCertificate
from aiortc.sdp import SessionDescription
from OpenSSL import SSL

from .peer import Peer, candidate_lines, without_candidates
from .raw import RawSocket
from .server import Server
from .wait import until
from .wire import Wire

State = Callable[[Server, str], Awaitable[None]]


def token(server: Server, room: str, name: str = "Ada", **more: Any) -> str:
    return server.signer.token(room, name, **more)


async def joined(server: Server, room: str, name: str = "Ada", **more: Any) -> Peer:
    return await Peer(server, token(server, room, name, **more)).enter()


async def connected_and_gone(server: Server, room: str) -> None:
    """TCP, half an upgrade, nothing more."""
    raw = await RawSocket.open(server)
    await raw.send(b"GET /ws HTTP/1.1\r\n")
    raw.close()


async def upgraded_and_cut(server: Server, room: str) -> None:
    wire = await Wire.open(server.websocket)
    await wire.cut()


async def greeted_and_closed(server: Server, room: str) -> None:
    wire = await Wire.open(server.websocket)
    await wire.hello(token(server, room))
    await wire.close()


async def joined_and_left(server: Server, room: str) -> None:
    peer = await joined(server, room)
    await peer.wire.request("room.leave")
    await peer.close()


async def joined_and_cut(server: Server, room: str) -> None:
    peer = await joined(server, room)
    await peer.wire.cut()
    await peer.close()


async def offered_without_listening(server: Server, room: str) -> None:
    """The offer is sent; the answer finds nobody."""
    peer = await joined(server, room)
    await peer.wire.tell("media.offer", {"sdp": await description(peer)})
    await peer.wire.request("media.offer", {"sdp": await description(peer)})
    await peer.wire.cut()
    await peer.close()


async def offered_with_half_the_candidates(server: Server, room: str) -> None:
    """The answer is there, one candidate went out, no end of candidates, no check."""
    peer = await joined(server, room)
    sdp = await description(peer)
    await peer.wire.request("media.offer", {"sdp": without_candidates(sdp)})
    await peer.wire.tell("media.candidate", {"candidate": candidate_lines(sdp)[0], "sdpMid": "0", "sdpMLineIndex": 0})
    await peer.wire.request("room.leave")
    await peer.close()


async def description(peer: Peer) -> str:
    """An offer of its peer connection, gathered."""
    if peer.pc.localDescription is None:
        for track in peer.tracks:
            peer.pc.addTrack(track)
        await peer.pc.setLocalDescription(await peer.pc.createOffer())
    return peer.pc.localDescription.sdp


async def ice(server: Server, room: str) -> tuple[Peer, aioice.Connection]:
    """ICE is connected, done by hand so that DTLS can be left out."""
    peer = await joined(server, room)
    connection = aioice.Connection(ice_controlling=True)
    await connection.gather_candidates()
    sdp = without_candidates(await description(peer))
    sdp = re.sub(r"a=ice-ufrag:\S+", f"a=ice-ufrag:{connection.local_username}", sdp)
    sdp = re.sub(r"a=ice-pwd:\S+", f"a=ice-pwd:{connection.local_password}", sdp)
    text = (await peer.wire.request("media.offer", {"sdp": sdp}))["sdp"]
    answer = SessionDescription.parse(text)
    connection.remote_username, connection.remote_password = answer.media[0].ice.usernameFragment, answer.media[0].ice.password
    for candidate in connection.local_candidates:
        await peer.wire.tell("media.candidate", {"candidate": f"candidate:{candidate.to_sdp()}", "sdpMid": "0", "sdpMLineIndex": 0})
    found = [line for line in candidate_lines(text) if " udp " in line.lower()]
    if not found:
        note = await peer.wire.expect("media.candidate", lambda params: " udp " in params["candidate"].lower())
        found = [note.params["candidate"]]
    await connection.add_remote_candidate(aioice.Candidate.from_sdp(found[0].removeprefix("candidate:")))
    await connection.add_remote_candidate(None)
    await asyncio.wait_for(connection.connect(), 20)
    return peer, connection


async def ice_without_dtls(server: Server, room: str) -> None:
    peer, connection = await ice(server, room)
    await peer.wire.request("room.leave")
    await connection.close()
    await peer.close()


async def half_of_dtls(server: Server, room: str) -> None:
    """The first flight went out, the server's came back, and then nothing."""
    peer, connection = await ice(server, room)
    tls = SSL.Connection(RTCCertificate.generateCertificate()._create_ssl_context(peer.transport._srtp_profiles))
    tls.set_connect_state()
    with contextlib.suppress(SSL.WantReadError):
        tls.do_handshake()
    await connection.send(tls.bio_read(1500))
    assert (await asyncio.wait_for(connection.recv(), 10))[0] == 22, "a handshake record came back"
    await peer.wire.cut()
    await connection.close()
    await peer.close()


async def dtls_of_somebody_else(server: Server, room: str) -> None:
    """The certificate is not the one of the offer's fingerprint."""
    peer = await joined(server, room)
    sdp = await description(peer)
    forged = re.sub(r"(a=fingerprint:sha-\d+ )\S\S:\S\S", r"\g<1>00:11", sdp)
    answer = await peer.wire.request("media.offer", {"sdp": forged})
    await peer.pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
    task = asyncio.create_task(peer._take_candidates(0))
    peer._tasks.append(task)
    await peer._send_candidate("")
    await until(lambda: peer.transport.state in ("connected", "failed", "closed"), 20, "the end of the handshake")
    await peer.wire.request("room.leave")
    await peer.close()


async def call(server: Server, room: str, **more: Any) -> list[Peer]:
    """Two sides with media."""
    sides = [await joined(server, room, name, role=role, **more) for name, role in (("Ada", "customer"), ("Bob", "consultant"))]
    for side in sides:
        await side.negotiate()
    for side in sides:
        await side.connected(30)
    await until(lambda: all(len(side.tap.received) > 20 for side in sides), 20, "media")
    return sides


async def call_and_left(server: Server, room: str) -> None:
    sides = await call(server, room)
    for side in sides:
        await side.wire.request("room.leave")
        await side.close()


async def call_and_media_gone_first(server: Server, room: str) -> None:
    """The peer connections close before the signaling says anything."""
    sides = await call(server, room)
    for side in sides:
        await side.pc.close()
    for side in sides:
        await side.wire.request("room.leave")
        await side.close()


async def call_and_cut(server: Server, room: str) -> None:
    """Nothing is said at all: sockets simply stop."""
    sides = await call(server, room)
    for side in sides:
        await side.wire.cut()
        side.transport.transport._connection._nominated[1].protocol.transport.abort()
        # Without its socket aiortc's sender may break down in a way in which its end is never told.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                await side.close()


async def offered_twice(server: Server, room: str) -> None:
    """A second peer connection of the same person replaces the first."""
    first = await joined(server, room)
    await first.negotiate()
    await first.connected(30)
    second = Peer(server, first.token)
    second.wire, second.room, second.user = first.wire, first.room, first.user
    await second.offer()
    await second.connected(30)
    await second.wire.request("room.leave")
    await first.close()
    await second.close()


async def offered_again_and_again(server: Server, room: str) -> None:
    """Offers overtake each other."""
    peer = await joined(server, room)
    sdp = await description(peer)
    for number in range(5):
        fresh = re.sub(r"a=ice-ufrag:\S+", f"a=ice-ufrag:again{number}", sdp)
        await peer.wire.tell("media.offer", {"sdp": fresh})
    await peer.wire.request("room.leave")
    await peer.close()


async def taken_over(server: Server, room: str) -> None:
    """Another tab of the same person joins in the middle of a call."""
    sides = await call(server, room)
    other = await joined(server, room)
    await sides[0].wire.closed()
    await other.negotiate()
    await other.connected(30)
    for side in (other, sides[1]):
        await side.wire.request("room.leave")
    for side in (*sides, other):
        await side.close()


async def ended_by_the_gate(server: Server, room: str) -> None:
    """Nobody pays."""
    sides = await call(server, room)
    for side in sides:
        await side.wire.expect("room.ended", timeout=30)
    for side in sides:
        await side.wire.closed()
        await side.close()


async def peer_to_peer(server: Server, room: str) -> None:
    """Signaling alone."""
    sides = [await joined(server, room, name, role=role, mode="p2p") for name, role in (("Ada", "customer"), ("Bob", "consultant"))]
    await asyncio.gather(*(side.negotiate() for side in sides))
    await asyncio.gather(*(side.connected(30) for side in sides))
    for side in sides:
        await side.wire.request("room.leave")
        await side.close()


# Those that leave a participation behind for a while come first, so that a hundred rooms' time is also their time to end.
LINGERING: list[State] = [joined_and_cut, offered_without_listening, half_of_dtls, call_and_cut]
PROMPT: list[State] = [
    connected_and_gone, upgraded_and_cut, greeted_and_closed, joined_and_left, offered_with_half_the_candidates, ice_without_dtls,
    dtls_of_somebody_else, call_and_left, call_and_media_gone_first, offered_twice, offered_again_and_again, taken_over,
    ended_by_the_gate, peer_to_peer,
]
