import { useEffect } from "react";
import { useMarket } from "./market";
import { useNavigate } from "./navigation";

/** A tab that is not looked at gives the one that is so much time to take the call. */
const politeness = 400;
/** The page of the call has taken its seat by then. */
const handover = 2_000;

/** Goes to a call as soon as it is ready. Every tab hears of it, and one goes: the one that is looked at, if any is. */
export function useReadySessions(): void {
  const { connection, tickets, seats, call } = useMarket();
  const navigate = useNavigate();

  useEffect(() => {
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const go = async (sessionId: string) => {
      const seat = await seats.take(sessionId);
      if (seat === null) return;
      navigate({ page: "session", id: sessionId });
      setTimeout(() => seat.leave(), handover);
    };
    const stop = connection.on("session.ready", (ready) => {
      tickets.set(ready.sessionId, ready);
      // One call at a time; the other one is offered by a banner.
      if (call.get() !== null) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        void go(ready.sessionId);
      }, document.visibilityState === "visible" ? 0 : politeness);
      timers.add(timer);
    });
    return () => {
      stop();
      for (const timer of timers) clearTimeout(timer);
    };
  }, [connection, tickets, seats, call, navigate]);
}
