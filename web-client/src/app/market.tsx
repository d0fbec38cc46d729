import { createContext, useContext, useEffect, useState } from "react";
import type { ClientConfig } from "../api/config";
import type { Api } from "../api/http";
import type { Session } from "../api/session";
import type { User } from "../api/shapes";
import { CallSeats } from "../features/call/session/callSeat";
import { Ringer } from "../features/dashboard/ringer";
import { Workplace } from "../features/dashboard/workplace";
import { AccountConnection } from "../signaling/account";
import type { ServerNotificationParams } from "../signaling/messages";
import { Store } from "../store";

export type Ready = ServerNotificationParams<"session.ready">;

/** What every page of somebody who is signed in has at hand. */
export interface Market {
  readonly config: ClientConfig;
  readonly api: Api;
  readonly session: Session;
  readonly user: User;
  readonly connection: AccountConnection;
  /** Consultants only. */
  readonly workplace: Workplace | null;
  readonly ringer: Ringer;
  readonly seats: CallSeats;
  /** The session whose call goes on in this tab. */
  readonly call: Store<string | null>;
  /** Room tokens that came by themselves, each to be used once. */
  readonly tickets: Map<string, Ready | { readonly token: string }>;
}

export const MarketContext = createContext<Market | null>(null);

export function useMarket(): Market {
  const market = useContext(MarketContext);
  if (market === null) throw new Error("nobody is signed in here");
  return market;
}

/** Opens the connection of this account, for as long as it is signed in here. */
export function useOpenMarket(config: ClientConfig, anonymous: Api, session: Session, user: User): Market | null {
  const [market, setMarket] = useState<Market | null>(null);
  const { id, role } = user;

  useEffect(() => {
    const api = anonymous.as(session);
    const connection = new AccountConnection({
      url: config.websocket,
      token: () => session.token(),
      renew: (refused) => session.renew(refused),
    });
    const workplace = role === "consultant" ? new Workplace(api, connection, id) : null;
    const ringer = new Ringer();
    const call = new Store<string | null>(null);
    // A call goes on with its room's token, whatever becomes of the sign-in.
    const unwatch = call.subscribe(() => session.hold(call.get() !== null));
    const unlock = () => ringer.unlock();
    window.addEventListener("pointerdown", unlock);
    window.addEventListener("keydown", unlock);
    connection.start();
    workplace?.start();
    // The connection is the outside world here: it is made with the effect and goes with it.
    // oxlint-disable-next-line react/set-state-in-effect
    setMarket({
      config, api, session, user, connection, workplace, ringer,
      seats: CallSeats.inBrowser(), call, tickets: new Map(),
    });
    return () => {
      unwatch();
      session.hold(false);
      window.removeEventListener("pointerdown", unlock);
      window.removeEventListener("keydown", unlock);
      workplace?.stop();
      connection.stop();
      ringer.close();
      setMarket(null);
    };
    // What else is known of the user may change without another connection.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [config, anonymous, session, id, role]);

  return market === null ? null : { ...market, user };
}
