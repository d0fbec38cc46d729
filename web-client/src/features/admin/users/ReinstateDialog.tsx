import { useState } from "react";
import { reinstate } from "../../../api/moderation";
import { Once } from "../../../api/once";
import type { Account } from "../../../api/opsShapes";
import { useMarket } from "../../../app/market";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { TextArea } from "../../../ui/Field";
import { SendButton } from "../../../ui/SendButton";
import { Trouble } from "../../../ui/Trouble";
import { useAttempt } from "../../../ui/useAttempt";

export interface ReinstateDialogProps {
  readonly account: Pick<Account, "id" | "name">;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Lifts a suspension. */
export function ReinstateDialog({ account: { id, name }, onClose, onDone }: ReinstateDialogProps) {
  const { api } = useMarket();
  const [once] = useState(() => Once.inBrowser(`reinstate.${id}`));
  const [attempt, begin] = useAttempt();
  const [note, setNote] = useState("");
  const isStale = attempt.name === "failed" && attempt.error.is("not_suspended");
  const words = note.trim();
  return (
    <Dialog title={`Lift the suspension of ${name}`} onClose={isStale ? onDone : onClose}>
      <form
        className="card__form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          begin(() => once.send(words, (key) => reinstate(api, id, words, key)).then(onDone));
        }}
      >
        <p>{name} may sign in again, and is told so by mail.</p>
        <TextArea
          label="Why (optional)" rows={2} maxLength={2000} required={false} hint="For administrators. It is kept with the decision."
          testId="reinstate-note" value={note} onChange={setNote}
        />
        {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
        <div className="panel__actions">
          <SendButton isSending={attempt.name === "sending"} label="Lift the suspension" labelWhileSending="Sending…" testId="reinstate-send" />
          <Button onClick={isStale ? onDone : onClose}>Close</Button>
        </div>
      </form>
    </Dialog>
  );
}
