"""Who may what: every route of the API with everybody's token; and the audit log."""

from __future__ import annotations

import pytest
import yaml
from harness.people import Town
from harness.server import ROOT

pytestmark = pytest.mark.asyncio(loop_scope="module")
ANYBODY = ("customer", "consultant", "admin")
PEOPLE = ("customer", "consultant")
GUARDED = [
    ("POST", "/auth/logout-everywhere", ANYBODY), ("GET", "/me", ANYBODY), ("PATCH", "/me", ANYBODY), ("DELETE", "/me", ANYBODY),
    ("POST", "/me/password", ANYBODY), ("GET", "/me/export", ANYBODY), ("GET", "/me/consents", ANYBODY),
    ("PUT", "/me/consents", ANYBODY), ("GET", "/me/security-events", ANYBODY), ("GET", "/me/profile", ("consultant",)),
    ("PUT", "/me/profile", ("consultant",)), ("PUT", "/me/availability", ("consultant",)),
    ("POST", "/me/profile/linkedin-import", ("consultant",)), ("GET", "/admin/audit", ("admin",)),
    ("GET", "/admin/users", ("admin",)), ("POST", "/admin/users/1/reinstate", ("admin",)),
    ("GET", "/admin/moderation", ("admin",)), ("POST", "/admin/moderation/1", ("admin",)),
    ("GET", "/ops/stripe-events", ("admin",)), ("POST", "/ops/stripe-events/1/retry", ("admin",)),
    ("GET", "/ops/outbox", ("admin",)), ("POST", "/ops/outbox/1/retry", ("admin",)), ("GET", "/ops/analytics", ("admin",)),
    ("GET", "/ops/reconciliation", ("admin",)), ("GET", "/ops/calls", ("admin",)), ("GET", "/ops/calls/1", ("admin",)),
    ("POST", "/questions/keywords", ("customer",)), ("POST", "/questions", ("customer",)), ("GET", "/questions", ("customer",)),
    ("GET", "/questions/1", ("customer",)), ("DELETE", "/questions/1", ("customer",)),
    ("GET", "/questions/1/matches", ("customer",)), ("GET", "/me/requests", ("consultant",)),
    ("POST", "/requests/1/accept", ("consultant",)), ("POST", "/requests/1/decline", ("consultant",)),
    ("GET", "/me/performance", ("consultant",)), ("GET", "/sessions", PEOPLE), ("GET", "/sessions/1", ANYBODY),
    ("POST", "/sessions/1/join", PEOPLE), ("POST", "/sessions/1/end", PEOPLE), ("GET", "/sessions/1/quality", ANYBODY),
    ("POST", "/me/network-check", PEOPLE),
    ("GET", "/sessions/1/receipt", ANYBODY), ("GET", "/sessions/1/invoice", ANYBODY),
    ("POST", "/sessions/1/rating", ("customer",)), ("POST", "/sessions/1/report", PEOPLE),
    ("GET", "/me/payment-methods", ("customer",)), ("POST", "/me/payment-methods", ("customer",)),
    ("PATCH", "/me/payment-methods/1", ("customer",)), ("DELETE", "/me/payment-methods/1", ("customer",)),
    ("GET", "/me/payout-account", ("consultant",)), ("POST", "/me/payout-account", ("consultant",)),
    ("PATCH", "/me/payout-account", ("consultant",)), ("GET", "/me/earnings", ("consultant",)),
    ("GET", "/payouts", ("consultant", "admin")), ("GET", "/payments", ANYBODY), ("POST", "/payments/1/refund", ("admin",)),
    ("GET", "/disputes", ("admin",)), ("POST", "/disputes/1/evidence", ("admin",)),
    ("GET", "/invoices", ("customer", "admin")), ("GET", "/statements", ("consultant",)),
    ("GET", "/statements/{month}", ("consultant",)),
]


OPEN = {
    ("POST", "/auth/register"), ("POST", "/auth/verify-email"), ("POST", "/auth/login"), ("POST", "/auth/refresh"),
    ("POST", "/auth/logout"), ("POST", "/auth/password-reset"), ("POST", "/auth/password-reset/confirm"), ("GET", "/consultants"),
    ("GET", "/consultants/{id}"), ("GET", "/consultants/{id}/ratings"), ("POST", "/webhooks/stripe"),
}


async def test_no_published_route_is_missing_here():
    published = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())["paths"]
    routes = {
        (method.upper(), path.removeprefix("/api/v1")) for path, item in published.items() if path.startswith("/api/v1/")
        for method in item if method in ("get", "post", "put", "patch", "delete")}
    assert routes == OPEN | {(method, path.replace("/1", "/{id}")) for method, path, _ in GUARDED}


async def test_each_route_lets_in_its_roles_only(town: Town):
    people = {role: await town.resident(role) for role in ANYBODY}
    unverified = await town.resident("consultant", verified=False)
    wrong = []
    for method, path, roles in GUARDED:
        body = {} if method in ("POST", "PUT", "PATCH") else None
        for token, expected in [(None, "unauthenticated"), ("nonsense", "unauthenticated")]:
            answer = await town.client().request(method, path, body, token=token)
            if answer.status != 401 or answer.json["code"] != expected or "www-authenticate" not in answer.headers:
                wrong.append((method, path, token, answer))
        for role, person in people.items():
            if role in roles and (method, path) in [("POST", "/auth/logout-everywhere"), ("DELETE", "/me")]:
                continue
            answer = await person.client.request(method, path, body)
            if role in roles:
                if answer.status in (401, 403):
                    wrong.append((method, path, role, answer))
            elif answer.status != 403 or answer.json["code"] != "forbidden":
                wrong.append((method, path, role, answer))
        if roles == ("consultant",):
            answer = await unverified.client.request(method, path, body)
            if answer.status != 403 or answer.json["code"] != "email_unverified":
                wrong.append((method, path, "unverified", answer))
    assert not wrong, wrong
    # Who has lost a role has lost it at once, whatever the token says.
    admin = people["admin"]
    await town.place.query(f"UPDATE users SET role = 'customer' WHERE id = '{admin.id}'")
    (await admin.client.get("/admin/audit")).problem(403, "forbidden")


async def test_the_audit_log_is_the_admins(town: Town):
    ada, root = await town.resident(), await town.resident("admin")
    events = (await root.client.get(f"/admin/audit?user={ada.id}")).expect(200)["items"]
    assert [event["kind"] for event in events] == ["signed_in", "email_verified", "registered"]
    assert {event["address"] for event in events} == {ada.client.address}
    (await ada.client.get("/admin/audit")).problem(403, "forbidden")
