import { useCallback, useEffect } from "react";
import { endSession, findSession, isLive } from "../../../api/market";
import type { Session, User } from "../../../api/shapes";
import { formatClock } from "../../../call/clock";
import type { CallState, EndedReason } from "../../../call/state";
import { Button } from "../../../ui/Button";
import { clockLabel, canRejoin, chargeWords, endedWords } from "../words";
import { useMarket } from "../../../app/market";
import { Link } from "../../../app/navigation";
import { Shell } from "../../../app/Shell";
import { useLoaded } from "../../../ui/useLoaded";
import { Waiting } from "../../../ui/Waiting";
import { SessionMoney } from "../money/SessionMoney";
import { RatingForm } from "./RatingForm";
import { ReceivedRating } from "./ReceivedRating";
import { ReportPanel } from "./report/ReportPanel";
import { dayAndTime, endWords, otherName, rateWords, sessionStateWords } from "./words";

export interface SessionOverProps {
  readonly id: string;
  /** The call as this page saw it end; null where it was over before. */
  readonly call: { readonly state: CallState; readonly reason: EndedReason } | null;
  readonly onRejoin: () => void;
}

const askAgainAfter = 1_000;

/** How a call ended, in words, and what a customer thought of it. */
export function SessionOver({ id, call, onRejoin }: SessionOverProps) {
  const { api, connection, user, call: current } = useMarket();
  const hungUp = call?.reason === "hangup";
  // Whoever hangs up ends the session for both; the server's answer says how it came out.
  const load = useCallback(
    () => (hungUp ? endSession(api, id).catch(() => findSession(api, id)) : findSession(api, id)), [api, id, hungUp]);
  const { value: session, error, reload } = useLoaded(load);
  const isOpen = session !== null && isLive(session);
  // The server learns of an end a moment after this page.
  const isSettling = isOpen && call !== null && !canRejoin(call.reason);

  useEffect(() => current.set(null), [current]);
  useEffect(() => connection.on("session.ended", ({ sessionId }) => {
    if (sessionId === id) reload();
  }), [connection, id, reload]);
  useEffect(() => {
    if (!isSettling) return undefined;
    const timer = setInterval(reload, askAgainAfter);
    return () => clearInterval(timer);
  }, [isSettling, reload]);

  const words = call === null ? { title: "The call is over", whatToDo: "" } : endedWords(call.reason);
  const mayRejoin = call !== null && canRejoin(call.reason) && (session === null ? call.reason !== "hangup" : isOpen);
  return (
    <Shell title={call === null && isOpen ? "A call that is not over" : isOpen || session === null ? words.title : "The call is over"}>
      <section className="panel" data-testid="session-over" data-state={session?.state ?? ""}>
        <p className="panel__lead" role="status">
          <span data-testid="ended-reason" data-reason={call?.reason ?? session?.endReason ?? ""}>
            {session === null || isOpen ? words.whatToDo : endWords(session)}
          </span>
        </p>
        {session === null
          ? <Waiting error={error} nothing="There is no such call" onRetry={reload} />
          : <Facts session={session} call={call?.state ?? null} other={otherName(session, user)} />}
        <div className="panel__actions">
          {mayRejoin ? <Button look="primary" data-testid="rejoin-button" onClick={onRejoin}>Join again</Button> : null}
          {isOpen && hungUp ? <Button data-testid="end-button" onClick={reload}>End the call for both</Button> : null}
          <Link to={{ page: "home" }} className="button button--secondary" data-testid="home-link">
            {homeWords(user.role)}
          </Link>
        </div>
      </section>
      {user.role === "customer" && session?.state === "completed" ? <RatingForm session={session} /> : null}
      {user.role === "consultant" && session !== null ? <ReceivedRating session={session} /> : null}
      {session === null ? null : <SessionMoney id={id} state={session.state} />}
      {session === null || user.role === "admin" ? null : (
        <section aria-label="Something was wrong" data-testid="report">
          <ReportPanel
            session={id} kind="session" name={otherName(session, user)} wasReported={session.reported?.includes("session") ?? false}
          />
        </section>
      )}
    </Shell>
  );
}

function homeWords(role: User["role"]): string {
  switch (role) {
    case "customer":
      return "Ask another question";
    case "consultant":
      return "Back to the desk";
    case "admin":
      return "Back to the calls";
  }
}

interface FactsProps {
  readonly session: Session;
  readonly call: CallState | null;
  readonly other: string;
}

function Facts({ session, call, other }: FactsProps) {
  const seconds = Math.max(session.mediaSeconds, call?.billing?.mediaSeconds ?? 0);
  // What it came to stands below: at its end the call knew only the windows that were full.
  const charge = (call?.billing?.charged?.amount ?? 0) > 0 ? null : chargeWords(call?.billing ?? null);
  return (
    <dl className="facts">
      <div>
        <dt>About</dt>
        <dd data-testid="session-title">{session.title}</dd>
      </div>
      <div>
        <dt>With</dt>
        <dd>{other}</dd>
      </div>
      <div>
        <dt>Call time</dt>
        <dd>
          <span className="facts__clock" data-testid="media-clock" data-seconds={seconds} title={clockLabel(seconds)}>
            {formatClock(seconds)}
          </span>
        </dd>
      </div>
      <div>
        <dt>Rate</dt>
        <dd>{rateWords(session.rate)}{charge === null ? null : <span className="facts__note"> {charge}</span>}</dd>
      </div>
      <div>
        <dt>Began</dt>
        <dd>{session.startedAt === null ? "It did not" : dayAndTime(session.startedAt)}</dd>
      </div>
      <div>
        <dt>State</dt>
        <dd>{sessionStateWords(session)}</dd>
      </div>
    </dl>
  );
}
