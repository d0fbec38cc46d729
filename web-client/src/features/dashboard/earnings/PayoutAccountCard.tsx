import { useCallback, useEffect, useState } from "react";
import { beginPayouts, choosePayoutInterval, myPayoutAccount } from "../../../api/money";
import type { Interval, PayoutAccount } from "../../../api/moneyShapes";
import { Button } from "../../../ui/Button";
import { SelectField } from "../../../ui/Field";
import { Trouble } from "../../../ui/Trouble";
import { SendButton } from "../../../ui/SendButton";
import { useAttempt } from "../../../ui/useAttempt";
import type { Attempt } from "../../../ui/useAttempt";
import { useMarket } from "../../../app/market";
import { useLoaded } from "../../../ui/useLoaded";
import { Waiting } from "../../../ui/Waiting";
import { Simulated } from "../../../ui/Simulated";
import { accountStateWords, intervals, requirementWords } from "../../../ui/moneyWords";

/** Only where the web is: an address from elsewhere is not gone to. */
export function isWebAddress(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}

/** Where a consultant's money goes. */
export function PayoutAccountCard() {
  const { api } = useMarket();
  const { value, error, reload, put } = useLoaded(useCallback(() => myPayoutAccount(api), [api]));
  const [setup, beginSetup] = useAttempt();
  const [change, beginChange] = useAttempt();

  useEffect(() => {
    // Whoever comes back from there by the browser's own way gets the page as it was left.
    const onShow = (event: PageTransitionEvent) => {
      if (event.persisted) reload();
    };
    window.addEventListener("pageshow", onShow);
    return () => window.removeEventListener("pageshow", onShow);
  }, [reload]);

  if (value === null) {
    return (
      <section className="panel" aria-labelledby="payout-account-title">
        <h2 id="payout-account-title">Payouts to you</h2>
        <Waiting error={error} onRetry={reload} />
      </section>
    );
  }
  return (
    <PayoutAccountView
      account={value}
      setup={setup}
      change={change}
      onSetUp={() => beginSetup(async () => {
        const address = await beginPayouts(api);
        if (isWebAddress(address)) window.location.assign(address);
        else reload();
      })}
      onInterval={(interval) => beginChange(async () => put(await choosePayoutInterval(api, interval)))}
    />
  );
}

export interface PayoutAccountViewProps {
  readonly account: PayoutAccount;
  readonly setup: Attempt;
  readonly change: Attempt;
  readonly onSetUp: () => void;
  readonly onInterval: (interval: Interval) => void;
}

export function PayoutAccountView({ account, setup, change, onSetUp, onInterval }: PayoutAccountViewProps) {
  const { state, requirements, simulated } = account;
  const isOpening = setup.name === "sending" || setup.name === "done";
  return (
    <section className="panel" aria-labelledby="payout-account-title" data-testid="payout-account" data-state={state}>
      <h2 id="payout-account-title">Payouts to you</h2>
      {simulated ? <Simulated /> : null}
      <p className="panel__lead" role="status">{accountStateWords(account)}</p>
      {requirements.length === 0 ? null : (
        <div>
          <p>This is still needed:</p>
          <ul className="reasons" data-testid="requirements">
            {requirements.map((requirement) => <li key={requirement}>{requirementWords(requirement)}</li>)}
          </ul>
        </div>
      )}
      {setup.name === "failed" ? <Trouble error={setup.error} /> : null}
      <div className="panel__actions">
        <Button
          look={state === "enabled" ? "secondary" : "primary"}
          data-testid="set-up-payouts"
          aria-disabled={isOpening}
          onClick={onSetUp}
        >
          {isOpening ? "Opening…" : state === "none" ? "Set up payouts" : state === "enabled" ? "Change the details" : "Go on with the setup"}
        </Button>
      </div>
      {state === "none" ? null : <IntervalForm account={account} attempt={change} onSave={onInterval} />}
    </section>
  );
}

interface IntervalFormProps {
  readonly account: PayoutAccount;
  readonly attempt: Attempt;
  readonly onSave: (interval: Interval) => void;
}

function IntervalForm({ account, attempt, onSave }: IntervalFormProps) {
  const [chosen, setChosen] = useState<Interval>(account.interval ?? "weekly");
  return (
    <form
      className="range"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSave(chosen);
      }}
    >
      <SelectField
        label="How often money is sent to you"
        value={chosen}
        options={intervals}
        none=""
        onChange={(id) => setChosen(intervals.find((interval) => interval.id === id)?.id ?? chosen)}
      />
      <SendButton isSending={attempt.name === "sending"} label="Save" labelWhileSending="Saving…" testId="interval-button" />
      {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
      <p role="status">{attempt.name === "done" && chosen === account.interval ? "Saved." : null}</p>
    </form>
  );
}
