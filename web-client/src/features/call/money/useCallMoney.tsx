import { useEffect } from "react";
import { awaitsHold } from "../../../call/charge";
import type { CallMoney } from "../CallPage";
import { Dialog } from "../../../ui/Dialog";
import { useMarket } from "../../../app/market";
import { AddCard } from "../../account/cards/AddCard";
import { priceOf } from "../../../ui/price";
import { ChargeStrip } from "./ChargeStrip";
import { useCharge } from "./useCharge";

const askAgainAfter = 2_000;
/** So long the first hold is waited for. */
const holdPatience = 30_000;

/** What the call page shows of a session's money. */
export function useCallMoney(id: string): CallMoney {
  const { user } = useMarket();
  const { value, charge, cardAdded, reload } = useCharge(id);
  const isAwaiting = awaitsHold(charge);

  useEffect(() => {
    // A call begins as soon as it is accepted, often before its first hold is made; and of a hold nothing is pushed.
    if (!isAwaiting) return undefined;
    const asking = setInterval(reload, askAgainAfter);
    const giveUp = setTimeout(() => clearInterval(asking), holdPatience);
    return () => {
      clearInterval(asking);
      clearTimeout(giveUp);
    };
  }, [isAwaiting, reload]);

  const rate = value?.rate ?? null;
  const threshold = value?.thresholdSeconds ?? null;
  return {
    firstPrice: user.role === "customer" && rate !== null && threshold !== null && charge.trouble === null
      ? priceOf(rate, threshold) : null,
    line: (state, onAddCard) => (
      <ChargeStrip
        charge={charge}
        status={state.billing}
        side={user.role === "consultant" ? "consultant" : "customer"}
        rate={rate}
        onAddCard={onAddCard}
      />
    ),
    // A bank's window lies over the page, and a modal dialog would lie over that.
    card: (onClose) => (
      <Dialog title="Add a card" isModal={false} onClose={onClose}>
        <AddCard
          isDefault
          onAdded={() => {
            onClose();
            cardAdded();
            reload();
          }}
        />
      </Dialog>
    ),
  };
}
