/** Giving money back: what of a payment is left, and what is typed for it. */
import type { Payment } from "../../../api/moneyShapes";
import type { RefundOrder } from "../../../api/money";
import type { Money } from "../../../signaling/messages";
import { object, string } from "../../../signaling/shape";
import type { Infer } from "../../../signaling/shape";
import { amountText, parseAmount } from "../../../api/amount";
import type { DraftStorage } from "../../questions/draft";

/** What can still be given back; null where that is nothing. */
export function refundable({ captured, refunded }: Pick<Payment, "captured" | "refunded">): Money | null {
  const amount = captured.amount - refunded.amount;
  return amount > 0 ? { amount, currency: captured.currency } : null;
}

export type OrderReading =
  | { readonly name: "order"; readonly money: Money; readonly order: RefundOrder }
  | { readonly name: "no-amount" | "too-much" };

export function readOrder(draft: Pick<RefundDraft, "amount" | "reason">, left: Money): OrderReading {
  const money = parseAmount(draft.amount, left.currency);
  if (money === null) return { name: "no-amount" };
  if (money.amount > left.amount) return { name: "too-much" };
  const reason = draft.reason.trim();
  return { name: "order", money, order: { amount: money.amount, ...(reason === "" ? {} : { reason }) } };
}

const shape = object({ payment: string, amount: string, reason: string });

/** What is typed about one payment. It survives a reload. */
export type RefundDraft = Infer<typeof shape>;

const place = "consult.refund";

export function newRefund(payment: Pick<Payment, "id">, left: Money): RefundDraft {
  return { payment: payment.id, amount: amountText(left), reason: "" };
}

export class RefundDrafts {
  readonly #storage: DraftStorage | null;

  constructor(storage: DraftStorage | null) {
    this.#storage = storage;
  }

  static inBrowser(): RefundDrafts {
    try {
      return new RefundDrafts(window.sessionStorage);
    } catch {
      return new RefundDrafts(null);
    }
  }

  find(): RefundDraft | null {
    try {
      const text = this.#storage?.getItem(place) ?? null;
      return text === null ? null : shape.read(JSON.parse(text), "refund");
    } catch {
      return null;
    }
  }

  /** @param draft null: there is none any more. */
  keep(draft: RefundDraft | null): void {
    try {
      if (draft === null) this.#storage?.removeItem(place);
      else this.#storage?.setItem(place, JSON.stringify(draft));
    } catch {
      // Full or forbidden storage costs the draft on a reload, nothing else.
    }
  }
}
