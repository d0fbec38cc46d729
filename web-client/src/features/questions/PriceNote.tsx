import { parseAmount } from "../../api/amount";
import { freeWords, priceWords } from "../../ui/price";

export interface PriceNoteProps {
  readonly freeSeconds: number | null;
  readonly budget: string;
  readonly currency: string;
}

/** What asking costs, said before anything is asked. */
export function PriceNote({ freeSeconds, budget, currency }: PriceNoteProps) {
  const isFree = freeSeconds !== null && freeSeconds > 0;
  const most = budget.trim() === "" ? null : parseAmount(budget, currency);
  return (
    <aside className="price-note" aria-label="What it costs" data-testid="price-note">
      <p><strong>Asking costs nothing.</strong> {freeWords(freeSeconds)}</p>
      <p>
        {most === null
          ? `${isFree ? "After that you pay by the second, at" : "At"} the rate of whoever answers. You see it while they are asked.`
          : <>At most {priceWords(most, freeSeconds)}.</>}
      </p>
    </aside>
  );
}
