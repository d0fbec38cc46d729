export interface GoalProps {
  readonly label: string;
  /** What it is now, as it is written; a dash where nothing is known. */
  readonly value: string;
  readonly goal: string;
  /** Null where nothing is known. */
  readonly isReached: boolean | null;
  /** How far the bar is filled, 0 to 1, and where on it the goal lies; null: nowhere. */
  readonly part: number | null;
  readonly mark: number | null;
  readonly note: string;
  readonly testId: string;
}

/** A figure that has a goal: how far it is, and whether that is far enough. */
export function Goal({ label, value, goal, isReached, part, mark, note, testId }: GoalProps) {
  const state = isReached === null ? "unknown" : isReached ? "reached" : "missed";
  return (
    <div className="figures__goal" data-testid={testId} data-state={state}>
      <dt>{label}</dt>
      <dd>
        <span className="figures__value">{value}</span>
        <svg className="goal__bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          <rect className={`goal__fill goal__fill--${state}`} width={Math.min(1, Math.max(0, part ?? 0)) * 100} height="8" />
          {mark === null ? null : <rect className="goal__mark" x={Math.min(99, mark * 100)} width="1" height="8" />}
        </svg>
        <span className="facts__note">{`Goal ${goal}: ${isReached === null ? "nothing known yet" : isReached ? "reached" : "not reached"}`}</span>
        <span className="facts__note">{note}</span>
      </dd>
    </div>
  );
}
