import { useCallback } from "react";
import type { LiveCall } from "../../../api/callShapes";
import { listCalls } from "../../../api/ops";
import { useMarket } from "../../../app/market";
import { Link } from "../../../app/navigation";
import { Shell } from "../../../app/Shell";
import { formatClock } from "../../../call/clock";
import { Choices } from "../../../ui/Choices";
import { More } from "../../../ui/More";
import { usePages } from "../../../ui/usePages";
import { useParameter } from "../../../ui/useParameter";
import { Waiting } from "../../../ui/Waiting";
import { dayAndTime } from "../../call/session/words";
import { SideLine } from "./Quality";
import { useEvery } from "./useEvery";
import { callTitle } from "./words";

const states = [["live", "Going on"], ["ended", "Over"]] as const;
const lookAgainAfter = 5_000;

/** Every call that goes on, and those that are over. */
export function OpsCallsPage() {
  const { api } = useMarket();
  const [chosen, choose] = useParameter("state");
  const state = chosen === "ended" ? "ended" : "live";
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => listCalls(api, state, cursor), [api, state]));
  // Who has gone on to older ones is not thrown back to the first page.
  const hasGoneOn = value !== null && items.length > value.items.length;
  useEvery(state === "live" && !hasGoneOn ? lookAgainAfter : null, reload);
  return (
    <Shell
      title="Calls"
      wide
      action={<Choices label="Which calls" value={state} options={states} testId="calls" onChoose={choose} />}
    >
      {value === null || error !== null ? <Waiting error={error} onRetry={reload} /> : null}
      {value === null ? null : (
        <CallList
          calls={items.filter((call) => call.state === state)}
          nothing={state === "live" ? "No call is going on at the moment." : "No call is over yet."}
        />
      )}
      <More onMore={more} attempt={attempt} />
    </Shell>
  );
}

export function CallList({ calls, nothing }: { readonly calls: readonly LiveCall[]; readonly nothing: string }) {
  if (calls.length === 0) return <p className="empty" data-testid="empty">{nothing}</p>;
  return (
    <ul className="list" data-testid="calls">
      {calls.map((call) => (
        <li key={call.id} className="list__item" data-testid="call" data-state={call.state} data-call={call.id}>
          <div className="list__main">
            <Link to={{ page: "ops-call", id: call.id }} className="list__title" data-testid="call-link">{callTitle(call)}</Link>
            <p className="list__note">
              Since {dayAndTime(call.startedAt)} · {formatClock(call.mediaSeconds)} of media
              {call.mode === "p2p" ? " · straight between the browsers" : ""}
              {call.endReasonText === null ? "" : ` · ${call.endReasonText}`}
            </p>
            <dl className="sides">
              <SideLine side={call.customer} part="Customer" />
              <SideLine side={call.consultant} part="Consultant" />
            </dl>
          </div>
          <span className={`badge badge--${call.state === "live" ? "active" : "completed"}`}>
            {call.state === "live" ? "Going on" : "Over"}
          </span>
        </li>
      ))}
    </ul>
  );
}
