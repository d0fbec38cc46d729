import { useEffect, useState } from "react";
import { App } from "./App";
import { AccountPage } from "./features/account/AccountPage";
import { enter } from "./route";
import type { Route } from "./route";

/** Shows the page that the address is for. */
export function Root({ entry }: { readonly entry: Route }) {
  const [{ route, visit }, setVisit] = useState({ route: entry, visit: 0 });
  const isCall = route.page === "call";

  useEffect(() => {
    if (isCall) return undefined;
    // A mail's link that is put into the address bar changes the fragment alone, and loads nothing: a visit, too.
    const onHash = () => {
      if (window.location.hash === "") return;
      const next = enter(window.location, window.history);
      setVisit((last) => ({ route: next, visit: last.visit + 1 }));
    };
    window.addEventListener("hashchange", onHash);
    return () => window.removeEventListener("hashchange", onHash);
  }, [isCall]);

  if (route.page === "call") return <App />;
  return <AccountPage key={visit} route={route} />;
}
