import { useState } from "react";
import { ApiError } from "../../../api/error";
import { refundPayment } from "../../../api/money";
import type { RefundOrder } from "../../../api/money";
import type { Payment } from "../../../api/moneyShapes";
import { formatMoney } from "../../../call/billing";
import { Once } from "../../../api/once";
import { readOrder, refundable } from "./refund";
import type { RefundDraft } from "./refund";
import type { Money } from "../../../signaling/messages";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { useAttempt } from "../../../ui/useAttempt";
import { useMarket } from "../../../app/market";
import { RefundForm, RefundReview } from "./RefundForm";

export interface RefundDialogProps {
  readonly payment: Payment;
  readonly draft: RefundDraft;
  readonly onEdit: (draft: RefundDraft) => void;
  readonly onClose: () => void;
  /** Nobody answered: what stands in the list may have changed all the same. */
  readonly onUnknown: () => void;
  readonly onDone: (text: string) => void;
}

interface Ready {
  readonly money: Money;
  readonly order: RefundOrder;
}

/** Gives money back in two steps: what, and that it is really meant. */
export function RefundDialog({ payment, draft, onEdit, onClose, onUnknown, onDone }: RefundDialogProps) {
  const { api } = useMarket();
  const [once] = useState(() => Once.inBrowser("refund"));
  const [ready, setReady] = useState<Ready | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [attempt, begin] = useAttempt();
  const left = refundable(payment);

  if (left === null) {
    return (
      <Dialog title="Nothing is left to give back" onClose={onClose}>
        <p>All of this payment was given back already.</p>
        <div className="panel__actions"><Button onClick={onClose}>Close</Button></div>
      </Dialog>
    );
  }
  const review = () => {
    const reading = readOrder(draft, left);
    if (reading.name === "order") {
      setProblem(null);
      setReady(reading);
    } else {
      setProblem(reading.name === "too-much"
        ? `At most ${formatMoney(left)} is left of this payment.`
        : "Write an amount like 12 or 12.50.");
    }
  };
  const send = ({ money, order }: Ready) => begin(async () => {
    try {
      await once.send(JSON.stringify({ id: payment.id, ...order }), (key) => refundPayment(api, payment.id, order, key));
      onDone(`${formatMoney(money)} is being given back.`);
    } catch (error) {
      if (error instanceof ApiError && error.isUnknown) onUnknown();
      throw error;
    }
  });
  return (
    <Dialog title="Give money back" onClose={onClose}>
      {ready === null
        ? <RefundForm draft={draft} left={left} problem={problem} onEdit={onEdit} onReview={review} />
        : (
          <RefundReview
            money={ready.money}
            reason={ready.order.reason ?? null}
            isSimulated={payment.simulated}
            attempt={attempt}
            onSend={() => send(ready)}
            onBack={() => setReady(null)}
          />
        )}
    </Dialog>
  );
}
