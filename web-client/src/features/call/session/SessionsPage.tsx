import { useCallback } from "react";
import { listSessions } from "../../../api/market";
import type { Session, User } from "../../../api/shapes";
import { formatClock } from "../../../call/clock";
import { useMarket } from "../../../app/market";
import { Link } from "../../../app/navigation";
import { More } from "../../../ui/More";
import { Shell } from "../../../app/Shell";
import { usePages } from "../../../ui/usePages";
import { Waiting } from "../../../ui/Waiting";
import { dayAndTime, endWords, otherName, sessionStateWords } from "./words";

export function SessionsPage() {
  const { api, user } = useMarket();
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => listSessions(api, cursor), [api]));
  return (
    <Shell title="Your calls">
      {value === null ? <Waiting error={error} onRetry={reload} /> : <SessionList sessions={items} user={user} />}
      <More onMore={more} attempt={attempt} />
    </Shell>
  );
}

export interface SessionListProps {
  readonly sessions: readonly Session[];
  readonly user: Pick<User, "role">;
}

export function SessionList({ sessions, user }: SessionListProps) {
  if (sessions.length === 0) {
    return (
      <p className="empty" data-testid="empty">
        {user.role === "customer" ? "No calls yet. They begin with a question." : "No calls yet. They begin when you accept a request."}
      </p>
    );
  }
  return (
    <ul className="list" data-testid="sessions">
      {sessions.map((session) => (
        <li key={session.id} className="list__item" data-testid="session" data-state={session.state}>
          <div className="list__main">
            <Link to={{ page: "session", id: session.id }} className="list__title">{session.title}</Link>
            <p className="list__note">
              With {otherName(session, user)} · {dayAndTime(session.startedAt ?? session.createdAt)}
              {session.mediaSeconds > 0 ? ` · ${formatClock(session.mediaSeconds)}` : ""}
            </p>
            {session.state === "pending" || session.state === "active" ? null : <p className="list__note">{endWords(session)}</p>}
          </div>
          <span className={`badge badge--${session.state}`}>{sessionStateWords(session)}</span>
        </li>
      ))}
    </ul>
  );
}
