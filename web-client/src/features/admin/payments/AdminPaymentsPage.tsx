import { useCallback, useState } from "react";
import { listPayments } from "../../../api/money";
import type { Payment } from "../../../api/moneyShapes";
import { RefundDrafts, newRefund, refundable } from "./refund";
import type { RefundDraft } from "./refund";
import { Button } from "../../../ui/Button";
import { useMarket } from "../../../app/market";
import { Link } from "../../../app/navigation";
import { More } from "../../../ui/More";
import { Shell } from "../../../app/Shell";
import { usePages } from "../../../ui/usePages";
import { Waiting } from "../../../ui/Waiting";
import { PaymentList } from "../../account/payments/PaymentList";
import { useParameter } from "../../../ui/useParameter";
import { RefundDialog } from "./RefundDialog";
import { SessionSearch } from "./SessionSearch";

/** All payments, for those who look after them. */
export function AdminPaymentsPage() {
  const { api } = useMarket();
  const [session, setSession] = useParameter("session");
  const [drafts] = useState(() => RefundDrafts.inBrowser());
  const [draft, setDraft] = useState<RefundDraft | null>(() => drafts.find());
  const [news, setNews] = useState("");
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => listPayments(api, session, cursor), [api, session]));
  const edit = (next: RefundDraft | null) => {
    drafts.keep(next);
    setDraft(next);
  };
  const chosen = draft === null ? null : items.find(({ id }) => id === draft.payment) ?? null;
  return (
    <Shell title="Payments" wide>
      <SessionSearch key={session ?? ""} session={session} of="payments" onSearch={setSession} />
      <p role="status" data-testid="refund-news">{news}</p>
      {value === null ? <Waiting error={error} onRetry={reload} /> : (
        <PaymentList
          payments={items}
          nothing={session === null ? "No payments yet." : "There are no payments of this session. Look at its id once more."}
          action={(payment) => <RefundButton payment={payment} onBegin={edit} />}
        />
      )}
      <More onMore={more} attempt={attempt} />
      {chosen === null || draft === null ? null : (
        <RefundDialog
          payment={chosen}
          draft={draft}
          onEdit={edit}
          onClose={() => edit(null)}
          onUnknown={reload}
          onDone={(text) => {
            edit(null);
            setNews(text);
            reload();
          }}
        />
      )}
      {session === null ? null : (
        <p><Link to={{ page: "disputes", query: { session } }} data-testid="disputes-link">What its customer went to the bank about</Link></p>
      )}
    </Shell>
  );
}

interface RefundButtonProps {
  readonly payment: Payment;
  readonly onBegin: (draft: RefundDraft) => void;
}

function RefundButton({ payment, onBegin }: RefundButtonProps) {
  const left = refundable(payment);
  if (left === null) return null;
  return <Button data-testid="refund-button" onClick={() => onBegin(newRefund(payment, left))}>Give back…</Button>;
}
