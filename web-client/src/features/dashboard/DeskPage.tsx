import { useCallback, useState } from "react";
import { myPerformance, myProfile } from "../../api/market";
import type { Performance } from "../../api/shapes";
import type { Workplace } from "./workplace";
import { Banner } from "../../ui/Banner";
import { Button } from "../../ui/Button";
import { CheckField } from "../../ui/Field";
import { useStore } from "../../ui/useStore";
import { useMarket } from "../../app/market";
import { Link, useNavigate } from "../../app/navigation";
import { Shell } from "../../app/Shell";
import { useLoaded } from "../../ui/useLoaded";
import { Waiting } from "../../ui/Waiting";
import { NoPayouts } from "./earnings/NoPayouts";
import { Availability } from "./Availability";
import { Departures } from "./Departures";
import { RequestCard } from "./RequestCard";
import { ringSound, setRingSound } from "./ringSound";
import { figures, missingList } from "./words";

/** A consultant's start page: who is asking, whether one can be asked, and how one does. */
export function DeskPage() {
  const { api, workplace } = useMarket();
  const profile = useLoaded(useCallback(() => myProfile(api), [api]));
  const performance = useLoaded(useCallback(() => myPerformance(api), [api]));
  return (
    <Shell title="Your desk" wide>
      {profile.value === null ? <Waiting error={profile.error} onRetry={profile.reload} /> : null}
      {profile.value !== null && !profile.value.isComplete ? (
        <Banner
          tone="warn"
          title="Your profile is not complete"
          testId="profile-incomplete"
          action={<Link to={{ page: "profile" }} className="button button--primary">Fill it in</Link>}
        >
          <p>Before questions can come, it needs {missingList(profile.value)}.</p>
        </Banner>
      ) : null}
      <NoPayouts />
      {profile.value === null ? null : <Availability profile={profile.value} onChanged={profile.reload} />}
      {workplace === null ? null : <Incoming workplace={workplace} />}
      <Alerts />
      {performance.value === null ? null : <Figures own={performance.value} />}
    </Shell>
  );
}

function Incoming({ workplace }: { readonly workplace: Workplace }) {
  const { connection, tickets } = useMarket();
  const { cards, departed } = useStore(workplace.desk);
  const { skew } = useStore(connection.store);
  const navigate = useNavigate();

  const accept = async (requestId: string) => {
    const accepted = await workplace.accept(requestId);
    if (accepted === null) return;
    if (accepted.token !== null) tickets.set(accepted.sessionId, { token: accepted.token });
    navigate({ page: "session", id: accepted.sessionId });
  };
  return (
    <section aria-labelledby="incoming-title" data-testid="incoming">
      <h2 id="incoming-title" className="board__section">Questions for you</h2>
      {cards.length === 0 ? <p className="empty" data-testid="no-requests">Nobody is asking at the moment.</p> : (
        <ul className="cards">
          {cards.map((card) => (
            <li key={card.requestId}>
              <RequestCard
                card={card}
                skew={skew}
                onAccept={() => void accept(card.requestId)}
                onDecline={() => void workplace.decline(card.requestId)}
              />
            </li>
          ))}
        </ul>
      )}
      <Departures departed={departed} onDismiss={(id) => workplace.dismiss(id)} />
    </section>
  );
}

/** How one is called: by sound, and by the browser's notifications. */
function Alerts() {
  const { ringer } = useMarket();
  const isReady = useStore(ringer.isReady);
  const isSoundOn = useStore(ringSound);
  const [permission, setPermission] = useState(() => (typeof Notification === "undefined" ? "denied" : Notification.permission));
  return (
    <section className="panel" aria-label="How you are called">
      <CheckField label="Ring when a question comes" checked={isSoundOn} onChange={setRingSound} />
      {isSoundOn && !isReady
        ? <p className="field__hint" data-testid="sound-blocked">The browser lets this page sound after your first click on it.</p>
        : null}
      {permission === "default" ? (
        <div className="panel__actions">
          <Button
            data-testid="notify-button"
            onClick={() => void Notification.requestPermission().then(setPermission, () => undefined)}
          >
            Notify me when I look elsewhere
          </Button>
        </div>
      ) : null}
      {permission === "granted" ? <p className="field__hint">You are notified when you look elsewhere.</p> : null}
    </section>
  );
}

export function Figures({ own }: { readonly own: Performance }) {
  return (
    <section aria-labelledby="figures-title" data-testid="performance">
      <h2 id="figures-title" className="board__section">How you do</h2>
      <dl className="figures">
        {figures(own).map(({ id, label, value, note }) => (
          <div key={id} data-testid={`figure-${id}`}>
            <dt>{label}</dt>
            <dd>
              <span className="figures__value">{value}</span>
              <span className="facts__note">{note}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
