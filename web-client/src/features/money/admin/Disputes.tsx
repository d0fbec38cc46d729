import { useCallback, useState } from "react";
import { listDisputes, submitEvidence } from "../../../api/money";
import type { Dispute } from "../../../api/moneyShapes";
import { formatMoney } from "../../../call/billing";
import { Once } from "../../../market/once";
import { Trouble } from "../../account/AccountCard";
import { useAttempt } from "../../account/useAttempt";
import type { Attempt } from "../../account/useAttempt";
import { useMarket } from "../../home/market";
import { Link } from "../../home/navigation";
import { More } from "../../home/More";
import { usePages } from "../../home/usePages";
import { Waiting } from "../../home/Waiting";
import { dayAndTime } from "../../sessions/words";
import { Button } from "../../../ui/Button";
import { disputeStateWords, takesEvidence } from "../words";

/** Charges that customers went to their banks about. */
export function Disputes() {
  const { api } = useMarket();
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => listDisputes(api, cursor), [api]));
  return (
    <section aria-labelledby="disputes-title" data-testid="disputes">
      <h2 id="disputes-title" className="board__section">Disputes</h2>
      {value === null ? <Waiting error={error} nothing="This server has no disputes" onRetry={reload} /> : null}
      {value !== null && items.length === 0 ? <p className="empty">Nobody disputes a charge.</p> : null}
      <ul className="list">
        {items.map((dispute) => <Item key={dispute.id} dispute={dispute} onChanged={reload} />)}
      </ul>
      <More onMore={more} attempt={attempt} />
    </section>
  );
}

function Item({ dispute, onChanged }: { readonly dispute: Dispute; readonly onChanged: () => void }) {
  const { api } = useMarket();
  const [once] = useState(() => Once.inBrowser("evidence"));
  const [attempt, begin] = useAttempt();
  const submit = () => begin(async () => {
    await once.send(dispute.id, (key) => submitEvidence(api, dispute.id, key));
    onChanged();
  });
  return <DisputeView dispute={dispute} attempt={attempt} onSubmit={submit} />;
}

export interface DisputeViewProps {
  readonly dispute: Dispute;
  readonly attempt: Attempt;
  readonly onSubmit: () => void;
}

export function DisputeView({ dispute, attempt, onSubmit }: DisputeViewProps) {
  const { sessionId, amount, reason, state, dueBy } = dispute;
  return (
    <li className="list__item" data-testid="dispute" data-state={state}>
      <div className="list__main">
        <Link to={{ page: "session", id: sessionId }} className="list__title">
          {formatMoney(amount)}: {reason.replace(/_/g, " ")}
        </Link>
        {dueBy === null || !takesEvidence(state) ? null : <p className="list__note">Evidence is taken until {dayAndTime(dueBy)}.</p>}
        <p className="list__note">The evidence is the call's signed receipt, its times, and the invoice.</p>
        {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
        <p role="status">{attempt.name === "done" ? "The evidence was sent." : null}</p>
      </div>
      <span className="badge">{disputeStateWords(state)}</span>
      {takesEvidence(state) && attempt.name !== "done" ? (
        <Button data-testid="evidence-button" aria-disabled={attempt.name === "sending"} onClick={onSubmit}>
          {attempt.name === "sending" ? "Sending…" : "Send the evidence"}
        </Button>
      ) : null}
    </li>
  );
}
