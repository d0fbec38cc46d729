/** Which page an address is for. */

export type Route =
  /** The call page, and everything that has no page of its own. It reads its token itself, and leaves it there. */
  | { readonly page: "call" }
  /** Pages that links in mails lead to, with the token that came along. */
  | { readonly page: "verify-email" | "reset-password"; readonly token: string | null };

export function routeOf({ pathname, hash }: Pick<Location, "pathname" | "hash">): Route {
  switch (pathname) {
    case "/verify-email":
      return { page: "verify-email", token: tokenOf(hash) };
    case "/reset-password":
      return { page: "reset-password", token: tokenOf(hash) };
    default:
      return { page: "call" };
  }
}

function tokenOf(hash: string): string | null {
  const token = new URLSearchParams(hash.replace(/^#/, "")).get("token")?.trim();
  return token === undefined || token === "" ? null : token;
}

/**
 * Reads the address, and takes a mail's token out of it: what holds once, and for one account, is to stay neither in the
 * history nor in a screenshot.
 */
export function enter(
  location: Pick<Location, "pathname" | "search" | "hash">,
  history: Pick<History, "state" | "replaceState">,
): Route {
  const route = routeOf(location);
  if (route.page !== "call" && location.hash !== "") {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return route;
}
