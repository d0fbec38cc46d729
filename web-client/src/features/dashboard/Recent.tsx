import { useCallback } from "react";
import { listSessions } from "../../api/market";
import { myEarnings } from "../../api/money";
import type { Earnings } from "../../api/moneyShapes";
import { useMarket } from "../../app/market";
import { Link } from "../../app/navigation";
import { formatMoney } from "../../call/billing";
import { useLoaded } from "../../ui/useLoaded";
import { Waiting } from "../../ui/Waiting";
import { SessionList } from "../call/session/SessionsPage";

/** What is shown here; the rest has a page of its own. */
const mostCalls = 3;

/** The last calls, and what they brought. */
export function Recent() {
  const { api, user } = useMarket();
  const calls = useLoaded(useCallback(() => listSessions(api, null), [api]));
  const earned = useLoaded(useCallback(() => myEarnings(api, { from: monday(new Date()), to: null }), [api]));
  return (
    <>
      {earned.value === null ? null : <Brief totals={earned.value.totals} />}
      <section aria-labelledby="recent-title">
        <div className="board__head board__section">
          <h2 id="recent-title">Your last calls</h2>
          <Link to={{ page: "sessions" }}>All calls</Link>
        </div>
        {calls.value === null ? <Waiting error={calls.error} onRetry={calls.reload} /> : (
          <SessionList sessions={calls.value.items.slice(0, mostCalls)} user={user} />
        )}
      </section>
    </>
  );
}

/** The day on which this week began, as `2026-11-23`: weeks are counted in UTC. */
export function monday(now: Date): string {
  const day = new Date(now);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}

export function Brief({ totals }: Pick<Earnings, "totals">) {
  return (
    <section aria-labelledby="money-title" data-testid="money-brief">
      <div className="board__head board__section">
        <h2 id="money-title">Your money</h2>
        <Link to={{ page: "earnings" }}>Earnings and payouts</Link>
      </div>
      {totals.length === 0 ? <p className="empty">Nothing earned this week yet.</p> : totals.map(({ currency, earned, pending }) => (
        <dl key={currency} className="figures" aria-label={`Your money in ${currency.toUpperCase()}`}>
          <div><dt>This week</dt><dd><span className="figures__value">{formatMoney(earned)}</span></dd></div>
          <div><dt>Waiting for the next payout</dt><dd><span className="figures__value">{formatMoney(pending)}</span></dd></div>
        </dl>
      ))}
    </section>
  );
}
