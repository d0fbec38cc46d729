import type { Reconciliation } from "../../../api/opsShapes";
import { count } from "../../../ui/numbers";
import { dayAndTime } from "../../call/session/words";

/** The last comparison: what was compared, and what was found. */
export function Reconciled({ last }: { readonly last: Reconciliation | null }) {
  if (last === null) {
    return <p className="empty" data-testid="empty">They were not compared yet. That happens every night, and by the command <code>consult ledger check</code>.</p>;
  }
  const { state, trigger, startedAt, since, payments, payouts, found, repaired, findings, error } = last;
  const begun = `${dayAndTime(startedAt)}, ${trigger === "nightly" ? "as every night" : "by the command line"}`;
  return (
    <>
      <p data-testid="reconciled" data-state={state}>
        {state === "failed"
          ? `The comparison of ${begun}, was given up: ${error ?? "no reason is known"}`
          : `Compared ${begun}: ${count(payments)} payments and ${count(payouts)} payouts${since === undefined ? "" : ` since ${dayAndTime(since)}`}. ${foundWords(found, repaired)}`}
      </p>
      {findings.length === 0 ? null : (
        <ul className="rows" data-testid="findings">
          {findings.map(({ rule, subject, words, isRepaired }) => (
            <li key={`${rule} ${subject} ${words}`} className="rows__row">
              <p className="plain-text">{words}</p>
              <p className="list__note plain-text">{subject} · {rule}{isRepaired ? " · repaired" : ""}</p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export function foundWords(found: number, repaired: number): string {
  if (found === 0) return "They agree.";
  const differences = found === 1 ? "1 difference" : `${count(found)} differences`;
  return `${differences}, ${repaired === found ? "all repaired" : `${count(repaired)} repaired`}.`;
}
