import { useCallback } from "react";
import { listPayments } from "../../../api/money";
import { useMarket } from "../../../app/market";
import { More } from "../../../ui/More";
import { Shell } from "../../../app/Shell";
import { usePages } from "../../../ui/usePages";
import { Waiting } from "../../../ui/Waiting";
import { MoneyPlaces } from "../MoneyPlaces";
import { PaymentList } from "./PaymentList";

/** What a customer's cards were used for. */
export function PaymentsPage() {
  const { api } = useMarket();
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => listPayments(api, null, cursor), [api]));
  return (
    <Shell title="Payments">
      <MoneyPlaces />
      {value === null
        ? <Waiting error={error} onRetry={reload} />
        : <PaymentList payments={items} nothing="No payments yet. Calls are free under 10 minutes." />}
      <More onMore={more} attempt={attempt} />
    </Shell>
  );
}
