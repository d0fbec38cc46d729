import { useCallback } from "react";
import type { CallTimeline } from "../../../api/callShapes";
import { findCall } from "../../../api/ops";
import { useMarket } from "../../../app/market";
import { Link } from "../../../app/navigation";
import { Shell } from "../../../app/Shell";
import { formatClock } from "../../../call/clock";
import { Legend, LineChart } from "../../../ui/LineChart";
import { useLoaded } from "../../../ui/useLoaded";
import { Waiting } from "../../../ui/Waiting";
import { dayAndTime } from "../../call/session/words";
import { SidePanel } from "./Quality";
import { chartsOf, labelsOf } from "./timeline";
import { useEvery } from "./useEvery";
import { callTitle } from "./words";

/** A new entry comes every ten seconds. */
const lookAgainAfter = 10_000;

/** One call: how well each side is heard and hears, now and from its beginning. */
export function OpsCallPage({ id }: { readonly id: string }) {
  const { api } = useMarket();
  const { value, error, reload } = useLoaded(useCallback(() => findCall(api, id), [api, id]));
  useEvery(value === null || value.state === "live" ? lookAgainAfter : null, reload);
  return (
    <Shell title={value === null ? "A call" : callTitle(value)} wide>
      {value === null || error !== null
        ? <Waiting error={error} nothing="Nothing is known of such a call" onRetry={reload} /> : null}
      {value === null ? null : <CallView call={value} />}
    </Shell>
  );
}

export function CallView({ call }: { readonly call: CallTimeline }) {
  const charts = chartsOf(call);
  const labels = labelsOf(call.timeline);
  return (
    <>
      <div className="call-head" data-testid="call-head" data-state={call.state}>
        <p>
          {call.state === "live" ? "Going on" : "Over"} · since {dayAndTime(call.startedAt)}
          {call.endedAt === null ? "" : ` until ${dayAndTime(call.endedAt)}`} · {formatClock(call.mediaSeconds)} of media
          {call.endReasonText === null ? "" : ` · ${call.endReasonText}`}
        </p>
        <p className="card__links">
          <Link to={{ page: "session", id: call.id }}>The call’s money and receipt</Link>
          <Link to={{ page: "ops-calls" }}>All calls</Link>
        </p>
      </div>
      <div className="columns">
        <SidePanel side={call.customer} part="Customer" />
        <SidePanel side={call.consultant} part="Consultant" />
      </div>
      <section className="panel" aria-labelledby="timeline-title" data-testid="timeline">
        <h2 id="timeline-title">From its beginning</h2>
        {charts.length === 0 ? <p className="empty">Nothing was measured yet; the first numbers come after ten seconds of media.</p> : null}
        <Legend series={charts[0]?.series ?? []} />
        <div className="columns">
          {charts.map(({ id, title, series, range, format }) => (
            <LineChart key={id} title={title} labels={labels} series={series} range={range} format={format} across="Media time" />
          ))}
        </div>
      </section>
    </>
  );
}
