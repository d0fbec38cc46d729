import type { Slice, Sums } from "./receipt";
import { gradeWords, sliceWords, sumWords, unbilledWords } from "./words";
import { formatClock } from "../../../call/clock";

const height = 48;
const pitch = 8;

/** One bar for each ten seconds; as a table for those who do not see it. */
export function Timeline({ slices, sums }: { readonly slices: readonly Slice[]; readonly sums: Sums }) {
  const words = sumWords(sums);
  return (
    <>
      <p data-testid="receipt-sums">{words}</p>
      <div className="table-scroll" role="region" aria-label="Timeline" tabIndex={0}>
        <svg
          className="timeline"
          role="img"
          aria-label={`Quality over the call. ${words}`}
          width={Math.max(1, slices.length) * pitch}
          height={height + 10}
        >
          {slices.map((slice, index) => <Bar key={slice.number} slice={slice} x={index * pitch} />)}
        </svg>
      </div>
      <ul className="legend" aria-label="Colours">
        {(["good", "fair", "poor"] as const).map((grade) => (
          <li key={grade}><span className={`legend__mark legend__mark--${grade}`} />{gradeWords(grade)}</li>
        ))}
        <li><span className="legend__mark legend__mark--unbilled" />Not billed</li>
      </ul>
      <details className="details">
        <summary>As a table</summary>
        <div className="table-scroll" role="region" aria-label="Records" tabIndex={0}>
          <table className="table" data-testid="receipt-table">
            <thead>
              <tr><th scope="col">From</th><th scope="col">Quality</th><th scope="col">Score</th><th scope="col">Billed</th></tr>
            </thead>
            <tbody>
              {slices.map(({ number, from, grade, score, billedSeconds, unbilled }) => (
                <tr key={number}>
                  <td>{formatClock(from)}</td>
                  <td>{gradeWords(grade)}</td>
                  <td>{score === null ? "–" : score.toFixed(2)}</td>
                  <td>{unbilled === null ? `${billedSeconds} s` : `${billedSeconds} s. ${unbilledWords(unbilled)}`}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

function Bar({ slice, x }: { readonly slice: Slice; readonly x: number }) {
  // The worst score is 1, and still to be seen.
  const tall = slice.score === null ? 6 : Math.max(6, (slice.score / 5) * height);
  return (
    <g data-testid="slice" data-grade={slice.grade} data-unbilled={slice.unbilled ?? ""}>
      <title>{sliceWords(slice)}</title>
      <rect className={`timeline__bar timeline__bar--${slice.grade}`} x={x} y={height - tall} width={pitch - 2} height={tall} />
      {slice.unbilled === null ? null : <rect className="timeline__unbilled" x={x} y={height + 3} width={pitch - 2} height={5} />}
    </g>
  );
}
