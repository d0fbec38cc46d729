import { useEffect, useState } from "react";
import type { Session } from "../../../api/shapes";
import { isLive } from "../../../api/market";
import { useMarket } from "../../../app/market";
import { InvoicePanel } from "../../account/papers/InvoicePanel";
import { ReceiptPanel } from "../receipt/ReceiptPanel";
import { BillingPanel } from "./BillingPanel";
import { hasInvoice, hasReceipt, isSettling } from "./summary";
import { useCharge } from "./useCharge";

const askAgainAfter = 3_000;
/** After this many times it is left to the pushes. */
const mostRounds = 40;

/** All that a session's page has about money: what it cost, the invoice, and what was measured. */
export function SessionMoney({ id, state }: { readonly id: string; readonly state: Session["state"] }) {
  const { user } = useMarket();
  const { value, reload } = useCharge(id);
  const [rounds, setRounds] = useState(0);
  const billing = value?.billing;
  // Also where no money could be held: that is decided only at the end.
  const isOpen = billing !== undefined && (isSettling(billing) || billing.state === "failed");
  const waits = isOpen && !isLive({ state }) && rounds < mostRounds;

  useEffect(reload, [reload, state]);
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setTimeout(() => {
      setRounds((count) => count + 1);
      reload();
    }, askAgainAfter);
    return () => clearTimeout(timer);
  }, [waits, rounds, reload]);

  if (value === null || billing === undefined) return null;
  // What is made when a session is settled, and anew when something is given back.
  const version = `${billing.state} ${billing.refunded.amount}`;
  return (
    <>
      <BillingPanel billing={billing} session={value} side={user.role} />
      {isLive({ state }) || !hasInvoice(billing) ? null : <InvoicePanel session={id} version={version} />}
      {isLive({ state }) || !hasReceipt(billing) ? null : <ReceiptPanel session={id} version={version} />}
    </>
  );
}
