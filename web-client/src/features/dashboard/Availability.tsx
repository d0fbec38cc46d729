import { useCallback, useEffect, useState } from "react";
import type { Profile } from "../../api/shapes";
import { Wishes } from "./wishes";
import { asSignalingError } from "../../signaling/errors";
import { Banner } from "../../ui/Banner";
import { Switch } from "../../ui/Switch";
import { useStore } from "../../ui/useStore";
import { useMarket } from "../../app/market";

export interface AvailabilityProps {
  readonly profile: Profile;
  readonly onChanged: () => void;
}

/** The server keeps a wish at once, and acts on it a moment later. */
const settling = [150, 400, 1_000, 2_500];
const settled = 4_000;

export function Availability({ profile, onChanged }: AvailabilityProps) {
  const { connection, user } = useMarket();
  const { lifecycle } = useStore(connection.store);
  const [sending, setSending] = useState<boolean | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [asked, setAsked] = useState(0);
  const isOn = profile.availability === "available" || (profile.availability === "busy" && profile.availableAfterCall === true);
  const isConnected = lifecycle.name === "open";
  const [wishes] = useState(() => new Wishes(user.id));

  useEffect(() => wishes.listen(onChanged), [wishes, onChanged]);
  useEffect(() => {
    if (asked === 0) return undefined;
    const timers = settling.map((delay) => setTimeout(onChanged, delay));
    const last = setTimeout(() => setSending(null), settled);
    return () => [...timers, last].forEach((timer) => clearTimeout(timer));
  }, [asked, onChanged]);
  useEffect(() => {
    // Somebody else's end of a call, or a minute without a connection, changes it, too.
    const look = () => {
      if (document.visibilityState === "visible") onChanged();
    };
    document.addEventListener("visibilitychange", look);
    const stop = connection.on("session.ended", onChanged);
    return () => {
      document.removeEventListener("visibilitychange", look);
      stop();
    };
  }, [connection, onChanged]);
  const toggle = useCallback(async () => {
    const wish = !isOn;
    setProblem(null);
    setSending(wish);
    try {
      const kept = await connection.setAvailable(wish);
      wishes.tell(kept);
      setAsked((count) => count + 1);
    } catch (error) {
      setSending(null);
      setProblem(asSignalingError(error).isPassing
        ? "The server did not answer. Try again in a moment."
        : "The server does not allow this. Is your profile complete?");
    }
  }, [connection, isOn, wishes]);

  const isBlocked = !profile.isComplete && !isOn;
  return (
    <section className="panel availability" aria-label="Availability" data-testid="availability" data-state={profile.availability}>
      <Switch
        label="Available for questions"
        isOn={isOn}
        isBusy={sending !== null && sending !== isOn}
        disabled={isBlocked || !isConnected}
        testId="available-switch"
        onToggle={() => void toggle()}
      />
      <p className="availability__words" role="status" data-testid="availability-words">
        {sending !== null && sending !== isOn ? "One moment…" : availabilityWords(profile, isConnected)}
      </p>
      {problem === null ? null : <Banner tone="error" testId="error"><p>{problem}</p></Banner>}
    </section>
  );
}

export function availabilityWords(
  { availability, availableAfterCall, isComplete }: Pick<Profile, "availability" | "availableAfterCall" | "isComplete">,
  isConnected: boolean,
): string {
  if (!isConnected) return "Not connected: no questions reach you at the moment.";
  switch (availability) {
    case "available":
      return "You are available. Questions that fit ring here; keep this page open.";
    case "busy":
      return availableAfterCall === true
        ? "You are in a call. After it you are available again."
        : "You are in a call. After it you are not available.";
    case "offline":
      return isComplete ? "You are not available. No questions come." : "You are not available: your profile is not complete.";
  }
}
