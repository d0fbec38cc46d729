import { useEffect } from "react";
import { takeSeat } from "../../market/callSeat";
import type { MarketRoute } from "../../route";
import { useMarket } from "./market";
import { useNavigate } from "./navigation";

/** A tab that is not looked at gives the one that is so much time to take the call. */
const politeness = 400;

/** Goes to a call as soon as it is ready. Every tab hears of it, and one goes: the one that is looked at, if any is. */
export function useReadySessions(route: MarketRoute): void {
  const { connection, tickets } = useMarket();
  const navigate = useNavigate();
  const here = route.page === "session" ? route.id : null;

  useEffect(() => {
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const stop = connection.on("session.ready", (ready) => {
      tickets.set(ready.sessionId, ready);
      if (here !== null) return;
      const go = async () => {
        const seat = await takeSeat(ready.sessionId);
        if (seat === null) return;
        // The page of the call takes it again, and at once.
        seat.leave();
        navigate({ page: "session", id: ready.sessionId });
      };
      if (document.visibilityState === "visible") {
        void go();
        return;
      }
      const timer = setTimeout(() => {
        timers.delete(timer);
        void go();
      }, politeness);
      timers.add(timer);
    });
    return () => {
      stop();
      for (const timer of timers) clearTimeout(timer);
    };
  }, [connection, tickets, navigate, here]);
}
