import type { ReactNode } from "react";
import type { QueuedReport, ReportedPerson } from "../../../api/moderation";
import { Link } from "../../../app/navigation";
import { decisionWords, reasonWords } from "../../../ui/reportWords";
import { dayAndTime } from "../../call/session/words";
import { roleWords } from "./words";

/** A report with all that is known of it. */
export function ReportItem({ report, action }: { readonly report: QueuedReport; readonly action: ReactNode }) {
  const { id, kind, state, reason, text, createdAt, session, reporter, subject, rating, ruling, earlier, othersOpen } = report;
  return (
    <li className="list__item" data-testid="report-item" data-report={id} data-state={state} data-kind={kind}>
      <div className="list__main">
        <p className="list__title">{kind === "comment" ? "A comment" : "A call"}: {reasonWords(reason)}</p>
        <p className="list__note">
          <Person person={reporter} /> about <Person person={subject} />, {dayAndTime(createdAt)}
        </p>
        <p className="list__note">
          In the call <Link to={{ page: "session", id: session.id }}>{session.title}</Link> of {dayAndTime(session.createdAt)}
        </p>
        {text === null ? null : <blockquote className="quote plain-text plain-text--lines" data-testid="report-words">{text}</blockquote>}
        {kind === "comment" && rating !== null ? (
          <>
            <p className="list__note">The comment, with {rating.stars} of 5 stars{rating.hiddenAt === null ? "" : `, hidden since ${dayAndTime(rating.hiddenAt)}`}:</p>
            <blockquote className="quote plain-text plain-text--lines" data-testid="report-comment">{rating.comment ?? "It is gone."}</blockquote>
          </>
        ) : null}
        {othersOpen === 0 ? null : (
          <p className="list__note">{othersOpen === 1 ? "One more open report" : `${othersOpen} more open reports`} about {subject.name}.</p>
        )}
        <Earlier earlier={earlier} name={subject.name} />
        {ruling === null ? null : <Ruling ruling={ruling} />}
      </div>
      <span className={`badge badge--${state === "open" ? "open" : "completed"}`}>{ruling === null ? "Open" : decisionWords(ruling.decision)}</span>
      {action}
    </li>
  );
}

function Person({ person: { id, name, role, isErased, suspendedAt } }: { readonly person: ReportedPerson }) {
  if (isErased) return <>a deleted {roleWords[role]}</>;
  return (
    <>
      <Link to={{ page: "users", query: { q: id } }}>{name}</Link> ({roleWords[role]}{suspendedAt === null ? "" : ", suspended"})
    </>
  );
}

function Earlier({ earlier, name }: { readonly earlier: QueuedReport["earlier"]; readonly name: string }) {
  if (earlier.length === 0) return <p className="list__note">Nothing was decided about {name} before.</p>;
  return (
    <details className="details" data-testid="earlier">
      <summary>Decided about {name} before: {earlier.length}</summary>
      <ul className="rows">
        {earlier.map(({ id, kind, reason, decision, decidedAt, liftedAt }) => (
          <li key={id} className="rows__row">
            {decisionWords(decision)}{liftedAt === null ? "" : `, lifted ${dayAndTime(liftedAt)}`} · {kind === "comment" ? "a comment" : "a call"}:{" "}
            {reasonWords(reason)} · {dayAndTime(decidedAt)}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Ruling({ ruling }: { readonly ruling: NonNullable<QueuedReport["ruling"]> }) {
  const { decision, note, message, decidedByName, decidedAt, liftedAt, liftedByName, liftNote } = ruling;
  return (
    <div data-testid="ruling" data-decision={decision}>
      <p className="list__note">
        {decisionWords(decision)} by {decidedByName ?? "somebody who has left"}, {dayAndTime(decidedAt)}
      </p>
      {note === null ? null : <p className="plain-text plain-text--lines">Note: {note}</p>}
      {message === null ? null : <p className="plain-text plain-text--lines">They were told: {message}</p>}
      {liftedAt === null ? null : (
        <p className="list__note">
          Lifted by {liftedByName ?? "somebody who has left"}, {dayAndTime(liftedAt)}{liftNote === null ? "" : `: ${liftNote}`}
        </p>
      )}
    </div>
  );
}
