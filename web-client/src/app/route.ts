/** Which page an address is for. The servers know these paths from `Sources/Web/ClientRoutes.swift`. */

export type Route =
  /** The call page of a link with a room token. It reads its token itself, and leaves it there. */
  | { readonly page: "call" }
  /** Pages that links in mails lead to, with the token that came along. */
  | { readonly page: "verify-email" | "reset-password"; readonly token: string | null }
  /** An address that is nobody's. */
  | { readonly page: "nowhere" }
  /** Pages of the marketplace. */
  | { readonly page: PlainPage; readonly query?: Query }
  | { readonly page: ThingPage; readonly id: string };

/** What a page is about to begin with; it stands in the address, and the page reads it there. */
export type Query = { readonly [name: string]: string };
export type PlainPage = keyof typeof plainPages;
/** Each thing has a page by its id. */
export type ThingPage = keyof typeof collections;
export type MarketRoute = Extract<Route, { page: PlainPage | ThingPage }>;

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
  account: "/account",
  security: "/account/security",
  privacy: "/account/privacy",
  ops: "/ops",
  "ops-calls": "/ops/calls",
  "ops-queue": "/ops/queue",
  "admin-payments": "/admin/payments",
  disputes: "/admin/disputes",
  moderation: "/admin/moderation",
  users: "/admin/users",
  audit: "/admin/audit",
} as const;

const collections = { question: "/questions/", session: "/sessions/", "ops-call": "/ops/calls/" } as const;

const id = /^[0-9A-Za-z-]{1,64}$/;

/** The address of a page. */
export function pathOf(route: MarketRoute): string {
  if ("id" in route) return collections[route.page] + route.id;
  const query = new URLSearchParams(route.query).toString();
  return plainPages[route.page] + (query === "" ? "" : `?${query}`);
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
      return marketRoute(pathname) ?? { page: /^#?$/.test(hash) ? "nowhere" : "call" };
  }
}

function marketRoute(pathname: string): Route | null {
  const thing = (Object.keys(collections) as ThingPage[]).find((page) => pathname.startsWith(collections[page]));
  const rest = thing === undefined ? "" : pathname.slice(collections[thing].length);
  if (thing !== undefined && id.test(rest)) return { page: thing, id: rest };
  const plain = (Object.keys(plainPages) as PlainPage[]).find((page) => plainPages[page] === pathname);
  return plain === undefined ? null : { page: plain };
}

export function isMarketRoute(route: Route): route is MarketRoute {
  return !["call", "nowhere", "verify-email", "reset-password"].includes(route.page);
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
