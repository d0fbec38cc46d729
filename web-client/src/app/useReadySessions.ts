import { useCallback, useEffect, useRef } from "react";
import type { Ringer } from "../features/dashboard/ringer";
import type { MarketRoute } from "./route";
import { useMarket } from "./market";
import { useNavigate } from "./navigation";

/** The page of the call has taken its seat by then. */
const handover = 2_000;
/** Somebody who looks elsewhere is rung for, this long at most. */
const attention = 10_000;

/** Goes to a call, unless this tab is in one, or another tab has it. */
export function useGoToCall(): (sessionId: string) => void {
  const { seats, call } = useMarket();
  const navigate = useNavigate();
  return useCallback((sessionId: string) => {
    const go = async () => {
      // One call at a time; the other one is offered by a banner.
      if (call.get() !== null) return;
      const seat = await seats.take(sessionId);
      if (seat === null) return;
      navigate({ page: "session", id: sessionId });
      setTimeout(() => seat.leave(), handover);
    };
    void go();
  }, [seats, call, navigate]);
}

/**
 * A call is ready, and every tab hears of it. A consultant's goes there from where it was accepted; of a customer's one
 * goes: the one that waits for it, else the one that is looked at, else any.
 */
export function useReadySessions(route: MarketRoute): void {
  const { connection, tickets, user, ringer } = useMarket();
  const goToCall = useGoToCall();
  const isCustomer = user.role === "customer";
  // Read when it matters: a page that changes at this moment must not cost the call.
  const isWaiting = useRef(false);

  useEffect(() => {
    isWaiting.current = route.page === "question";
  }, [route]);
  useEffect(() => {
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const stop = connection.on("session.ready", (ready) => {
      tickets.set(ready.sessionId, ready);
      if (!isCustomer) return;
      if (document.visibilityState === "hidden") ringUntilSeen(ringer);
      const politeness = isWaiting.current ? 0 : document.visibilityState === "visible" ? 150 : 500;
      const timer = setTimeout(() => {
        timers.delete(timer);
        goToCall(ready.sessionId);
      }, politeness);
      timers.add(timer);
    });
    return () => {
      stop();
      for (const timer of timers) clearTimeout(timer);
    };
  }, [connection, tickets, goToCall, isCustomer, ringer]);
}

function ringUntilSeen(ringer: Ringer): void {
  const seen = () => {
    ringer.stop();
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
  };
  const timer = setTimeout(seen, attention);
  document.addEventListener("visibilitychange", seen);
  ringer.start();
}
