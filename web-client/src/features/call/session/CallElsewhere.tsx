import { useCallback, useEffect } from "react";
import { liveSession } from "../../../api/market";
import { Banner } from "../../../ui/Banner";
import { useMarket } from "../../../app/market";
import { Link } from "../../../app/navigation";
import { useLoaded } from "../../../ui/useLoaded";
import { otherName } from "./words";

/** On every page but the call's own: that a call is waiting, or goes on. */
export function CallElsewhere() {
  const { api, connection, user } = useMarket();
  const { value, reload } = useLoaded(useCallback(() => liveSession(api), [api]));

  useEffect(() => {
    const stops = [connection.on("session.ready", reload), connection.on("session.ended", reload)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [connection, reload]);

  if (value === null) return null;
  return (
    <Banner
      tone="info"
      title={`Your call with ${otherName(value, user)}`}
      testId="call-elsewhere"
      action={<Link to={{ page: "session", id: value.id }} className="button button--primary">Go to the call</Link>}
    >
      <p>{value.state === "active" ? "It is going on." : "It is ready."}</p>
    </Banner>
  );
}
