import { formatMoney } from "../../../call/billing";
import type { RefundDraft } from "./refund";
import type { Money } from "../../../signaling/messages";
import { Banner } from "../../../ui/Banner";
import { Button } from "../../../ui/Button";
import { TextArea, TextField } from "../../../ui/Field";
import { Trouble } from "../../../ui/Trouble";
import type { Attempt } from "../../../ui/useAttempt";
import { Simulated } from "../../../ui/Simulated";

export interface RefundFormProps {
  readonly draft: RefundDraft;
  readonly left: Money;
  readonly problem: string | null;
  readonly onEdit: (draft: RefundDraft) => void;
  readonly onReview: () => void;
}

export function RefundForm({ draft, left, problem, onEdit, onReview }: RefundFormProps) {
  return (
    <form
      className="card__form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onReview();
      }}
    >
      <TextField
        label={`Amount in ${left.currency.toUpperCase()}`}
        type="text"
        inputMode="decimal"
        autoComplete="off"
        maxLength={13}
        hint={`${formatMoney(left)} is left of this payment.`}
        testId="refund-amount"
        value={draft.amount}
        problem={problem}
        onChange={(amount) => onEdit({ ...draft, amount })}
      />
      <TextArea
        label="Reason (optional)"
        rows={3}
        maxLength={500}
        required={false}
        hint="It is kept with the refund."
        testId="refund-reason"
        value={draft.reason}
        onChange={(reason) => onEdit({ ...draft, reason })}
      />
      <div className="panel__actions"><Button type="submit" look="primary" data-testid="refund-review">Go on</Button></div>
    </form>
  );
}

export interface RefundReviewProps {
  readonly money: Money;
  readonly reason: string | null;
  readonly isSimulated: boolean;
  readonly attempt: Attempt;
  readonly onSend: () => void;
  readonly onBack: () => void;
}

export function RefundReview({ money, reason, isSimulated, attempt, onSend, onBack }: RefundReviewProps) {
  const isSending = attempt.name === "sending";
  const amount = formatMoney(money);
  return (
    <>
      {isSimulated ? <Simulated /> : null}
      <p>
        {amount} goes back to the customer's card. The consultant's part of it and the platform's are taken back, too. This
        cannot be undone.
      </p>
      {reason === null ? null : <p className="plain-text plain-text--lines">Reason: {reason}</p>}
      {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
      {attempt.name === "failed" && attempt.error.isUnknown ? (
        <Banner tone="warn" title="It may have been done all the same" announce={false}>
          <p>Send it again unchanged: it is given back once, however often it is sent.</p>
        </Banner>
      ) : null}
      <div className="panel__actions">
        <Button look="danger" data-testid="refund-confirm" aria-disabled={isSending} onClick={onSend}>
          {isSending ? "Sending…" : `Give back ${amount}`}
        </Button>
        <Button aria-disabled={isSending} onClick={isSending ? undefined : onBack}>Change it</Button>
      </div>
    </>
  );
}
