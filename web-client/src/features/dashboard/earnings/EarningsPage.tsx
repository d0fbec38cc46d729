import { useCallback } from "react";
import { myEarnings } from "../../../api/money";
import { useMarket } from "../../../app/market";
import { Shell } from "../../../app/Shell";
import { useLoaded } from "../../../ui/useLoaded";
import { Waiting } from "../../../ui/Waiting";
import { Simulated } from "../../../ui/Simulated";
import { useParameter } from "../../../ui/useParameter";
import { PayoutAccountCard } from "./PayoutAccountCard";
import { Payouts } from "./Payouts";
import { RangeForm } from "./RangeForm";
import { Statements } from "./Statements";
import { Totals } from "./Totals";
import { Weeks } from "./WeekChart";
import { chartsOf } from "./weeks";

/** What a consultant earned, and how it reaches them. */
export function EarningsPage() {
  const { api } = useMarket();
  const [from, setFrom] = useParameter("from");
  const [to, setTo] = useParameter("to");
  const { value, error, reload } = useLoaded(useCallback(() => myEarnings(api, { from, to }), [api, from, to]));
  return (
    <Shell title="Earnings" wide>
      {value?.simulated === true ? <Simulated /> : null}
      <RangeForm from={from} to={to} onFrom={setFrom} onTo={setTo} />
      {value === null || error !== null ? <Waiting error={error} onRetry={reload} /> : null}
      {value === null ? null : (
        <>
          <Totals totals={value.totals} />
          {chartsOf(value).map((chart) => <Weeks key={chart.currency} chart={chart} />)}
        </>
      )}
      <PayoutAccountCard />
      <Payouts />
      <Statements />
    </Shell>
  );
}
