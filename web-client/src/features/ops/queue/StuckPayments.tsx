import { useCallback, useState } from "react";
import { listPayments } from "../../../api/money";
import { useMarket } from "../../../app/market";
import { Choices } from "../../../ui/Choices";
import { More } from "../../../ui/More";
import { usePages } from "../../../ui/usePages";
import { Waiting } from "../../../ui/Waiting";
import { PaymentList } from "../../account/payments/PaymentList";

const states = [["failed", "Failed"], ["cancelling", "Being released"], ["refunding", "Being given back"]] as const;
type Stuck = (typeof states)[number][0];

const nothing: { readonly [state in Stuck]: string } = {
  failed: "No payment has failed.",
  cancelling: "No hold waits to be released.",
  refunding: "No payment waits to be given back.",
};

/** Payments that did not come about, and those on their way back. */
export function StuckPayments() {
  const { api } = useMarket();
  const [state, setState] = useState<Stuck>("failed");
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => listPayments(api, null, cursor, state), [api, state]));
  return (
    <section aria-labelledby="stuck-title" data-testid="stuck">
      <div className="board__head board__section">
        <h2 id="stuck-title">Payments to look after</h2>
        <Choices label="Which payments" value={state} options={states} testId="stuck" onChoose={setState} />
      </div>
      {value === null ? <Waiting error={error} onRetry={reload} /> : (
        <PaymentList payments={items.filter((payment) => payment.state === state)} nothing={nothing[state]} />
      )}
      <More onMore={more} attempt={attempt} />
    </section>
  );
}
