import { useEffect, useRef } from "react";
import type { Workplace } from "./workplace";
import { LiveRegion } from "../../ui/LiveRegion";
import { useTitleAlert } from "../../ui/title";
import { useStore } from "../../ui/useStore";
import { useMarket } from "../../app/market";
import { useNavigate } from "../../app/navigation";
import { ringSound } from "./ringSound";

/** Draws a consultant's attention to requests, on whatever page and in whatever tab: by sound, title and notification. */
export function Ringing({ workplace }: { readonly workplace: Workplace }) {
  const { cards } = useStore(workplace.desk);
  const isSoundOn = useStore(ringSound);
  const { ringer, call } = useMarket();
  // In a call nobody is disturbed.
  const isInCall = useStore(call) !== null;
  const isReady = useStore(ringer.isReady);
  const waiting = cards.filter(({ answering }) => answering === "no");
  const rings = waiting.length > 0 && !isInCall;
  const first = waiting[0]?.question.title ?? null;
  const alert = !rings ? null : waiting.length === 1 ? "A question for you" : `${waiting.length} questions for you`;
  useTitleAlert(alert);
  useNotifications(workplace, isInCall);

  useEffect(() => {
    if (!rings || !isSoundOn || !isReady) return undefined;
    ringer.start();
    return () => ringer.stop();
  }, [rings, isSoundOn, isReady, ringer]);

  return <LiveRegion text={alert === null || first === null ? "" : `${alert}: ${first}`} />;
}

/** One notification for each request, while nobody looks at this tab; it goes with its request. */
function useNotifications(workplace: Workplace, isInCall: boolean): void {
  const { cards } = useStore(workplace.desk);
  const navigate = useNavigate();
  const shown = useRef(new Map<string, Notification | null>());

  useEffect(() => {
    const open = shown.current;
    const ids = new Set(cards.map(({ requestId }) => requestId));
    for (const [id, notification] of Array.from(open)) {
      if (ids.has(id)) continue;
      notification?.close();
      open.delete(id);
    }
    for (const { requestId, question } of cards) {
      if (open.has(requestId)) continue;
      open.set(requestId, null);
      if (isInCall || document.visibilityState === "visible") continue;
      open.set(requestId, notify(requestId, question.title, () => navigate({ page: "desk" })));
    }
  }, [cards, isInCall, navigate]);

  useEffect(() => {
    const open = shown.current;
    return () => {
      for (const notification of open.values()) notification?.close();
      open.clear();
    };
  }, []);
}

function notify(id: string, title: string, onOpen: () => void): Notification | null {
  if (typeof Notification === "undefined" || Notification.permission !== "granted") return null;
  try {
    const notification = new Notification("A question for you", { body: title, tag: id, requireInteraction: true });
    notification.onclick = () => {
      window.focus();
      onOpen();
      notification.close();
    };
    return notification;
  } catch {
    // Some phones know notifications of service workers only.
    return null;
  }
}
