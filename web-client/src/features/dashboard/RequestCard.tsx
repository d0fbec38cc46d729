import type { Card } from "./desk";
import { Banner } from "../../ui/Banner";
import { Button } from "../../ui/Button";
import { scoreWords } from "../questions/words";
import { useNow } from "../../ui/useNow";
import { rateWords } from "../call/session/words";
import { timeLeftLabel } from "./words";

export interface RequestCardProps {
  readonly card: Card;
  /** How far the server's clock is ahead. */
  readonly skew: number;
  readonly onAccept: () => void;
  readonly onDecline: () => void;
}

export function RequestCard({ card, skew, onAccept, onDecline }: RequestCardProps) {
  const { question, reasons, rate, expiresAt, answering, problem, requestId } = card;
  const now = useNow(500) + skew;
  const seconds = Math.max(0, Math.ceil((Date.parse(expiresAt) - now) / 1000));
  const isBusy = answering !== "no";
  const titleId = `request-${requestId}`;
  return (
    <article className="request" aria-labelledby={titleId} data-testid="request-card" data-request={requestId}>
      <div className="request__head">
        <h3 id={titleId} className="plain-text" data-testid="request-title">{question.title}</h3>
        <span
          className={`countdown ${seconds <= 10 ? "countdown--soon" : ""}`}
          role="timer"
          aria-label={timeLeftLabel(seconds)}
          data-testid="countdown"
          data-seconds={seconds}
        >
          {seconds} s
        </span>
      </div>
      <p className="plain-text plain-text--lines request__body">{question.body}</p>
      {question.tags.length === 0 ? null : (
        <ul className="tags" aria-label="What it is about">
          {question.tags.map((tag) => <li key={tag} className="tag tag--plain">{tag}</li>)}
        </ul>
      )}
      <dl className="request__facts">
        <div>
          <dt>Your rate</dt>
          <dd>{rateWords(rate)}</dd>
        </div>
        {question.budget === null ? null : (
          <div>
            <dt>Budget</dt>
            <dd>at most {rateWords(question.budget)}</dd>
          </div>
        )}
        <div>
          <dt>Why you</dt>
          <dd>{[scoreWords(card.score), ...reasons].join(" · ")}</dd>
        </div>
      </dl>
      {problem === null ? null : <Banner tone="error" testId="error"><p>{problem}</p></Banner>}
      <div className="panel__actions">
        <Button look="primary" data-testid="accept-button" aria-disabled={isBusy} onClick={onAccept}>
          {answering === "accepting" ? "Accepting…" : "Accept and start the call"}
        </Button>
        <Button data-testid="decline-button" aria-disabled={isBusy} onClick={onDecline}>
          {answering === "declining" ? "Declining…" : "Decline"}
        </Button>
      </div>
    </article>
  );
}
