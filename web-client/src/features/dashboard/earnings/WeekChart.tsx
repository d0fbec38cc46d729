import { useEffect, useRef } from "react";
import { formatMoney } from "../../../call/billing";
import { dayWords } from "../../../ui/moneyWords";
import type { WeekChart } from "./weeks";

const height = 120;
const pitch = 28;
/** With fewer bars two dates do not fit below them. */
const longEnough = 7;

/** Bars by week; as a table for those who do not see them, or want the numbers. */
export function Weeks({ chart }: { readonly chart: WeekChart }) {
  const { currency, bars } = chart;
  const scroller = useRef<HTMLDivElement>(null);
  const title = `Earned by week, ${currency.toUpperCase()}`;
  useEffect(() => {
    // What happened last is at the end.
    const element = scroller.current;
    if (element !== null) element.scrollLeft = element.scrollWidth;
  }, [chart]);
  const [first] = bars;
  if (first === undefined) return null;
  const last = bars[bars.length - 1];
  const best = bars.reduce((high, bar) => (bar.earned.amount > high.earned.amount ? bar : high), first);
  return (
    <section className="panel" aria-label={title} data-testid="weeks">
      <h2>{title}</h2>
      <p className="list__note" aria-hidden="true">Best week: {formatMoney(best.earned)}</p>
      <div ref={scroller} className="table-scroll" role="region" aria-label={`${title}: chart`} tabIndex={0}>
        <div className="weeks__plot">
          <svg
            className="weeks"
            role="img"
            aria-label={`${bars.length === 1 ? "1 week" : `${bars.length} weeks`}; the best one began on ${dayWords(best.start)} with ${formatMoney(best.earned)}.`}
            width={bars.length * pitch}
            height={height}
          >
            {bars.map(({ start, earned, part }, index) => (
              <g key={start} data-testid="week" data-part={part.toFixed(2)}>
                <title>{`${dayWords(start)}: ${formatMoney(earned)}`}</title>
                <rect
                  className="weeks__bar"
                  x={index * pitch + 3}
                  y={height - 2 - part * (height - 6)}
                  width={pitch - 6}
                  height={Math.max(2, part * (height - 6))}
                  rx={3}
                />
              </g>
            ))}
          </svg>
          <p className="weeks__ends list__note" aria-hidden="true">
            <span>{dayWords(first.start)}</span>
            {bars.length > longEnough && last !== undefined ? <span>{dayWords(last.start)}</span> : null}
          </p>
        </div>
      </div>
      <details className="details">
        <summary>As a table</summary>
        <div className="table-scroll" role="region" aria-label={`${title}: table`} tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Week from</th><th scope="col" className="table__number">Calls</th>
                <th scope="col" className="table__number">Charged</th><th scope="col" className="table__number">Platform</th>
                <th scope="col" className="table__number">Earned</th>
              </tr>
            </thead>
            <tbody>
              {bars.map(({ start, sessions, charged, fee, earned }) => (
                <tr key={start}>
                  <th scope="row">{dayWords(start)}</th>
                  <td className="table__number">{sessions}</td>
                  <td className="table__number">{formatMoney(charged)}</td>
                  <td className="table__number">{formatMoney(fee)}</td>
                  <td className="table__number">{formatMoney(earned)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}
