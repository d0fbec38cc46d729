import { useCallback } from "react";
import { findReceipt, receiptFile } from "../../../api/money";
import { slicesOf, sumsOf } from "./receipt";
import { useMarket } from "../../../app/market";
import { useAwaited } from "../../../ui/useAwaited";
import { Waiting } from "../../../ui/Waiting";
import { PaperButton } from "../../account/papers/PaperButton";
import { Timeline } from "./Timeline";

/** What was measured of a call, signed by the server when the call is settled; nothing where nothing was. */
export function ReceiptPanel({ session, version }: { readonly session: string; readonly version: string }) {
  const { api } = useMarket();
  // A new version asks again.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  const find = useCallback(() => findReceipt(api, session), [api, session, version]);
  const { value, error, reload, isAwaited, isAbsent } = useAwaited(find, "receipt_not_found");
  if (isAbsent) return null;
  const slices = value === null ? [] : slicesOf(value);
  return (
    <section className="panel" aria-labelledby="receipt-title" data-testid="receipt">
      <h2 id="receipt-title">What was measured</h2>
      {value === null ? <Waiting error={isAwaited ? null : error} onRetry={reload} /> : null}
      {value !== null && slices.length === 0 ? <p>No media flowed in both directions.</p> : null}
      {slices.length === 0 ? null : <Timeline slices={slices} sums={sumsOf(slices, value?.totals?.billableSeconds ?? null)} />}
      {value === null ? null : (
        <div className="panel__actions">
          <PaperButton
            label="Save the signed receipt" describes="as JSON" name={`receipt-${session}`} ending="json" testId="receipt-json"
            load={() => receiptFile(api, session)}
          />
        </div>
      )}
    </section>
  );
}
