/** Consultants as everybody sees them. */
import { money } from "../signaling/messages";
import { choice, integer, list, nullable, number, object, string, timestamp } from "../signaling/shape";
import type { Infer } from "../signaling/shape";
import type { Api } from "./http";
import { one, query } from "./path";
import { page } from "./shapes";
import type { Page } from "./shapes";

const availability = choice(["offline", "available", "busy"], "offline");

export const consultant = object({
  id: string,
  name: string,
  headline: string,
  bio: string,
  tags: list(string),
  hourlyRate: money,
  availability,
  rating: object({ average: nullable(number), count: integer }),
  sessions: integer,
  memberSince: timestamp,
});

export const opinion = object({ stars: integer, comment: nullable(string), createdAt: timestamp });

export type Consultant = Infer<typeof consultant>;
export type Opinion = Infer<typeof opinion>;

const consultants = page(consultant);
const opinions = page(opinion);

/** Those who can be asked now. */
export async function availableConsultants(api: Api): Promise<readonly Consultant[]> {
  return (await api.ask("GET", query("/consultants", { available: "true", limit: "50" }), consultants)).items;
}

export function findConsultant(api: Api, id: string): Promise<Consultant> {
  return api.ask("GET", one("/consultants", id), consultant);
}

/** What customers thought of them, the newest first. */
export function listOpinions(api: Api, id: string, cursor: string | null): Promise<Page<Opinion>> {
  return api.ask("GET", query(one("/consultants", id, "/ratings"), { cursor, limit: "10" }), opinions);
}
