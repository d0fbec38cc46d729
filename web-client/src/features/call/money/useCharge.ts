import { useCallback, useEffect, useReducer } from "react";
import { findPricedSession } from "../../../api/money";
import type { PricedSession } from "../../../api/moneyShapes";
import { reduceCharge, unknownCharge } from "../../../call/charge";
import type { Charge } from "../../../call/charge";
import { useStore } from "../../../ui/useStore";
import { useMarket } from "../../../app/market";
import { useLoaded } from "../../../ui/useLoaded";
import type { Loaded } from "../../../ui/useLoaded";

export interface SessionCharge extends Loaded<PricedSession> {
  readonly charge: Charge;
  readonly cardAdded: () => void;
}

const askAgainAfter = 2_000;
/** So long a card that was added is waited for. */
const retryPatience = 20_000;

/** A session and its money, kept in step with what is pushed. */
export function useCharge(id: string): SessionCharge {
  const { api, connection } = useMarket();
  const { welcomes } = useStore(connection.store);
  const loaded = useLoaded(useCallback(() => findPricedSession(api, id), [api, id]));
  const [charge, dispatch] = useReducer(reduceCharge, unknownCharge);
  const { value, reload } = loaded;

  useEffect(() => {
    if (value !== null) dispatch({ name: "loaded", billing: value.billing });
  }, [value]);
  useEffect(() => connection.on("session.billing", (push) => {
    if (push.sessionId !== id) return;
    dispatch({ name: "pushed", push });
    // The push says what happened; how everything stands since, the API says.
    reload();
  }), [connection, id, reload]);
  useEffect(() => {
    // What was pushed while the connection was away is missing.
    if (welcomes > 1) reload();
  }, [welcomes, reload]);

  useEffect(() => {
    if (!charge.isRetrying) return undefined;
    const asking = setInterval(reload, askAgainAfter);
    const giveUp = setTimeout(() => dispatch({ name: "retry-over" }), retryPatience);
    return () => {
      clearInterval(asking);
      clearTimeout(giveUp);
    };
  }, [charge.isRetrying, reload]);

  const cardAdded = useCallback(() => dispatch({ name: "card-added" }), []);
  return { ...loaded, charge, cardAdded };
}
