import { useCallback } from "react";
import { listCards } from "../../../api/money";
import { Banner } from "../../../ui/Banner";
import { useMarket } from "../../../app/market";
import { Link } from "../../../app/navigation";
import { withoutCard } from "../../../ui/price";
import { useLoaded } from "../../../ui/useLoaded";

/** Where a customer without a card is about to ask. Where the server does not say, nothing is said here either. */
export function NoCard() {
  const { api, config } = useMarket();
  const { value } = useLoaded(useCallback(() => listCards(api), [api]));
  return value === null || value.items.length > 0 ? null : <AddOne freeSeconds={config.freeSeconds ?? null} />;
}

export function AddOne({ freeSeconds }: { readonly freeSeconds: number | null }) {
  return (
    <Banner
      tone="info"
      title="Add a card"
      testId="no-card"
      announce={false}
      action={<Link to={{ page: "payment-methods" }} className="button button--secondary" data-testid="add-card-link">Add a card</Link>}
    >
      <p>{withoutCard(freeSeconds)}</p>
    </Banner>
  );
}
