/** Which page an address is for. The servers know these paths from `Sources/Web/ClientRoutes.swift`. */

export type Route =
  /** The call page of a link with a room token. It reads its token itself, and leaves it there. */
  | { readonly page: "call" }
  /** Pages that links in mails lead to, with the token that came along. */
  | { readonly page: "verify-email" | "reset-password"; readonly token: string | null }
  /** Pages of the marketplace. */
  | { readonly page: PlainPage }
  | { readonly page: "question" | "session"; readonly id: string };

export type PlainPage = keyof typeof plainPages;
export type MarketRoute = Extract<Route, { page: PlainPage | "question" | "session" }>;

const plainPages = {
  home: "/",
  "sign-in": "/sign-in",
  register: "/register",
  ask: "/ask",
  questions: "/questions",
  sessions: "/sessions",
  desk: "/desk",
  profile: "/profile",
  "payment-methods": "/account/payment-methods",
  payments: "/account/payments",
  invoices: "/account/invoices",
  earnings: "/earnings",
  "admin-payments": "/admin/payments",
} as const;

const id = /^\/(questions|sessions)\/([0-9A-Za-z-]{1,64})$/;

/** The address of a page. */
export function pathOf(route: MarketRoute): string {
  switch (route.page) {
    case "question":
      return `/questions/${route.id}`;
    case "session":
      return `/sessions/${route.id}`;
    default:
      return plainPages[route.page];
  }
}

export function routeOf({ pathname, hash }: Pick<Location, "pathname" | "hash">): Route {
  switch (pathname) {
    case "/verify-email":
      return { page: "verify-email", token: tokenOf(hash) };
    case "/reset-password":
      return { page: "reset-password", token: tokenOf(hash) };
    case "/":
    case "/index.html":
      return /^#?$/.test(hash) ? { page: "home" } : { page: "call" };
    default:
      return marketRoute(pathname) ?? { page: "call" };
  }
}

function marketRoute(pathname: string): Route | null {
  const found = id.exec(pathname);
  if (found !== null) return { page: found[1] === "questions" ? "question" : "session", id: found[2] ?? "" };
  const plain = (Object.keys(plainPages) as PlainPage[]).find((page) => plainPages[page] === pathname);
  return plain === undefined ? null : { page: plain };
}

export function isMarketRoute(route: Route): route is MarketRoute {
  return route.page !== "call" && route.page !== "verify-email" && route.page !== "reset-password";
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
