import { useEffect, useMemo, useState } from "react";
import type { ClientConfig } from "../api/config";
import { Api } from "../api/http";
import { Session } from "../api/session";
import type { MarketRoute } from "./route";
import { useStore } from "../ui/useStore";
import { NoAccounts } from "../features/auth/AccountPage";
import { Farewell } from "../features/auth/Farewell";
import { RegisterPage } from "../features/auth/RegisterPage";
import { WelcomePage } from "../features/auth/WelcomePage";
import { SignInPage } from "../features/auth/SignInPage";
import { troubleWords } from "../ui/troubleWords";
import { LinkPage } from "../features/call/join/LinkPage";
import { StartPage } from "./StartPage";
import { useConfig } from "./useConfig";
import { SignedIn } from "./SignedIn";

/** The marketplace: for everybody its front door, and what lies behind it for those who are signed in. */
export function Home({ route }: { readonly route: MarketRoute }) {
  const [config, retry] = useConfig();
  if (config === null || config instanceof Error) return <StartPage error={config} onRetry={retry} />;
  if (typeof config.api === "string") return <Door config={config} address={config.api} route={route} />;
  return route.page === "home" ? <LinkPage trouble="none" onToken={openRoom} /> : <NoAccounts />;
}

function openRoom(token: string): void {
  window.location.hash = `token=${token}`;
}

interface DoorProps {
  readonly config: ClientConfig;
  readonly address: string;
  readonly route: MarketRoute;
}

function Door({ config, address, route }: DoorProps) {
  const api = useMemo(() => new Api(address), [address]);
  const [session, setSession] = useState<Session | null>(null);

  useEffect(() => {
    const made = new Session(api);
    void made.start();
    // The sign-in is the outside world here: it is asked for with the effect.
    // oxlint-disable-next-line react/set-state-in-effect
    setSession(made);
    return () => {
      made.dispose();
      setSession(null);
    };
  }, [api]);

  if (session === null) return <StartPage error={null} onRetry={() => undefined} />;
  return <Entrance config={config} api={api} session={session} route={route} />;
}

interface EntranceProps extends Omit<DoorProps, "address"> {
  readonly api: Api;
  readonly session: Session;
}

function Entrance({ config, api, session, route }: EntranceProps) {
  const state = useStore(session.store);
  switch (state.name) {
    case "starting":
      return <StartPage error={null} onRetry={() => undefined} />;
    case "unreachable": {
      const { title, whatToDo } = troubleWords(state.error);
      return <StartPage error={new Error(`${title}. ${whatToDo}`)} onRetry={() => void session.start()} />;
    }
    case "signed-in":
      return <SignedIn key={state.user.id} config={config} api={api} session={session} user={state.user} route={route} />;
    case "signed-out":
      if (state.erased !== undefined) return <Farewell kept={state.erased} />;
      if (route.page === "register") return <RegisterPage api={api} />;
      if (route.page === "home" && !state.ended) {
        return <WelcomePage api={api} freeSeconds={config.freeSeconds ?? null} onToken={openRoom} />;
      }
      return <SignInPage session={session} reason={state.ended ? "ended" : route.page === "sign-in" ? null : "needed"} />;
  }
}
