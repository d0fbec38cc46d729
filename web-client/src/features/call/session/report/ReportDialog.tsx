import { useState } from "react";
import type { ReactNode } from "react";
import { reportSession } from "../../../../api/moderation";
import type { Report, ReportKind, ReportReason } from "../../../../api/moderation";
import { Once } from "../../../../api/once";
import { useMarket } from "../../../../app/market";
import { Button } from "../../../../ui/Button";
import { Dialog } from "../../../../ui/Dialog";
import { TextArea } from "../../../../ui/Field";
import { RadioList } from "../../../../ui/RadioList";
import { reportReasons } from "../../../../ui/reportWords";
import { SendButton } from "../../../../ui/SendButton";
import { Stalled } from "../../../../ui/Stalled";
import { Trouble } from "../../../../ui/Trouble";
import type { Attempt } from "../../../../ui/useAttempt";
import { useKept } from "../../../../ui/useKept";
import { usePersistence } from "../../../../ui/usePersistence";

export interface ReportDialogProps {
  readonly session: string;
  readonly kind: ReportKind;
  readonly name: string;
  readonly onClose: () => void;
  readonly onMade: (report: Report) => void;
}

/** What is wrong, from a list and in words. It is taken once, so that it is sent again by itself where nobody answers. */
export function ReportDialog({ session, kind, name, onClose, onMade }: ReportDialogProps) {
  const { api } = useMarket();
  const { attempt, begin, ...stalled } = usePersistence();
  const [once] = useState(() => Once.inBrowser(`report.${kind}.${session}`));
  const [reason, setReason] = useKept(`report-reason.${kind}.${session}`);
  const [text, setText] = useKept(`report-text.${kind}.${session}`);
  const send = (chosen: ReportReason, words: string) => begin(async () => {
    const content = { kind, reason: chosen, ...(words === "" ? {} : { text: words }) };
    const report = await once.send(JSON.stringify(content), (key) => reportSession(api, session, content, key));
    setReason("");
    setText("");
    onMade(report);
  });
  return (
    <Dialog title={kind === "session" ? `Report ${name}` : "Report this comment"} onClose={onClose}>
      <ReportForm
        kind={kind}
        name={name}
        reason={reportReasons.find(([one]) => one === reason)?.[0] ?? null}
        text={text}
        attempt={attempt}
        onReason={setReason}
        onText={setText}
        onSend={send}
        onClose={onClose}
      >
        <Stalled {...stalled} />
      </ReportForm>
    </Dialog>
  );
}

export interface ReportFormProps {
  readonly kind: ReportKind;
  readonly name: string;
  readonly reason: ReportReason | null;
  readonly text: string;
  readonly attempt: Attempt;
  /** Stands above the form. */
  readonly children?: ReactNode;
  readonly onReason: (reason: ReportReason) => void;
  readonly onText: (text: string) => void;
  readonly onSend: (reason: ReportReason, text: string) => void;
  readonly onClose: () => void;
}

const reasons = reportReasons.map(([id, label]) => ({ id, label }));

export function ReportForm({ kind, name, reason, text, attempt, children, onReason, onText, onSend, onClose }: ReportFormProps) {
  const [missing, setMissing] = useState<"reason" | "text" | null>(null);
  const submit = () => {
    const words = text.trim();
    const lacks = reason === null ? "reason" : reason === "other" && words === "" ? "text" : null;
    setMissing(lacks);
    if (reason !== null && lacks === null) onSend(reason, words);
  };
  return (
    <>
      <p>
        {kind === "session"
          ? `Somebody who looks after Consultant Connect reads it. ${name} does not learn that it was you.`
          : "Somebody who looks after Consultant Connect reads it, and may hide the comment. The stars stay."}
      </p>
      {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
      {children}
      <form
        className="card__form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <RadioList
          legend="What is wrong?" name="reason" value={reason} options={reasons} testId="report-reason"
          problem={missing === "reason" ? "Choose what fits best." : null}
          onChoose={(chosen) => {
            onReason(chosen);
            setMissing(null);
          }}
        />
        <TextArea
          label={reason === "other" ? "What happened?" : "What happened? (optional)"}
          rows={4} maxLength={2000} required={reason === "other"} testId="report-text"
          problem={missing === "text" ? "Say in a few words what it is." : null} value={text} onChange={onText}
        />
        <div className="panel__actions">
          <SendButton isSending={attempt.name === "sending"} label="Send the report" labelWhileSending="Sending…" testId="report-send" />
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </>
  );
}
