import type { Performance } from "../../api/shapes";
import { Goal } from "../../ui/Goal";
import { percent } from "../../ui/numbers";
import { figures } from "./words";

/** The numbers that decide who is asked first, and how much of one's time is used. */
export function Figures({ own }: { readonly own: Performance }) {
  return (
    <section aria-labelledby="figures-title" data-testid="performance">
      <h2 id="figures-title" className="board__section">How you do</h2>
      <dl className="figures figures--many">
        {figures(own).map(({ id, label, value, note }) => (
          <div key={id} data-testid={`figure-${id}`}>
            <dt>{label}</dt>
            <dd>
              <span className="figures__value">{value}</span>
              <span className="facts__note">{note}</span>
            </dd>
          </div>
        ))}
        <Goal
          label="Time in calls"
          value={percent(own.utilisation)}
          goal={percent(own.goal)}
          isReached={own.utilisation === null ? null : own.utilisation >= own.goal}
          part={own.utilisation}
          mark={own.goal}
          note="of your available time, last 30 days"
          testId="figure-utilisation"
        />
      </dl>
    </section>
  );
}
