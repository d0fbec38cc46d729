import { count, percent } from "../../../ui/numbers";
import type { Bar } from "./funnel";

/** Bars with their numbers beside them; nobody needs to see the bars. */
export function Bars({ bars, nothing }: { readonly bars: readonly Bar[]; readonly nothing: string }) {
  if (bars.every((bar) => bar.count === 0)) return <p className="empty">{nothing}</p>;
  return (
    <ul className="bars">
      {bars.map(({ id, label, count: many, part, isSide }) => (
        <li key={id} className={`bars__row ${isSide ? "bars__row--side" : ""}`} data-testid={`bar-${id}`} data-count={many}>
          <span>{label}</span>
          <svg className="bars__bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
            <rect className="bars__fill" width={Math.min(1, part) * 100} height="1" />
          </svg>
          <span className="bars__value">{count(many)} · {percent(part)}</span>
        </li>
      ))}
    </ul>
  );
}
