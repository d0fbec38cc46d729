import type { Billing, Hold, PricedSession } from "../../../api/moneyShapes";
import { formatMoney } from "../../../call/billing";
import { formatClock } from "../../../call/clock";
import { Banner } from "../../../ui/Banner";
import { Link } from "../../../app/navigation";
import { needsCard, troubleOf } from "../../../call/charge";
import type { Side } from "./callWords";
import { Simulated } from "../../../ui/Simulated";
import { paymentStateWords } from "../../../ui/moneyWords";
import { billingStateWords, problemWords, summaryWords } from "./summary";

export interface BillingPanelProps {
  readonly billing: Billing;
  readonly session: Pick<PricedSession, "mediaSeconds" | "thresholdSeconds">;
  readonly side: Side | "admin";
}

/** What a session came to, how, and what went wrong with it. */
export function BillingPanel({ billing, session, side }: BillingPanelProps) {
  const [first, ...rest] = summaryWords(billing, session, side);
  const problem = problemWords(billing, side);
  const offersCard = side === "customer" && billing.problem !== null && needsCard(troubleOf(billing.problem.code));
  return (
    <section className="panel" aria-labelledby="billing-title" data-testid="billing" data-state={billing.state}>
      <h2 id="billing-title">What it cost</h2>
      {billing.simulated ? <Simulated /> : null}
      <p className="panel__lead" role="status" data-testid="billing-summary">{first}</p>
      {rest.map((text) => <p key={text}>{text}</p>)}
      {problem === null ? null : (
        <Banner
          tone="warn"
          title={problem}
          testId="billing-problem"
          announce={false}
          action={offersCard ? <Link to={{ page: "payment-methods" }} className="button button--secondary">Add a card</Link> : undefined}
        />
      )}
      <dl className="facts">
        <div><dt>State</dt><dd>{billingStateWords(billing.state)}</dd></div>
        <div><dt>Time charged</dt><dd className="facts__clock">{formatClock(billing.billableSeconds)}</dd></div>
      </dl>
      {billing.holds.length === 0 ? null : <Holds holds={billing.holds} />}
    </section>
  );
}

function Holds({ holds }: { readonly holds: readonly Hold[] }) {
  return (
    <details className="details">
      <summary>What was held on the card</summary>
      <div className="table-scroll" role="region" aria-label="Holds" tabIndex={0}>
        <table className="table" data-testid="holds">
          <thead>
            <tr>
              <th scope="col">Part</th><th scope="col">Try</th>
              <th scope="col" className="table__number">Held</th><th scope="col" className="table__number">Charged</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {holds.map(({ window, attempt, amount, captured, state }) => (
              <tr key={`${window} ${attempt}`} data-testid="hold" data-state={state}>
                <td>{window}</td>
                <td>{attempt}</td>
                <td className="table__number">{formatMoney(amount)}</td>
                <td className="table__number">{captured.amount === 0 ? "–" : formatMoney(captured)}</td>
                <td>{paymentStateWords(state)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
