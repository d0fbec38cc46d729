import { useCallback, useEffect, useState } from "react";
import { websocketAddress } from "../../../api/config";
import { ApiError } from "../../../api/error";
import { joinSession } from "../../../api/market";
import { readToken } from "../../../api/roomToken";
import type { Seat } from "./callSeat";
import { Banner } from "../../../ui/Banner";
import { Button } from "../../../ui/Button";
import { useTitle } from "../../../ui/title";
import { Visits } from "../Visits";
import type { RoomReading, VisitsProps } from "../Visits";
import { useMarket } from "../../../app/market";
import { Shell } from "../../../app/Shell";
import { Waiting } from "../../../ui/Waiting";
import { useCallMoney } from "../money/useCallMoney";
import { SessionOver } from "./SessionOver";

type Entry =
  | { readonly name: "asking" }
  | { readonly name: "elsewhere" }
  | { readonly name: "refused"; readonly error: ApiError }
  | { readonly name: "over" }
  | { readonly name: "in"; readonly websocket: string; readonly reading: RoomReading };

/** A session's page: for its two people the call, and how it ended after it; for others how it stands. */
export function SessionPage({ id }: { readonly id: string }) {
  const { user } = useMarket();
  return user.role === "admin" ? <SessionOver id={id} call={null} onRejoin={() => undefined} /> : <Seated id={id} />;
}

/** Straight into the call while there is one. */
function Seated({ id }: { readonly id: string }) {
  const [attempt, setAttempt] = useState({ round: 0, byForce: false });
  const again = useCallback((byForce: boolean) => setAttempt(({ round }) => ({ round: round + 1, byForce })), []);
  const entry = useEntry(id, attempt);
  const { call } = useMarket();
  const isIn = entry.name === "in";
  useTitle("Your call");

  useEffect(() => {
    call.set(isIn ? id : null);
    return () => call.set(null);
  }, [call, isIn, id, attempt]);

  switch (entry.name) {
    case "asking":
      return <Shell title="Your call"><Waiting error={null} onRetry={() => again(false)} /></Shell>;
    case "refused":
      return (
        <Shell title="Your call">
          <Waiting error={entry.error} nothing="There is no such call" onRetry={() => again(false)} />
        </Shell>
      );
    case "elsewhere":
      return (
        <Shell title="Your call">
          <Banner
            tone="info"
            title="The call is open in another tab"
            testId="other-tab"
            action={<Button look="primary" data-testid="take-over-button" onClick={() => again(true)}>Take it over here</Button>}
          >
            <p>Go back to that tab, or go on here; the other one then leaves the call.</p>
          </Banner>
        </Shell>
      );
    case "over":
      return <SessionOver id={id} call={null} onRejoin={() => again(true)} />;
    case "in":
      return (
        <PaidVisits
          key={attempt.round}
          id={id}
          websocket={entry.websocket}
          reading={entry.reading}
          direct
          onJoinAgain={() => again(true)}
          ended={(state, reason) => <SessionOver id={id} call={{ state, reason }} onRejoin={() => again(true)} />}
        />
      );
  }
}

function PaidVisits({ id, ...visits }: Omit<VisitsProps, "money"> & { readonly id: string }) {
  return <Visits {...visits} money={useCallMoney(id)} />;
}

/** The way in: the seat that no other tab has, then a room token, the one that came by itself where there is one. */
function useEntry(id: string, attempt: { readonly round: number; readonly byForce: boolean }): Entry {
  const { api, config, seats, tickets } = useMarket();
  const [entry, setEntry] = useState<Entry>({ name: "asking" });

  useEffect(() => {
    let isCurrent = true;
    let seat: Seat | null = null;
    const settle = (next: Entry) => {
      if (isCurrent) setEntry(next);
    };
    const go = async () => {
      seat = await seats.take(id);
      if (!isCurrent) {
        seat?.leave();
        return;
      }
      if (seat === null && !attempt.byForce) {
        settle({ name: "elsewhere" });
        return;
      }
      const ticket = tickets.get(id);
      tickets.delete(id);
      const { token, url } = ticket === undefined
        ? await joinSession(api, id)
        : { token: ticket.token, url: config.websocket };
      const reading = readToken(token);
      if (reading.kind !== "room") throw new ApiError({ kind: "unreadable", status: 200 });
      settle({ name: "in", reading, websocket: websocketAddress(url, document.baseURI) });
    };
    // oxlint-disable-next-line react/set-state-in-effect
    setEntry({ name: "asking" });
    go().catch((error: unknown) => {
      const failure = error instanceof ApiError ? error : new ApiError({ kind: "network" });
      settle(failure.is("session_over") ? { name: "over" } : { name: "refused", error: failure });
    });
    return () => {
      isCurrent = false;
      seat?.leave();
    };
  }, [id, attempt, api, config, seats, tickets]);

  return entry;
}
