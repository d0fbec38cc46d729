import { useCallback } from "react";
import { myPayoutAccount } from "../../../api/money";
import { Banner } from "../../../ui/Banner";
import { useMarket } from "../../../app/market";
import { Link } from "../../../app/navigation";
import { useLoaded } from "../../../ui/useLoaded";

/** Where a consultant who cannot be paid is about to be asked. Where the server does not say, nothing is said here either. */
export function NoPayouts() {
  const { api } = useMarket();
  const { value } = useLoaded(useCallback(() => myPayoutAccount(api), [api]));
  return value?.state === "none" ? <SetThemUp /> : null;
}

export function SetThemUp() {
  return (
    <Banner
      tone="info"
      title="Set up payouts"
      testId="no-payouts"
      announce={false}
      action={<Link to={{ page: "earnings" }} className="button button--secondary">Set up payouts</Link>}
    >
      <p>Until then you cannot be paid, and your calls end with their free minutes.</p>
    </Banner>
  );
}
