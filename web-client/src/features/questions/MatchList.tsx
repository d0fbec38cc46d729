import { useState } from "react";
import type { Api } from "../../api/http";
import type { Match } from "../../api/shapes";
import { Button } from "../../ui/Button";
import { priceWords } from "../../ui/price";
import { useNow } from "../../ui/useNow";
import { ProfileDialog } from "../consultants/ProfileDialog";
import { requestStateWords, scoreWords, secondsToAnswer } from "./words";

export interface MatchListProps {
  readonly matches: readonly Match[];
  readonly isLooking: boolean;
  readonly freeSeconds: number | null;
  /** Where profiles come from. */
  readonly api: Api;
  /** How far the server's clock is ahead, in milliseconds. */
  readonly skew: number;
}

/** Who was asked, why, for how much, and what they said. */
export function MatchList({ matches, isLooking, freeSeconds, api, skew }: MatchListProps) {
  const [open, setOpen] = useState<Match | null>(null);
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
              <p className="list__note"><strong>{scoreWords(match.score)}</strong></p>
              <p className="match__price" data-testid="match-price">{priceWords(match.rate, freeSeconds)}</p>
            </div>
            <div className="match__state">
              <span className={`badge badge--${match.state}`}>{requestStateWords(match)}</span>
              {isLooking && match.state === "pending" ? <TimeToAnswer match={match} skew={skew} /> : null}
              <Button aria-haspopup="dialog" aria-label={`Profile of ${match.name}`} onClick={() => setOpen(match)}>Profile</Button>
            </div>
          </li>
        ))}
      </ul>
      {open === null ? null : (
        <ProfileDialog
          api={api} freeSeconds={freeSeconds} id={open.consultantId} name={open.name} onClose={() => setOpen(null)}
        />
      )}
    </section>
  );
}

/** Not read out each second: how it stands is said beside it. */
function TimeToAnswer({ match, skew }: { readonly match: Match; readonly skew: number }) {
  const now = useNow(1_000);
  const left = secondsToAnswer(match, now + skew);
  return (
    <span className="match__left" data-testid="match-left" data-seconds={left} aria-live="off">
      {left === 0 ? "Time is over" : `${left} s left to answer`}
    </span>
  );
}
