import { useId } from "react";

export interface Series {
  readonly id: string;
  readonly label: string;
  /** One for each label of the chart; null where nothing is known. */
  readonly values: readonly (number | null)[];
}

export interface LineChartProps {
  readonly title: string;
  /** What stands below the points, in the order of time. */
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  /** What the vertical axis holds at least. */
  readonly range: readonly [low: number, high: number];
  readonly format: (value: number) => string;
  /** Names the first column of the table. */
  readonly across: string;
}

const width = 600;
const height = 140;

/** The points of a line, in pieces where values are missing. */
export function pieces(values: readonly (number | null)[], low: number, high: number): readonly string[] {
  const step = values.length < 2 ? 0 : width / (values.length - 1);
  const span = high - low || 1;
  const found: string[][] = [];
  let isOpen = false;
  values.forEach((value, index) => {
    if (value === null) {
      isOpen = false;
      return;
    }
    if (!isOpen) found.push([]);
    isOpen = true;
    const y = height - ((Math.min(high, Math.max(low, value)) - low) / span) * height;
    found[found.length - 1]?.push(`${(index * step).toFixed(1)},${y.toFixed(1)}`);
  });
  // A lone value is a short stroke, or it would not be seen.
  return found.map((points) => (points.length === 1 && points[0] !== undefined ? `${points[0]} ${shifted(points[0])}` : points.join(" ")));
}

function shifted(point: string): string {
  const [x = "0", y = "0"] = point.split(",");
  const length = Number(x) > width / 2 ? -10 : 10;
  return `${(Number(x) + length).toFixed(1)},${y}`;
}

/** The lowest, the highest and the last value in words, for who does not see the lines. */
function summary({ label, values }: Series, format: (value: number) => string): string {
  const known = values.filter((value): value is number => value !== null);
  const last = known[known.length - 1];
  if (last === undefined) return `${label}: nothing known`;
  return `${label}: from ${format(Math.min(...known))} to ${format(Math.max(...known))}, last ${format(last)}`;
}

/** Which line is whose. */
export function Legend({ series }: { readonly series: readonly Pick<Series, "id" | "label">[] }) {
  return (
    <ul className="legend">
      {series.map(({ id, label }, index) => (
        <li key={id}><span className={`chart__key chart__key--${index}`} aria-hidden="true" /> {label}</li>
      ))}
    </ul>
  );
}

/** Lines over time, told apart by colour and by dashes as the legend beside them says; and as a table for those who want the numbers. */
export function LineChart({ title, labels, series, range, format, across }: LineChartProps) {
  const id = useId();
  const known = series.flatMap(({ values }) => values.filter((value): value is number => value !== null));
  const [low] = range;
  const high = Math.max(range[1], ...known);
  return (
    <figure className="chart" aria-labelledby={id} data-testid="chart">
      <figcaption id={id} className="chart__title">{title}</figcaption>
      <div className="chart__plot">
        <span className="chart__high" aria-hidden="true">{format(high)}</span>
        <span className="chart__low" aria-hidden="true">{format(low)}</span>
        <svg
          className="chart__lines" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img"
          aria-label={series.map((one) => summary(one, format)).join("; ")}
        >
          <line className="chart__grid" x1="0" x2={width} y1={height / 2} y2={height / 2} />
          {series.map(({ id: name, values }, index) => pieces(values, low, high).map((points) => (
            <polyline key={`${name} ${points}`} className={`chart__line chart__line--${index}`} points={points} />
          )))}
        </svg>
        <span className="chart__first" aria-hidden="true">{labels[0]}</span>
        <span className="chart__last" aria-hidden="true">{labels.length > 1 ? labels[labels.length - 1] : ""}</span>
      </div>
      <details className="details">
        <summary>As a table</summary>
        <div className="table-scroll" role="region" aria-label={`${title}: table`} tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{across}</th>
                {series.map(({ id: name, label }) => <th key={name} scope="col" className="table__number">{label}</th>)}
              </tr>
            </thead>
            <tbody>
              {labels.map((label, row) => (
                // Times may repeat where a call stood still; the place is what tells rows apart.
                // oxlint-disable-next-line react/no-array-index-key
                <tr key={row}>
                  <th scope="row">{label}</th>
                  {series.map(({ id: name, values }) => {
                    const value = values[row] ?? null;
                    return <td key={name} className="table__number">{value === null ? "–" : format(value)}</td>;
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
