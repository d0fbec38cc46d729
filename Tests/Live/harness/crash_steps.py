"""What the steps of a session's money are called: by what a commit writes and a request asks for, never by an id."""

from __future__ import annotations

import json
import re

from aiohttp import web

from .pg_proxy import Commit

_KEY = re.compile(rb"cc-[0-9a-f-]{36}-w(\d+)-a(\d+)-(hold|capture|cancel|refund)-\d+")
_EVENT = re.compile(rb"(?<![a-z_.])((?:session|presence|room|charge|user)\.[a-z_]+)(?![a-z_.])")
# In an array of texts the quotes are escaped.
_SECONDS = re.compile(rb'"mediaSeconds\\?": ?(\d+)')
_STRIPE_ID = re.compile(rb"(?<![A-Za-z0-9_])evt_\w+")
_STRIPE_TYPE = re.compile(rb"(?<![a-z_.])([a-z_]+(?:\.[a-z_]+)+)(?![a-z_.])")
MONEY = {
    "sessions", "charges", "payments", "payment_requests", "ledger_transactions", "ledger_entries", "refund_orders",
    "stripe_events", "invoices", "media_records", "media_receipts", "outbox_events",
}
"""A commit that writes none of these is about something else."""


def step_of_key(key: bytes) -> str:
    """`hold w1`: of the key of a request."""
    found = _KEY.search(key)
    return f"{found[3].decode()} w{found[1].decode()}" if found else ""


class SidecarSteps:
    """Names the commits and requests of a sidecar. It remembers what the rows it has seen are about."""

    def __init__(self) -> None:
        self._requests: dict[bytes, str] = {}
        self._webhooks: dict[bytes, str] = {}

    def commit(self, commit: Commit) -> tuple[str, ...]:
        if not commit.tables & MONEY:
            return ()
        return self._request(commit) or self._webhook(commit) or self._event(commit) or self._order(commit)

    def _request(self, commit: Commit) -> tuple[str, ...]:
        if commit.says("WITH due AS"):
            step = step_of_key(commit.read)
            # The first column is the row's id: behind the count of the columns and its own length.
            self._requests[bytes(commit.read[6:22])] = self._requests[bytes(commit.read[6:42])] = step
            return (f"commit: {step} is claimed",)
        if commit.says("SET answer_status"):
            step = next((step for id, step in self._requests.items() if id in commit.sent), "?")
            return (f"commit: answer to {step}",)
        return ()

    def _webhook(self, commit: Commit) -> tuple[str, ...]:
        if commit.says("INSERT INTO stripe_events"):
            return (f"commit: webhook {self._type(commit.sent)} is kept",)
        if commit.says("UPDATE stripe_events SET attempts"):
            kind = self._type(commit.read)
            for id in _STRIPE_ID.findall(bytes(commit.read)):
                self._webhooks[id] = kind
            return (f"commit: webhook about a {kind.split('.')[0]} is claimed",)
        if commit.says("UPDATE stripe_events SET state"):
            ids = _STRIPE_ID.findall(bytes(commit.sent))
            kind = self._webhooks.get(ids[-1], "?") if ids else "?"
            return (f"commit: webhook about a {kind.split('.')[0]} is done",)
        if commit.says("WHERE processor_id = $1 OR idempotency_key"):
            return ("commit: what a webhook is about",)
        return ()

    @staticmethod
    def _type(content: bytes | bytearray) -> str:
        found = [one.decode() for one in _STRIPE_TYPE.findall(bytes(content))]
        return next((one for one in found if not one.startswith("evt_")), "?")

    @staticmethod
    def _event(commit: Commit) -> tuple[str, ...]:
        if not commit.says("SET state = 'delivered'"):
            return ()
        kinds = {kind.decode() for kind in _EVENT.findall(bytes(commit.read))}
        seconds = {int(number) for number in _SECONDS.findall(bytes(commit.read))}
        if kinds == {"session.progress"}:
            return (f"commit: clock at {max(seconds, default=0)} s",)
        return tuple(f"commit: {kind}" for kind in sorted(kinds) if kind.startswith(("session.", "charge.")))

    @staticmethod
    def _order(commit: Commit) -> tuple[str, ...]:
        if "refund_orders" in commit.tables:
            return ("commit: refund is ordered",)
        if commit.says("INSERT INTO sessions"):
            return ("commit: accept",)
        if "sessions" in commit.tables:
            return ("commit: end is asked for",)
        if "charges" in commit.tables:
            return ("commit: time has passed",)
        return ()

    def stripe(self, request: web.BaseRequest, body: bytes) -> tuple[str, ...]:
        """A request to Stripe."""
        if key := request.headers.get("Idempotency-Key"):
            step = step_of_key(key.encode())
            return (f"Stripe: {step}",) if step else ()
        return (f"Stripe: read {request.path.split('/')[2]}",)

    def webhook(self, request: web.BaseRequest, body: bytes) -> tuple[str, ...]:
        """A delivery of Stripe's."""
        return (f"webhook: {json.loads(body)['type']}",)


class CoreSteps:
    """Names the commits of a signaling core."""

    def __init__(self, threshold: int) -> None:
        self.threshold = threshold

    def commit(self, commit: Commit) -> tuple[str, ...]:
        if "outbox_events" not in commit.tables:
            return ()
        if commit.says("SET state = 'delivered'"):
            kinds = {kind.decode() for kind in _EVENT.findall(bytes(commit.read))}
            taken = kinds & {"session.ready", "session.billed", "room.end"}
            return tuple(f"takes {kind}" for kind in sorted(taken))
        kinds = {kind.decode() for kind in _EVENT.findall(bytes(commit.sent))}
        seconds = max((int(number) for number in _SECONDS.findall(bytes(commit.sent))), default=0)
        steps = []
        for kind in sorted(kinds):
            if kind == "session.progress":
                steps.append(f"tells progress {'at' if seconds >= self.threshold else 'below'} the threshold")
            elif kind.startswith("session."):
                steps.append(f"tells {kind}")
        return tuple(steps)
