"""Calls over every network: through TURN, over TCP alone, over IPv6 alone, and with addresses that change."""

from __future__ import annotations

import time

from harness.lab.calls import browser_at, clock, watch
from harness.lab.network import HUB4, HUB6
from harness.page import media_rises
from harness.wait import until


async def test_an_address_that_changes(network, serve, chromium, wire, tmp_path):
    server = await serve(host=HUB4)
    ada, router = network.behind_router("ada")
    bob = network.place("bob")
    watcher = await watch(server, wire, "moves")
    customer = await browser_at(ada, chromium, server, tmp_path, "customer")
    consultant = await browser_at(bob, chromium, server, tmp_path, "consultant")
    for page in (customer, consultant):
        await page.join(server.link(server.token("moves", page.party, page.party)))
    import socket, threading
    seen=[]
    def sniff():
        k=network.hub.call(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)))
        k.settimeout(8)
        try:
            while len(seen)<4000:
                d,a=k.recvfrom(3000)
                if d[12:14]==b"\x08\x00" and d[23]==17: seen.append((a[0],a[2],socket.inet_ntoa(d[26:30]),socket.inet_ntoa(d[30:34]),int.from_bytes(d[34:36],"big"),int.from_bytes(d[36:38],"big"),d[42:44].hex(),len(d)))
        except TimeoutError: pass
    th=threading.Thread(target=sniff); th.start()
    await media_rises([customer, consultant], 4)
    for x in seen[:60]: print(x)
    PAIRS = """async () => { const r=[...(await window.__consult.engine.peerConnection.getStats()).values()]; const c=id=>{const x=r.find(e=>e.id===id); return x&&`${x.candidateType}/${x.protocol} ${x.address}:${x.port} ${x.priority}`};
      return r.filter(e=>e.type==='candidate-pair').map(e=>`${c(e.localCandidateId)} -> ${c(e.remoteCandidateId)} ${e.state} nom=${e.nominated} sent=${e.bytesSent} recv=${e.bytesReceived} resp=${e.responsesReceived} req=${e.requestsReceived}`).join("\\n") }"""
    async def pairs():
        print(await customer.run(PAIRS)); print(network.hub.run("ss","-tn")); 
    await pairs()
    for page in (customer, consultant): await page.presented()
    t0=time.monotonic()
    router.use(1)
    for i in range(16):
        import asyncio
        await asyncio.sleep(0.5)
        a, b = await customer.counters(), await consultant.counters()
        print(round(time.monotonic()-t0,1), a["decoded"], b["decoded"], a["sound"], b["sound"], clock(watcher), (await customer.inbound())["ice"])
    await pairs()
