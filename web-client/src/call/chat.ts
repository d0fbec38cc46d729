/** The conversation, as a value: messages in the order of the server, one entry per id, own ones with their fate. */
import type { ChatMessage } from "../signaling/messages";

export type Delivery = "sent" | "pending" | "failed";

export interface ChatEntry {
  readonly id: string;
  readonly own: boolean;
  readonly name: string;
  readonly text: string;
  readonly sentAt: string;
  /** Null until the server has numbered it. */
  readonly sequence: number | null;
  readonly delivery: Delivery;
}

export interface ChatLog {
  readonly entries: readonly ChatEntry[];
  /** The highest sequence the user has had before their eyes. */
  readonly readSequence: number;
}

export const emptyChat: ChatLog = { entries: [], readSequence: 0 };

/** A call's conversation is short; this only bounds what a flood can do. */
const limit = 2_000;

function ordered(entries: readonly ChatEntry[]): readonly ChatEntry[] {
  const numbered = entries.filter((entry) => entry.sequence !== null);
  const waiting = entries.filter((entry) => entry.sequence === null);
  numbered.sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
  return [...numbered, ...waiting].slice(-limit);
}

function put(log: ChatLog, entry: ChatEntry): ChatLog {
  return { ...log, entries: ordered([...log.entries.filter((known) => known.id !== entry.id), entry]) };
}

export function received(log: ChatLog, message: ChatMessage, ownUserId: string): ChatLog {
  const known = log.entries.find((entry) => entry.id === message.id);
  if (known !== undefined && known.sequence !== null) return log;
  return put(log, {
    id: message.id,
    own: message.from === ownUserId,
    name: message.name,
    text: message.text,
    sentAt: message.sentAt,
    sequence: message.sequence,
    delivery: "sent",
  });
}

export function written(log: ChatLog, id: string, name: string, text: string, now: string): ChatLog {
  return put(log, { id, own: true, name, text, sentAt: now, sequence: null, delivery: "pending" });
}

function change(log: ChatLog, id: string, with_: (entry: ChatEntry) => ChatEntry): ChatLog {
  return { ...log, entries: ordered(log.entries.map((entry) => (entry.id === id ? with_(entry) : entry))) };
}

export function delivered(log: ChatLog, id: string, sequence: number, sentAt: string): ChatLog {
  return change(log, id, (entry) => ({ ...entry, sequence, sentAt, delivery: "sent" }));
}

export function failed(log: ChatLog, id: string): ChatLog {
  return change(log, id, (entry) => (entry.delivery === "pending" ? { ...entry, delivery: "failed" } : entry));
}

export function retried(log: ChatLog, id: string): ChatLog {
  return change(log, id, (entry) => (entry.delivery === "failed" ? { ...entry, delivery: "pending" } : entry));
}

export function read(log: ChatLog): ChatLog {
  const last = lastSequence(log);
  return last > log.readSequence ? { ...log, readSequence: last } : log;
}

export function lastSequence(log: ChatLog): number {
  return log.entries.reduce((highest, entry) => Math.max(highest, entry.sequence ?? 0), 0);
}

export function unread(log: ChatLog): number {
  return log.entries.filter((entry) => !entry.own && (entry.sequence ?? 0) > log.readSequence).length;
}

export function pending(log: ChatLog): readonly ChatEntry[] {
  return log.entries.filter((entry) => entry.delivery === "pending");
}
