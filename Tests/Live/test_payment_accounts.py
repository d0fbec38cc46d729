"""Cards and payout accounts, through HTTP, with the stand-in for Stripe that an embedded server brings along."""

from __future__ import annotations

import asyncio
import http.client
import urllib.parse
from collections.abc import Awaitable, Callable

import stripe
from harness.api import API, EmbeddedServer
from harness.wait import until

Embedded = Callable[..., Awaitable[EmbeddedServer]]


def visit(address: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    """Opens one of the stand-in's pages, as a browser would; with a form, sends it."""
    url = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=10)
    try:
        body = urllib.parse.urlencode(form) if form else None
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        connection.request("POST" if form else "GET", f"{url.path}?{url.query}", body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


async def cards(person: API) -> list[dict]:
    return (await person("GET", "/me/payment-methods")).ok()["items"]


async def test_a_customer_stores_chooses_and_removes_cards(embedded: Embedded) -> None:
    server = await embedded()
    ada = await server.register("ada@example.org")
    assert await cards(ada) == []

    # By the page that takes the place of Stripe's.
    begun = (await ada("POST", "/me/payment-methods", {}, Idempotency_Key="setup")).ok()
    assert begun["simulated"] is True and begun["publishableKey"] is None
    (await ada("POST", "/me/payment-methods", {"setupIntentId": begun["setupIntentId"]})).problem(409, "setup_unfinished")
    status, page = await asyncio.to_thread(visit, begun["url"])
    assert status == 200 and "Simulated: no real money moves here." in page
    status, page = await asyncio.to_thread(visit, begun["url"], {"method": "pm_card_visa"})
    assert status == 200, page
    ben = await server.register("ben@example.org")
    (await ben("POST", "/me/payment-methods", {"setupIntentId": begun["setupIntentId"]})).problem(409, "payment_method_taken")
    first = (await ada("POST", "/me/payment-methods", {"setupIntentId": begun["setupIntentId"]})).ok(201)
    assert (first["brand"], first["last4"], first["isDefault"]) == ("visa", "4242", True)

    # By name, twice with the same key, and one that the bank refuses.
    wish = {"paymentMethodId": "pm_card_mastercard"}
    second = (await ada("POST", "/me/payment-methods", wish, Idempotency_Key="second")).ok(201)
    again = await ada("POST", "/me/payment-methods", wish, Idempotency_Key="second")
    assert again.ok(201) == second and again.headers["idempotency-replayed"] == "true"
    refused = await ada("POST", "/me/payment-methods", {"paymentMethodId": "pm_card_visa_chargeDeclined"})
    assert refused.problem(402, "card_declined")["declineCode"] == "generic_decline"
    assert [card["id"] for card in await cards(ada)] == [second["id"], first["id"]]

    # Another default; nobody else's; and gone, with the other as the default.
    changed = (await ada("PATCH", f"/me/payment-methods/{second['id']}", {"isDefault": True})).ok()
    assert changed["isDefault"] and [card["isDefault"] for card in await cards(ada)] == [True, False]
    for method, content in (("PATCH", {"isDefault": True}), ("DELETE", None)):
        (await ben(method, f"/me/payment-methods/{first['id']}", content)).problem(404, "payment_method_not_found")
    (await ada("DELETE", f"/me/payment-methods/{second['id']}")).ok(204)
    (await ada("DELETE", f"/me/payment-methods/{second['id']}")).ok(204)
    left = await cards(ada)
    assert [(card["id"], card["isDefault"]) for card in left] == [(first["id"], True)]

    consultant = await server.demo("consultant")
    (await consultant("GET", "/me/payment-methods")).problem(403, "forbidden")


async def test_a_consultant_is_ready_to_be_paid_at_once(embedded: Embedded) -> None:
    server = await embedded()
    kim = await server.register("kim@example.org", role="consultant")
    account = (await kim("GET", "/me/payout-account")).ok()
    assert account == {
        "state": "none", "payoutsEnabled": False, "requirements": [], "interval": "weekly", "simulated": True}
    (await kim("PATCH", "/me/payout-account", {"interval": "daily"})).problem(404, "payout_account_not_found")
    link = (await kim("POST", "/me/payout-account", {})).ok()["url"]
    status, page = await asyncio.to_thread(visit, link)
    assert status == 200 and "Simulated" in page
    account = (await kim("GET", "/me/payout-account")).ok()
    assert account["state"] == "enabled" and account["payoutsEnabled"]
    assert (await kim("PATCH", "/me/payout-account", {"interval": "daily"})).ok()["interval"] == "daily"
    assert (await kim("GET", "/me/payout-account")).ok()["interval"] == "daily"

    earnings = (await kim("GET", "/me/earnings?from=2026-01-01&to=2026-12-31")).ok()
    assert earnings == {"totals": [], "weeks": [], "next": None, "simulated": True}
    (await kim("GET", "/me/earnings?from=yesterday")).problem(422, "invalid_content")
    assert (await kim("GET", "/payouts")).ok() == {"items": [], "next": None}
    assert (await (await server.demo("admin"))("GET", "/payouts")).ok() == {"items": [], "next": None}


async def test_what_happens_at_the_processor_is_told_by_webhooks(embedded: Embedded) -> None:
    server = await embedded()
    ada, grace = await server.demo("customer"), await server.demo("consultant")
    link = urllib.parse.urlsplit((await grace("POST", "/me/payout-account", {})).ok()["url"])
    processor = stripe.StripeClient(
        "sk_test_live", base_addresses={"api": f"http://{link.netloc}"}, http_client=stripe.RequestsClient())

    def pay_out() -> stripe.Payout:
        """Charges Ada for Grace, and pays a part of it out."""
        account = next(a for a in processor.v1.accounts.list({"limit": 100}).data if a.email == "grace@demo.example")
        customer = next(c.id for c in processor.v1.customers.list().data if c.metadata["user"] == ada.user["id"])
        card = processor.v1.customers.payment_methods.list(customer).data[0].id
        processor.v1.payment_intents.create({
            "amount": 10_000, "currency": "usd", "customer": customer, "payment_method": card, "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "transfer_data": {"destination": account.id}})
        return processor.v1.payouts.create({"amount": 2500, "currency": "usd"}, {"stripe_account": account.id})

    await asyncio.to_thread(pay_out)

    async def payouts() -> list[dict]:
        # The stand-in's time goes on with what it is asked.
        await asyncio.to_thread(processor.v1.balance.retrieve)
        return (await grace("GET", "/payouts")).ok()["items"]

    [payout] = await until(payouts, 10, "the payout")
    assert payout["amount"] == {"amount": 2500, "currency": "usd"} and payout["consultantId"] == grace.user["id"]

    async def is_paid() -> bool:
        return [item["state"] for item in await payouts()] == ["paid"]

    await until(is_paid, 20, "the payout's arrival")
    [total] = (await grace("GET", "/me/earnings")).ok()["totals"]
    assert total["paidOut"] == {"amount": 2500, "currency": "usd"}

    # A card that was removed there is gone here.
    [card] = await cards(ada)
    second = (await ada("POST", "/me/payment-methods", {"paymentMethodId": "pm_card_amex"})).ok(201)

    def forget() -> None:
        customer = next(c.id for c in processor.v1.customers.list().data if c.metadata["user"] == ada.user["id"])
        visa = next(m for m in processor.v1.customers.payment_methods.list(customer).data if m.card.last4 == "4242")
        processor.v1.payment_methods.detach(visa.id)

    await asyncio.to_thread(forget)

    async def is_alone() -> bool:
        return [(item["id"], item["isDefault"]) for item in await cards(ada)] == [(second["id"], True)]

    await until(is_alone, 10, f"the end of card {card['id']}")


async def test_the_people_of_the_demonstration_can_pay_and_be_paid(embedded: Embedded) -> None:
    server = await embedded()
    [card] = await cards(await server.demo("customer"))
    assert card["isDefault"] and card["brand"] == "visa"
    assert (await (await server.demo("consultant"))("GET", "/me/payout-account")).ok()["state"] == "enabled"
    assert "money is simulated" in server.log()


async def test_without_a_processor_it_is_said_so(embedded: Embedded) -> None:
    # A key, and nobody at the address.
    server = await embedded(
        CONSULT_STRIPE_SECRET_KEY="sk_test_nowhere", CONSULT_STRIPE_API_BASE="http://127.0.0.1:9")
    assert "the people of the demonstration have no cards" in server.log()
    ada = await server.demo("customer")
    assert await cards(ada) == []
    (await ada("POST", "/me/payment-methods", {"paymentMethodId": "pm_card_visa"})).problem(503, "payments_unavailable")
