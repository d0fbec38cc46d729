"""The stand-in for Stripe, driven by Stripe's own SDK; our gateway's requests and signatures, judged by it."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
import stripe
from harness.server import ROOT
from harness.stripe_checker import StripeChecker
from harness.stripe_sandbox import SECRET, Receiver, StripeSandbox
from harness.wait import ticks, until

Start = Callable[..., Awaitable[StripeSandbox]]
HOLD = {
    "amount": 10_000, "currency": "usd", "capture_method": "manual", "confirm": True, "off_session": True,
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}


@pytest_asyncio.fixture
async def start(tmp_path: Path, nothing_left: None) -> AsyncIterator[Start]:
    """Starts stand-ins; each must end cleanly."""
    running: list[StripeSandbox] = []

    async def make(*options: str) -> StripeSandbox:
        running.append(await StripeSandbox(tmp_path, *options).start())
        return running[-1]

    yield make
    for sandbox in running:
        await sandbox.stop()


@pytest.fixture
def receiver() -> Receiver:
    receiver = Receiver()
    yield receiver
    receiver.close()


def people(client: stripe.StripeClient, card: str = "pm_card_visa") -> dict:
    """Parameters of a hold for a new customer with a card, and a new account."""
    customer = client.v1.customers.create({"email": "a@example.org", "metadata": {"user": "1"}})
    method = client.v1.payment_methods.attach(card, {"customer": customer.id})
    account = client.v1.accounts.create({
        "country": "US", "email": "c@example.org", "capabilities": {"transfers": {"requested": True}},
        "controller": {
            "fees": {"payer": "application"}, "losses": {"payments": "application"}, "requirement_collection": "stripe",
            "stripe_dashboard": {"type": "express"}},
        "settings": {"payouts": {"schedule": {"interval": "manual"}}}})
    assert not account.charges_enabled
    client.v1.account_links.create({
        "account": account.id, "type": "account_onboarding", "refresh_url": "http://localhost/a", "return_url": "http://localhost/b"})
    assert client.v1.accounts.retrieve(account.id).capabilities.transfers == "active"
    return HOLD | {
        "customer": customer.id, "payment_method": method.id, "application_fee_amount": 1500,
        "transfer_data": {"destination": account.id}, "metadata": {"session": "s"}}


async def test_the_sdk_holds_captures_refunds_and_cancels(start: Start):
    client = (await start()).sdk()
    hold = people(client)
    held = client.v1.payment_intents.create(hold)
    assert (held.status, held.amount_capturable, held.livemode) == ("requires_capture", 10_000, False)
    taken = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 4000, "application_fee_amount": 600})
    assert (taken.status, taken.amount_received) == ("succeeded", 4000)
    account = {"stripe_account": hold["transfer_data"]["destination"]}
    assert client.v1.balance.retrieve({}, account).available[0].amount == 3400
    refund = client.v1.refunds.create(
        {"payment_intent": held.id, "amount": 1000, "reverse_transfer": True, "refund_application_fee": True})
    assert refund.status == "succeeded" and refund.transfer_reversal
    assert client.v1.balance.retrieve({}, account).available[0].amount == 3400 - 1000 + 150
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        client.v1.refunds.create({"payment_intent": held.id, "amount": 3001})
    with pytest.raises(stripe.InvalidRequestError) as twice:
        client.v1.payment_intents.capture(held.id)
    assert twice.value.code == "payment_intent_unexpected_state"
    payout = client.v1.payouts.create({"amount": 2550, "currency": "usd"}, account)
    assert payout.status == "pending"
    with pytest.raises(stripe.InvalidRequestError) as too_much:
        client.v1.payouts.create({"amount": 1, "currency": "usd"}, account)
    assert too_much.value.code == "balance_insufficient"
    other = client.v1.payment_intents.create(hold)
    assert client.v1.payment_intents.cancel(other.id, {"cancellation_reason": "abandoned"}).status == "canceled"
    whole = client.v1.payment_intents.retrieve(held.id, {"expand": ["latest_charge.balance_transaction"]})
    assert whole.latest_charge.balance_transaction.net == 4000 - 116 - 30
    assert [one.id for one in client.v1.payment_intents.list({"limit": 1}).auto_paging_iter()] == [other.id, held.id]


@pytest.mark.refused_by_stripe
async def test_the_sdk_gets_the_errors_it_knows(start: Start):
    sandbox = await start()
    client = sandbox.sdk()
    with pytest.raises(stripe.CardError) as refused:
        people(client, "pm_card_visa_chargeDeclined")
    assert (refused.value.code, refused.value.error.decline_code) == ("card_declined", "generic_decline")
    with pytest.raises(stripe.CardError) as absent:
        client.v1.payment_intents.create(people(client, "pm_card_authenticationRequired"))
    assert absent.value.code == "authentication_required"
    hold = people(client)
    key = {"idempotency_key": "once"}
    first = client.v1.payment_intents.create(hold, key)
    again = client.v1.payment_intents.create(hold, key)
    assert again.id == first.id and again.last_response.headers["idempotent-replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError):
        client.v1.payment_intents.create(hold | {"amount": 9000}, key)
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        client.v1.payment_intents.create(hold | {"payment_method_types": ["card"]})
    assert unknown.value.code == "parameter_unknown"
    sandbox.admin("POST", "faults", {"kind": "http_429", "match": {"pathPrefix": "/v1/balance"}})
    with pytest.raises(stripe.RateLimitError):
        client.v1.balance.retrieve()
    with pytest.raises(stripe.AuthenticationError):
        stripe.StripeClient("nobody", base_addresses={"api": sandbox.base}).v1.balance.retrieve()
    # The SDK's own retries, with its own keys, make one hold.
    sandbox.admin("POST", "faults", {"kind": "applied_then_cut", "match": {"method": "POST", "pathPrefix": "/v1/payment_intents"}})
    lucky = sandbox.sdk(retries=2).v1.payment_intents.create(hold)
    assert [one.id for one in client.v1.payment_intents.list({"customer": hold["customer"]})] == [lucky.id, first.id]


async def test_the_sdk_answers_a_dispute(start: Start):
    sandbox = await start()
    client = sandbox.sdk()
    for evidence, end in [("winning_evidence", "won"), ("losing_evidence", "lost"), ("see the receipt", "under_review")]:
        held = client.v1.payment_intents.create(people(client, "pm_card_createDispute"))
        client.v1.payment_intents.capture(held.id)
        [dispute] = client.v1.disputes.list({"payment_intent": held.id}).data
        assert (dispute.status, dispute.amount) == ("needs_response", 10_000)
        client.v1.disputes.update(dispute.id, {"evidence": {"service_date": "2026-11-25"}, "submit": False})
        answered = client.v1.disputes.update(dispute.id, {
            "evidence": {"access_activity_log": "media 600 s", "uncategorized_text": evidence}, "submit": True})
        assert answered.status == end and answered.evidence.service_date == "2026-11-25"
    sandbox.admin("POST", f"disputes/{dispute.id}", {"won": True})
    assert client.v1.disputes.retrieve(dispute.id).status == "won"


async def test_pages_store_cards_authenticate_and_onboard(start: Start):
    sandbox = await start("--onboarding-page")
    client = sandbox.sdk()
    customer = client.v1.customers.create({})
    setup = client.v1.setup_intents.create(
        {"customer": customer.id, "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}})
    page = f"{sandbox.base}/_sandbox/setup/{setup.id}?client_secret={setup.client_secret}&return_url=http%3A%2F%2Flocalhost%2Fcards"
    status, text, _ = sandbox.form(page)
    assert status == 200 and "Simulated" in text and "pm_card_visa" in text
    assert sandbox.form(page, method="pm_card_visa_chargeDeclined")[0] == 200
    assert sandbox.form(page, method="pm_card_authenticationRequiredOnSetup")[::2] == (303, "http://localhost/cards")
    assert sandbox.form(page.replace("client_secret=", "client_secret=x"))[0] == 404
    [card] = client.v1.customers.payment_methods.list(customer.id).data
    assert card.card.last4 == "3155"
    account = client.v1.accounts.create({"country": "US", "capabilities": {"transfers": {"requested": True}}})
    link = client.v1.account_links.create({
        "account": account.id, "type": "account_onboarding", "refresh_url": "http://localhost/a", "return_url": "http://localhost/b"})
    assert not client.v1.accounts.retrieve(account.id).payouts_enabled
    assert sandbox.form(link.url)[0] == 200
    assert sandbox.form(link.url, go="1")[::2] == (303, "http://localhost/b")
    assert sandbox.form(link.url)[0] == 404
    assert client.v1.accounts.retrieve(account.id).payouts_enabled
    hold = {name: value for name, value in HOLD.items() if name != "off_session"}
    asked = client.v1.payment_intents.create(hold | {"payment_method": "pm_card_authenticationRequired"})
    assert asked.status == "requires_action"
    page = asked.next_action.use_stripe_sdk["stripe_js"]
    assert sandbox.form(page)[0] == 200 and sandbox.form(page, answer="yes")[0] == 200
    assert client.v1.payment_intents.retrieve(asked.id).status == "requires_capture"


async def test_webhooks_are_signed_as_stripe_signs_and_come_until_they_are_taken(start: Start, receiver: Receiver):
    receiver.refusals = 1
    sandbox = await start("--webhook-url", receiver.url, "--webhook-secret", SECRET)
    sandbox.sdk().v1.customers.create({"email": "a@example.org"})
    await until(lambda: receiver.taken, 10, "the event that was refused at first")
    body, header = receiver.taken[0]
    event = stripe.Webhook.construct_event(body, header, SECRET)
    assert (event.type, event.data.object.email, event.livemode) == ("customer.created", "a@example.org", False)
    for changed, secret in [(body + b" ", SECRET), (body, "whsec_other")]:
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(changed, header, secret)
    assert abs(int(header.split(",")[0][2:]) - time.time()) < 60


async def test_webhooks_are_lost_doubled_late_and_out_of_order(start: Start, receiver: Receiver):
    sandbox = await start("--webhook-url", receiver.url, "--webhook-secret", SECRET)
    client = sandbox.sdk()

    def happens(kind: str, name: str, **more: int) -> None:
        sandbox.admin("POST", "faults", {"kind": kind, **more})
        client.v1.customers.create({"name": name})

    def names() -> list[str]:
        return [json.loads(body)["data"]["object"]["name"] for body, _ in receiver.taken]

    happens("webhook_lost", "lost")
    happens("webhook_late", "late", ms=1500)
    happens("webhook_reordered", "held", ms=20_000)
    happens("webhook_doubled", "double")
    await until(lambda: "late" in names(), 10, "the late event")
    assert names() == ["double", "double", "held", "late"]
    assert len({json.loads(body)["id"] for body, _ in receiver.taken}) == 3
    listed = client.v1.events.list({"type": "customer.created", "limit": 100}).data
    assert [one.data.object.name for one in listed] == ["double", "held", "late", "lost"]


async def test_a_killed_stand_in_comes_back_with_everything(start: Start, tmp_path: Path, receiver: Receiver):
    options = ("--state", str(tmp_path / "state"), "--webhook-url", receiver.url, "--webhook-secret", SECRET)
    first = await StripeSandbox(tmp_path, *options).start()
    client = first.sdk()
    hold = people(client)
    held = client.v1.payment_intents.create(hold, {"idempotency_key": "k"})
    receiver.refusals = 1000
    client.v1.payment_intents.capture(held.id)
    first.kill()
    receiver.refusals = 0
    receiver.taken.clear()
    second = await start(*options)
    client = second.sdk()
    assert client.v1.payment_intents.create(hold, {"idempotency_key": "k"}).last_response.headers["idempotent-replayed"] == "true"
    assert client.v1.payment_intents.retrieve(held.id).status == "succeeded"
    await until(lambda: "payment_intent.succeeded" in receiver.types, 10, "the event that was not delivered before the end")
    async for _ in ticks(1):
        assert receiver.types.count("payment_intent.succeeded") == 1


def test_every_request_of_our_gateway_fits_the_sdk():
    """`RequestTests` holds the file against the gateway; this holds it against Stripe."""
    lines = (ROOT / "Tests/StripeTests/Requests/gateway.tsv").read_text().splitlines()
    checker = StripeChecker()
    assert len(lines) > 30
    wrong = [problem for line in lines for problem in checker.problems(*line.split("\t"))]
    assert not wrong, "\n".join(wrong)
