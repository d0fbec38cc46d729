import { useCallback } from "react";
import { listPayouts } from "../../../api/money";
import type { Payout } from "../../../api/moneyShapes";
import { formatMoney } from "../../../call/billing";
import { useMarket } from "../../../app/market";
import { More } from "../../../ui/More";
import { usePages } from "../../../ui/usePages";
import { Waiting } from "../../../ui/Waiting";
import { dayWords, payoutStateWords } from "../../../ui/moneyWords";

export function Payouts() {
  const { api } = useMarket();
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => listPayouts(api, cursor), [api]));
  return (
    <section aria-labelledby="payouts-title">
      <h2 id="payouts-title" className="board__section">Payouts</h2>
      {value === null ? <Waiting error={error} onRetry={reload} /> : <PayoutList payouts={items} />}
      <More onMore={more} attempt={attempt} />
    </section>
  );
}

export function PayoutList({ payouts }: { readonly payouts: readonly Payout[] }) {
  if (payouts.length === 0) return <p className="empty">No payouts yet.</p>;
  return (
    <ul className="list" data-testid="payouts">
      {payouts.map(({ id, amount, state, arrivalDate, failureCode, createdAt }) => (
        <li key={id} className="list__item" data-testid="payout" data-state={state}>
          <div className="list__main">
            <p className="list__title">{formatMoney(amount)}</p>
            <p className="list__note">
              Sent on {dayWords(createdAt)}
              {arrivalDate === null ? "" : ` · ${state === "paid" ? "arrived" : "arrives"} on ${dayWords(arrivalDate)}`}
            </p>
            {state === "failed"
              ? <p className="list__note">Your bank did not take it{failureCode === null ? "" : ` (${failureCode.replace(/_/g, " ")})`}. Look at your bank details above; it is sent again with the next payout.</p>
              : null}
          </div>
          <span className={`badge badge--${state}`}>{payoutStateWords(state)}</span>
        </li>
      ))}
    </ul>
  );
}
