import { useCallback, useState } from "react";
import { listSecurityEvents, signOutEverywhere } from "../../../api/account";
import { useMarket } from "../../../app/market";
import { Shell } from "../../../app/Shell";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { More } from "../../../ui/More";
import { SendButton } from "../../../ui/SendButton";
import { Trouble } from "../../../ui/Trouble";
import { useAttempt } from "../../../ui/useAttempt";
import { usePages } from "../../../ui/usePages";
import { Waiting } from "../../../ui/Waiting";
import { AccountPlaces } from "../AccountPlaces";
import { ChangePassword } from "./ChangePassword";
import { EventList } from "./EventList";

/** The password, the sign-ins, and what happened to the account. */
export function SecurityPage() {
  const { api } = useMarket();
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => listSecurityEvents(api, cursor), [api]));
  return (
    <Shell title="Security">
      <AccountPlaces />
      <ChangePassword onChanged={reload} />
      <Everywhere />
      <section aria-labelledby="events-title">
        <h2 id="events-title" className="board__section">What happened to your account</h2>
        {value === null ? <Waiting error={error} onRetry={reload} /> : <EventList events={items} />}
      </section>
      <More onMore={more} attempt={attempt} />
    </Shell>
  );
}

function Everywhere() {
  const { api, session } = useMarket();
  const [isAsking, setAsking] = useState(false);
  const [attempt, begin] = useAttempt();
  return (
    <section className="panel" aria-labelledby="everywhere-title">
      <h2 id="everywhere-title">Sign-ins</h2>
      <p>If you have left yourself signed in somewhere, or somebody may have got at your account, end all sign-ins at once.</p>
      <div className="panel__actions">
        <Button data-testid="everywhere-button" onClick={() => setAsking(true)}>Sign out everywhere…</Button>
      </div>
      {isAsking ? (
        <Dialog title="Sign out everywhere?" onClose={() => setAsking(false)}>
          <p>Every browser and phone is signed out, this one too. Then you sign in again with your password.</p>
          {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
          <div className="panel__actions">
            <SendButton
              isSending={attempt.name === "sending"} label="Sign out everywhere" labelWhileSending="Signing out…"
              testId="confirm-everywhere-button"
              onClick={() => begin(() => signOutEverywhere(api).then(() => session.end()))}
            />
            <Button onClick={() => setAsking(false)}>Stay signed in</Button>
          </div>
        </Dialog>
      ) : null}
    </section>
  );
}
