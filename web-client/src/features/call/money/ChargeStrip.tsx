import type { Charge } from "../../../call/charge";
import type { BillingStatus, Money } from "../../../signaling/messages";
import { Icon } from "../../../ui/Icon";
import { chargeLine } from "./callWords";
import type { Side } from "./callWords";

export interface ChargeStripProps {
  readonly charge: Charge;
  readonly status: BillingStatus | null;
  readonly side: Side;
  /** What an hour costs; null while it is not known. */
  readonly rate?: Money | null;
  readonly onAddCard: () => void;
}

/** How a call's money stands, in one line above the pictures. */
export function ChargeStrip({ charge, status, side, rate = null, onAddCard }: ChargeStripProps) {
  const line = chargeLine(charge, status, side, rate);
  if (line === null) return null;
  return (
    <section
      className={`charge charge--${line.tone}`}
      aria-label="What the call costs"
      data-testid="charge"
      data-trouble={charge.trouble?.kind ?? ""}
    >
      {line.tone === "plain" ? null : <Icon name="warning" />}
      <p className="charge__text" role={line.tone === "error" ? "alert" : "status"} data-testid="charge-text">{line.text}</p>
      {charge.simulated ? <span className="charge__note">Simulated: no money moves</span> : null}
      {line.offersCard
        ? <button type="button" className="charge__action" data-testid="charge-add-card" onClick={onAddCard}>Add a card</button>
        : null}
    </section>
  );
}
