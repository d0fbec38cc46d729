import type { Dispute } from "../../../api/moneyShapes";

const titles: readonly (readonly [keyof Dispute["evidence"], string])[] = [
  ["customerName", "Customer"], ["customerEmail", "E-mail address"], ["serviceDate", "Day of the call"],
  ["productDescription", "What was sold"], ["accessActivityLog", "Who was there"], ["refundPolicy", "What was agreed to"],
  ["refundRefusal", "What was charged"], ["receipt", "Receipt"],
];

/** What the bank is told, as it is written to it. */
export function EvidenceTexts({ evidence }: { readonly evidence: Dispute["evidence"] }) {
  return (
    <details className="details" data-testid="evidence">
      <summary>The evidence</summary>
      <dl className="evidence">
        {titles.map(([name, title]) => evidence[name] === null ? null : (
          <div key={name}>
            <dt>{title}</dt>
            <dd className="evidence__text">{evidence[name]}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
