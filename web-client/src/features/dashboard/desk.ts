/**
 * The live requests on a consultant's desk, as a value: what the server pushes, what it lists and what the consultant
 * answers come in, the cards to show come out.
 *
 *     created / listed ──► waiting ──accept──► accepting ──► (gone: the call)
 *                             │ ▲                  │ failed, but still open
 *                             │ └──────────────────┘
 *                             └── decline · withdrawn · too late ──► (gone, with a word why)
 */
import type { LiveRequest } from "../../api/shapes";
import type { ServerNotificationParams } from "../../signaling/messages";

export type Asked = ServerNotificationParams<"request.created">;
export type WithdrawReason = ServerNotificationParams<"request.withdrawn">["reason"];

export interface Card extends Asked {
  readonly answering: "no" | "accepting" | "declining";
  /** Why the last answer did not get through; the request is open still. */
  readonly problem: string | null;
  /** Pushes and lists are counted, to tell which of two came later. */
  readonly seen: number;
}

export interface Departed {
  readonly requestId: string;
  readonly title: string;
  readonly reason: WithdrawReason | "too_late";
}

export interface Desk {
  /** Whoever came first stands first. */
  readonly cards: readonly Card[];
  /** What vanished, the newest first, until it is dismissed. */
  readonly departed: readonly Departed[];
  /** Requests that are over; a list that was made before their end does not bring them back. */
  readonly closed: readonly string[];
  readonly clock: number;
}

export type DeskEvent =
  | { readonly name: "created"; readonly request: Asked }
  | { readonly name: "listed"; readonly requests: readonly LiveRequest[]; readonly askedAt: number }
  | { readonly name: "withdrawn"; readonly requestId: string; readonly reason: WithdrawReason }
  | { readonly name: "answering"; readonly requestId: string; readonly answer: "accepting" | "declining" }
  | { readonly name: "answered"; readonly requestId: string }
  | { readonly name: "too-late"; readonly requestId: string }
  | { readonly name: "failed"; readonly requestId: string; readonly problem: string }
  | { readonly name: "time"; readonly now: number }
  | { readonly name: "dismissed"; readonly requestId: string };

export const emptyDesk: Desk = { cards: [], departed: [], closed: [], clock: 0 };

const keptDeparted = 3;
const keptClosed = 200;

export function reduceDesk(desk: Desk, event: DeskEvent): Desk {
  switch (event.name) {
    case "created":
      return put({ ...desk, clock: desk.clock + 1 }, event.request);
    case "listed":
      return listed(desk, event.requests, event.askedAt);
    case "withdrawn":
      return withdrawn(desk, event.requestId, event.reason);
    case "answering":
      return change(desk, event.requestId, { answering: event.answer, problem: null });
    case "answered":
      return close(desk, event.requestId);
    case "too-late":
      return leave(desk, event.requestId, "too_late");
    case "failed":
      return change(desk, event.requestId, { answering: "no", problem: event.problem });
    case "time": {
      const over = desk.cards.filter((card) => card.answering === "no" && Date.parse(card.expiresAt) <= event.now);
      return over.reduce((next, { requestId }) => leave(next, requestId, "expired"), desk);
    }
    case "dismissed":
      return { ...desk, departed: desk.departed.filter(({ requestId }) => requestId !== event.requestId) };
  }
}

function put(desk: Desk, request: Asked): Desk {
  if (desk.closed.includes(request.requestId)) return desk;
  const known = desk.cards.find(({ requestId }) => requestId === request.requestId);
  if (known !== undefined) return change(desk, request.requestId, { ...request, seen: desk.clock });
  return { ...desk, cards: [...desk.cards, { ...request, answering: "no", problem: null, seen: desk.clock }] };
}

/** What the list does not have is over, unless it was pushed after the list was asked for, or is being answered. */
function listed(desk: Desk, requests: readonly LiveRequest[], askedAt: number): Desk {
  const pending = requests.filter(({ state }) => state === "pending");
  const ids = new Set(pending.map(({ requestId }) => requestId));
  const missing = desk.cards.filter(
    (card) => !ids.has(card.requestId) && card.seen <= askedAt && card.answering === "no");
  const without = missing.reduce((next, { requestId }) => leave(next, requestId, "unavailable"), desk);
  // The newest stand first in the list.
  return Array.from(pending).reverse().reduce(put, { ...without, clock: without.clock + 1 });
}

/** The server tells every tab that a request was answered, also the one that answers: there it is no news. */
function withdrawn(desk: Desk, id: string, reason: WithdrawReason): Desk {
  const card = desk.cards.find(({ requestId }) => requestId === id);
  const isOurs = reason === "answered" && card !== undefined && card.answering !== "no";
  return isOurs ? close(desk, id) : leave(desk, id, reason);
}

function change(desk: Desk, id: string, changes: Partial<Card>): Desk {
  return { ...desk, cards: desk.cards.map((card) => (card.requestId === id ? { ...card, ...changes } : card)) };
}

function close(desk: Desk, id: string): Desk {
  return {
    ...desk,
    cards: desk.cards.filter(({ requestId }) => requestId !== id),
    closed: desk.closed.includes(id) ? desk.closed : [id, ...desk.closed].slice(0, keptClosed),
  };
}

function leave(desk: Desk, id: string, reason: Departed["reason"]): Desk {
  const card = desk.cards.find(({ requestId }) => requestId === id);
  const next = close(desk, id);
  if (card === undefined) return next;
  const departed = [{ requestId: id, title: card.question.title, reason }, ...desk.departed];
  return { ...next, departed: departed.slice(0, keptDeparted) };
}
