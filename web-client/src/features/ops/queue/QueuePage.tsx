import { useCallback } from "react";
import { outbox, reconciliation } from "../../../api/ops";
import { useMarket } from "../../../app/market";
import { Shell } from "../../../app/Shell";
import { useLoaded } from "../../../ui/useLoaded";
import { Waiting } from "../../../ui/Waiting";
import { useEvery } from "../calls/useEvery";
import { ParkedEvents } from "./ParkedEvents";
import { Queues } from "./Queues";
import { Reconciled } from "./Reconciled";
import { StripeEvents } from "./StripeEvents";
import { StuckPayments } from "./StuckPayments";

const lookAgainAfter = 10_000;

/** What stands still and needs somebody: events, payments, and differences from the payment processor's books. */
export function QueuePage() {
  const { api } = useMarket();
  const events = useLoaded(useCallback(() => outbox(api), [api]));
  const books = useLoaded(useCallback(() => reconciliation(api).then((last) => ({ last })), [api]));
  useEvery(lookAgainAfter, events.reload);
  return (
    <Shell title="Billing queue" wide>
      {events.value === null || events.error !== null ? <Waiting error={events.error} onRetry={events.reload} /> : null}
      {events.value === null ? null : (
        <>
          <ParkedEvents parked={events.value.parked} onChanged={events.reload} />
          <Queues queues={events.value.queues} />
        </>
      )}
      <StripeEvents />
      <StuckPayments />
      <section className="panel" aria-labelledby="books-title" data-testid="reconciliation">
        <h2 id="books-title">Our books and the payment processor’s</h2>
        {books.value === null ? <Waiting error={books.error} onRetry={books.reload} /> : <Reconciled last={books.value.last} />}
      </section>
    </Shell>
  );
}
