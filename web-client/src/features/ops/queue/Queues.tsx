import type { Queue } from "../../../api/opsShapes";
import { count, duration } from "../../../ui/numbers";

export function Queues({ queues }: { readonly queues: readonly Queue[] }) {
  return (
    <section className="panel" aria-labelledby="queues-title">
      <h2 id="queues-title">On the way</h2>
      {queues.length === 0 ? <p className="empty">No event was sent yet.</p> : (
        <div className="table-scroll" role="region" aria-label="On the way: table" tabIndex={0}>
          <table className="table" data-testid="queues">
            <thead>
              <tr>
                <th scope="col">To</th>
                <th scope="col" className="table__number">Waiting</th>
                <th scope="col" className="table__number">Longest</th>
                <th scope="col" className="table__number">Given up</th>
                <th scope="col" className="table__number">Done</th>
              </tr>
            </thead>
            <tbody>
              {queues.map(({ queue, pending, oldestSeconds, parked, delivered }) => (
                <tr key={queue}>
                  <th scope="row">{queue}</th>
                  <td className="table__number">{count(pending)}</td>
                  <td className="table__number">{duration(oldestSeconds ?? null)}</td>
                  <td className="table__number">{count(parked)}</td>
                  <td className="table__number">{count(delivered)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
