import type { CallMoney } from "../../call/CallPage";
import { Dialog } from "../../../ui/Dialog";
import { useMarket } from "../../home/market";
import { AddCard } from "../cards/AddCard";
import { ChargeStrip } from "./ChargeStrip";
import { useCharge } from "./useCharge";

/** What the call page shows of a session's money. */
export function useCallMoney(id: string): CallMoney {
  const { user } = useMarket();
  const { charge, cardAdded, reload } = useCharge(id);
  return {
    line: (state, onAddCard) => (
      <ChargeStrip
        charge={charge}
        status={state.billing}
        side={user.role === "consultant" ? "consultant" : "customer"}
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
