import { useState } from "react";
import { useMarket } from "../../app/market";
import { Button } from "../../ui/Button";
import { CheckField } from "../../ui/Field";
import { useStore } from "../../ui/useStore";
import { ringSound, setRingSound } from "./ringSound";

/** How one is called: by sound, and by the browser's notifications. */
export function Alerts() {
  const { ringer } = useMarket();
  const isReady = useStore(ringer.isReady);
  const isSoundOn = useStore(ringSound);
  const [permission, setPermission] = useState(() => (typeof Notification === "undefined" ? null : Notification.permission));
  return (
    <section className="panel" aria-labelledby="alerts-title">
      <h2 id="alerts-title">How you are called</h2>
      <div>
        <CheckField label="Ring when a question comes" checked={isSoundOn} onChange={setRingSound} />
        {isSoundOn && !isReady
          ? <p className="field__hint" data-testid="sound-blocked">The browser lets this page sound after your first click on it.</p>
          : null}
      </div>
      {permission === "default" ? (
        <div className="panel__actions">
          <Button
            data-testid="notify-button"
            onClick={() => void Notification.requestPermission().then(setPermission, () => undefined)}
          >
            Notify me when I look elsewhere
          </Button>
        </div>
      ) : <p className="field__hint" data-testid="notify-words">{permissionWords(permission)}</p>}
    </section>
  );
}

/** @param permission null: this browser has no notifications. */
export function permissionWords(permission: Exclude<NotificationPermission, "default"> | null): string {
  switch (permission) {
    case "granted":
      return "The browser notifies you when you look elsewhere.";
    case "denied":
      return "Notifications are blocked for this site. Allow them in the browser’s address bar to be called when you look elsewhere.";
    case null:
      return "This browser has no notifications: keep this page in sight.";
  }
}
