import type { CallSide } from "../../../api/callShapes";
import { connectionWords, directionGrade, factsOf, scoreText, sideName } from "./words";

/** One line for a list: how well a side is heard, and how well it hears. */
export function SideLine({ side, part }: { readonly side: CallSide; readonly part: string }) {
  return (
    <div className="side-line" data-testid={`side-${part.toLowerCase()}`} data-connection={side.connection}>
      <dt>{sideName(side, part)} <span className="list__note">{part}, {connectionWords(side.connection)}</span></dt>
      <dd>
        <span className={`grade grade--${directionGrade(side.up)}`}>sends {scoreText(side.up)}</span>
        <span className={`grade grade--${directionGrade(side.down)}`}>receives {scoreText(side.down)}</span>
      </dd>
    </div>
  );
}

/** Both directions of one side with all that is measured. */
export function SidePanel({ side, part }: { readonly side: CallSide; readonly part: string }) {
  return (
    <section className="panel" aria-label={`${part}: ${sideName(side, part)}`}>
      <div>
        <h2>{sideName(side, part)}</h2>
        <p className="list__note">{part}, {connectionWords(side.connection)}</p>
      </div>
      {(["up", "down"] as const).map((way) => {
        const direction = side[way];
        return (
          <div key={way}>
            <h3 className="side__way">{way === "up" ? "What they send" : "What they receive"}</h3>
            {direction === null ? <p className="empty">Nothing measured.</p> : (
              <dl className="pairs">
                {factsOf(direction).map(({ label, value }) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}
              </dl>
            )}
          </div>
        );
      })}
    </section>
  );
}
