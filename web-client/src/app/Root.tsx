import { useCallback, useEffect, useState } from "react";
import { App } from "./App";
import { AccountPage } from "../features/auth/AccountPage";
import { Home } from "./Home";
import { Nowhere } from "./Nowhere";
import { NavigationContext } from "./navigation";
import type { Navigate } from "./navigation";
import { enter, isMarketRoute, pathOf } from "./route";
import type { Route } from "./route";

/** Shows the page that the address is for. */
export function Root({ entry }: { readonly entry: Route }) {
  const [{ route, visit }, setVisit] = useState({ route: entry, visit: 0 });
  const isCall = route.page === "call";

  useEffect(() => {
    // A mail's link that is put into the address bar changes the fragment alone, and loads nothing: a visit, too. The call
    // page looks after its own fragment.
    const onHash = () => {
      if (isCall || window.location.hash === "") return;
      const next = enter(window.location, window.history);
      setVisit((last) => ({ route: next, visit: last.visit + 1 }));
    };
    const onPop = () => {
      const next = enter(window.location, window.history);
      setVisit((last) => ({ route: next, visit: last.visit + 1 }));
    };
    window.addEventListener("hashchange", onHash);
    window.addEventListener("popstate", onPop);
    return () => {
      window.removeEventListener("hashchange", onHash);
      window.removeEventListener("popstate", onPop);
    };
  }, [isCall]);

  const navigate = useCallback<Navigate>((to, how = "push") => {
    const path = pathOf(to);
    if (how === "replace") window.history.replaceState(null, "", path);
    else if (path !== window.location.pathname + window.location.search) window.history.pushState(null, "", path);
    window.scrollTo(0, 0);
    setVisit((last) => ({ route: to, visit: last.visit + 1 }));
  }, []);

  if (route.page === "call") return <App />;
  if (route.page === "nowhere") return <Nowhere />;
  return (
    <NavigationContext.Provider value={navigate}>
      {isMarketRoute(route) ? <Home route={route} /> : <AccountPage key={visit} route={route} />}
    </NavigationContext.Provider>
  );
}
