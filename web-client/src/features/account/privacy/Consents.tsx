import { useCallback } from "react";
import { myConsents, setConsent } from "../../../api/account";
import type { Consent } from "../../../api/account";
import { useMarket } from "../../../app/market";
import { dayAndTime } from "../../call/session/words";
import { Switch } from "../../../ui/Switch";
import { Trouble } from "../../../ui/Trouble";
import { useAttempt } from "../../../ui/useAttempt";
import { useLoaded } from "../../../ui/useLoaded";
import { Waiting } from "../../../ui/Waiting";

const documents: { readonly [document in Consent["document"]]: { readonly title: string; readonly text: string } } = {
  terms: { title: "Terms of use", text: "What we owe each other." },
  privacy: { title: "Privacy notice", text: "What is kept of you, and why." },
  recording: { title: "Recording of calls", text: "Calls may be recorded where both sides agree." },
  marketing: { title: "News by mail", text: "Mail about anything but your account and your calls." },
};

export function Consents() {
  const { api } = useMarket();
  const { value, error, reload, put } = useLoaded(useCallback(() => myConsents(api), [api]));
  return (
    <section className="panel" aria-labelledby="consents-title">
      <h2 id="consents-title">What you agreed to</h2>
      {value === null ? <Waiting error={error} onRetry={reload} /> : (
        <ul className="rows" data-testid="consents">
          {value.map((consent) => (
            <Row key={consent.document} consent={consent} onChoose={async (granted) => put(await setConsent(api, consent, granted))} />
          ))}
        </ul>
      )}
    </section>
  );
}

interface RowProps {
  readonly consent: Consent;
  readonly onChoose: (granted: boolean) => Promise<void>;
}

function Row({ consent, onChoose }: RowProps) {
  const [attempt, begin] = useAttempt();
  const { title, text } = documents[consent.document];
  return (
    <li className="rows__row" data-testid={`consent-${consent.document}`} data-granted={consent.granted}>
      {consent.required ? <p className="rows__title">{title}</p> : (
        <Switch
          label={title}
          isOn={consent.granted}
          isBusy={attempt.name === "sending"}
          testId={`consent-${consent.document}-switch`}
          onToggle={() => begin(() => onChoose(!consent.granted))}
        />
      )}
      <p className="list__note">{text} {whenWords(consent)}</p>
      {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
    </li>
  );
}

export function whenWords({ required, granted, recordedAt, version }: Consent): string {
  const when = recordedAt === null ? "" : ` on ${dayAndTime(recordedAt)}`;
  const which = version === null ? "" : ` (version ${version})`;
  if (!granted) return recordedAt === null ? "You have not agreed." : `You took it back${when}.`;
  return `You agreed${when}${which}.${required ? " An account needs it: to take it back, delete the account." : ""}`;
}
