import type { Match } from "../../api/shapes";
import { rateWords } from "../call/session/words";
import { requestStateWords, scoreWords } from "./words";

export interface MatchListProps {
  readonly matches: readonly Match[];
  readonly isLooking: boolean;
}

/** Who was asked, why, and what they said. */
export function MatchList({ matches, isLooking }: MatchListProps) {
  if (matches.length === 0) {
    return isLooking ? <p className="empty" data-testid="no-matches">Nobody has been asked yet.</p> : null;
  }
  return (
    <section aria-labelledby="asked-title">
      <h2 id="asked-title" className="board__section">{isLooking ? "Who is asked" : "Who was asked"}</h2>
      <ul className="list" data-testid="matches">
        {matches.map((match) => (
          <li key={match.requestId} className="list__item" data-testid="match" data-state={match.state}>
            <div className="list__main">
              <p className="list__title">{match.name}</p>
              <p className="list__note">{match.headline}</p>
              {match.reasons.length === 0 ? null : (
                <ul className="reasons">
                  {match.reasons.map((reason) => <li key={reason}>{reason}</li>)}
                </ul>
              )}
              <p className="list__note"><strong>{scoreWords(match.score)}</strong> · {rateWords(match.rate)}</p>
            </div>
            <span className={`badge badge--${match.state}`}>{requestStateWords(match)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
