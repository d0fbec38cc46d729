import { useCallback, useState } from "react";
import { listDisputes, submitEvidence } from "../../../api/money";
import type { Dispute } from "../../../api/moneyShapes";
import { formatMoney } from "../../../call/billing";
import { Once } from "../../../api/once";
import { Trouble } from "../../../ui/Trouble";
import { useAttempt } from "../../../ui/useAttempt";
import type { Attempt } from "../../../ui/useAttempt";
import { useMarket } from "../../../app/market";
import { Link } from "../../../app/navigation";
import { More } from "../../../ui/More";
import { usePages } from "../../../ui/usePages";
import { Waiting } from "../../../ui/Waiting";
import { dayAndTime } from "../../call/session/words";
import { Button } from "../../../ui/Button";
import { disputeStateWords, recoveryWords, takesEvidence } from "../../../ui/moneyWords";
import { EvidenceTexts } from "./EvidenceTexts";

/** Charges that customers went to their banks about. */
export function Disputes({ session }: { readonly session: string | null }) {
  const { api } = useMarket();
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => listDisputes(api, session, cursor), [api, session]));
  return (
    <>
      {value === null || error !== null ? <Waiting error={error} onRetry={reload} /> : null}
      {value === null ? null : items.length === 0 ? (
        <p className="empty" data-testid="empty">
          {session === null ? "Nobody disputes a charge." : "Nobody disputes a charge of this session."}
        </p>
      ) : (
        <ul className="list" data-testid="disputes">
          {items.map((dispute) => <Item key={dispute.id} dispute={dispute} onChanged={reload} />)}
        </ul>
      )}
      <More onMore={more} attempt={attempt} />
    </>
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
  const { sessionId, amount, fee, reason, state, dueBy, evidence, evidenceState, evidenceSentAt, problem } = dispute;
  const isOpen = takesEvidence(dispute) && attempt.name !== "done";
  const recovery = recoveryWords(dispute);
  return (
    <li className="list__item" data-testid="dispute" data-state={state}>
      <div className="list__main">
        <Link to={{ page: "session", id: sessionId }} className="list__title">
          {formatMoney(amount)}: {reason.replace(/_/g, " ")}
        </Link>
        {fee.amount === 0 ? null : <p className="list__note">It costs {formatMoney(fee)}.</p>}
        {dueBy === null || !isOpen ? null : (
          <p className="list__note">Evidence is taken until {dayAndTime(dueBy)}; a day before that it is sent by itself.</p>
        )}
        {evidenceSentAt === null ? null : <p className="list__note">The bank got the evidence on {dayAndTime(evidenceSentAt)}.</p>}
        {recovery === null ? null : <p className="list__note">{recovery}</p>}
        {problem === null ? null : <p className="list__note" data-testid="dispute-problem">{problem}</p>}
        <EvidenceTexts evidence={evidence} />
        {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
        <p role="status">{attempt.name === "done" || evidenceState === "ordered" ? "The evidence is on its way." : null}</p>
      </div>
      <span className="badge">{disputeStateWords(state)}</span>
      {isOpen ? (
        <Button data-testid="evidence-button" aria-disabled={attempt.name === "sending"} onClick={onSubmit}>
          {attempt.name === "sending" ? "Sending…" : "Send the evidence"}
        </Button>
      ) : null}
    </li>
  );
}
