import type { Earnings } from "../../../api/moneyShapes";
import { formatMoney } from "../../../call/billing";

export function Totals({ totals }: { readonly totals: Earnings["totals"] }) {
  if (totals.length === 0) {
    return <p className="empty" data-testid="empty">Nothing earned in this time. What calls bring in stands here once they are charged.</p>;
  }
  return (
    <>
      {totals.map(({ currency, charged, fee, refunded, earned, paidOut, pending }) => (
        <dl key={currency} className="figures" data-testid="totals" aria-label={`Totals in ${currency.toUpperCase()}`}>
          <Figure label="Earned" value={formatMoney(earned)} note="yours, after the platform's part" />
          <Figure label="Charged" value={formatMoney(charged)} note={refunded.amount > 0 ? `${formatMoney(refunded)} was given back` : "to customers"} />
          <Figure label="Platform" value={formatMoney(fee)} note="its part of what was charged" />
          <Figure label="Paid out" value={formatMoney(paidOut)} note="sent to your bank" />
          <Figure label="Waiting" value={formatMoney(pending)} note="for the next payout" />
        </dl>
      ))}
    </>
  );
}

function Figure({ label, value, note }: { readonly label: string; readonly value: string; readonly note: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <span className="figures__value">{value}</span>
        <span className="facts__note">{note}</span>
      </dd>
    </div>
  );
}
