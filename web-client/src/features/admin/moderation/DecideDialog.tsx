import { useState } from "react";
import { decideReport } from "../../../api/moderation";
import type { Decision, QueuedReport, Ruling } from "../../../api/moderation";
import { Once } from "../../../api/once";
import { useMarket } from "../../../app/market";
import { Banner } from "../../../ui/Banner";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { TextArea } from "../../../ui/Field";
import { RadioList } from "../../../ui/RadioList";
import { reasonWords } from "../../../ui/reportWords";
import { Trouble } from "../../../ui/Trouble";
import { useAttempt } from "../../../ui/useAttempt";
import type { Attempt } from "../../../ui/useAttempt";
import { useKept } from "../../../ui/useKept";
import { choicesOf, sendWords } from "./words";

export interface DecideDialogProps {
  readonly report: QueuedReport;
  readonly onClose: () => void;
  /** Somebody else was here before. */
  readonly onStale: () => void;
  readonly onDone: (decision: Decision) => void;
}

/** Decides about a report. It is decided once: sent again after a failure, it has the same key. */
export function DecideDialog({ report, onClose, onStale, onDone }: DecideDialogProps) {
  const { api } = useMarket();
  const [once] = useState(() => Once.inBrowser(`decide.${report.id}`));
  const [attempt, begin] = useAttempt();
  const [note, setNote] = useKept(`decide-note.${report.id}`);
  const [message, setMessage] = useKept(`decide-message.${report.id}`);
  const isStale = attempt.name === "failed" && attempt.error.is("already_decided");
  const send = (ruling: Ruling) => begin(async () => {
    const { decision } = await once.send(JSON.stringify(ruling), (key) => decideReport(api, report.id, ruling, key));
    setNote("");
    setMessage("");
    onDone(decision);
  });
  return (
    <Dialog title={`Decide about ${report.subject.name}`} onClose={isStale ? onStale : onClose}>
      <DecideForm
        report={report} note={note} message={message} attempt={attempt} onNote={setNote} onMessage={setMessage} onSend={send}
        onClose={isStale ? onStale : onClose}
      />
    </Dialog>
  );
}

export interface DecideFormProps {
  readonly report: QueuedReport;
  readonly note: string;
  readonly message: string;
  readonly attempt: Attempt;
  readonly onNote: (note: string) => void;
  readonly onMessage: (message: string) => void;
  readonly onSend: (ruling: Ruling) => void;
  readonly onClose: () => void;
}

export function DecideForm({ report, note, message, attempt, onNote, onMessage, onSend, onClose }: DecideFormProps) {
  const [decision, setDecision] = useState<Decision | null>(null);
  const [isMissing, setMissing] = useState(false);
  const isSending = attempt.name === "sending";
  const submit = () => {
    setMissing(decision === null);
    if (decision === null) return;
    const words = { note: note.trim(), message: decision === "dismiss" ? "" : message.trim() };
    onSend({
      decision, ...(words.note === "" ? {} : { note: words.note }), ...(words.message === "" ? {} : { message: words.message }),
    });
  };
  return (
    <form
      className="card__form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p className="list__note">{reasonWords(report.reason)}, reported by {report.reporter.name}</p>
      <RadioList
        legend="What is to be done?" name="decision" value={decision} options={choicesOf(report)} testId="decision"
        problem={isMissing ? "Choose what is to be done." : null}
        onChoose={(chosen) => {
          setDecision(chosen);
          setMissing(false);
        }}
      />
      {decision === null || decision === "dismiss" ? null : (
        <TextArea
          label={`What ${report.subject.name} is told (optional)`} rows={3} maxLength={2000} required={false}
          hint="It stands in the mail, below the reason." testId="decide-message" value={message} onChange={onMessage}
        />
      )}
      <TextArea
        label="Note (optional)" rows={2} maxLength={2000} required={false} hint="For administrators. It is kept with the decision."
        testId="decide-note" value={note} onChange={onNote}
      />
      {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
      {attempt.name === "failed" && attempt.error.isUnknown ? (
        <Banner tone="warn" title="It may have been done all the same" announce={false}>
          <p>Send it again unchanged: it is decided once, however often it is sent.</p>
        </Banner>
      ) : null}
      <div className="panel__actions">
        <Button
          type="submit" look={decision === "suspend" ? "danger" : "primary"} data-testid="decide-send" aria-disabled={isSending}
        >
          {isSending ? "Sending…" : sendWords(decision, report.subject.name)}
        </Button>
        <Button onClick={onClose}>Close</Button>
      </div>
    </form>
  );
}
