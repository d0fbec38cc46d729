import { useEffect, useState } from "react";
import { App } from "./App";
import { AccountPage } from "./features/account/AccountPage";
import { enter } from "./route";
import type { Route } from "./route";

/** Shows the page that the address is for. */
export function Root({ entry }: { readonly entry: Route }) {
  const [route, setRoute] = useState(entry);
  const isCall = route.page === "call";

  useEffect(() => {
    if (isCall) return undefined;
    // Another mail's link that is put into the address bar changes the fragment alone, and loads nothing.
    const onHash = () => {
      if (window.location.hash !== "") setRoute(enter(window.location, window.history));
    };
    window.addEventListener("hashchange", onHash);
    return () => window.removeEventListener("hashchange", onHash);
  }, [isCall]);

  if (route.page === "call") return <App />;
  return <AccountPage key={`${route.page} ${route.token ?? ""}`} route={route} />;
}
