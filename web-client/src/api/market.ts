/** Questions, live requests, sessions and profiles: the API of those who are signed in. */
import type { Money } from "../signaling/messages";
import type { Api } from "./http";
import { one, query } from "./path";
import * as shapes from "./shapes";
import type { LiveRequest, Match, NetworkCheck, Page, Performance, Profile, Question, Session } from "./shapes";

export interface QuestionDraft {
  readonly title: string;
  readonly body: string;
  /** Without them the server finds some by itself. */
  readonly tags?: readonly string[];
  /** What an hour may cost. */
  readonly budget?: Money;
}

export interface ProfileContent {
  readonly headline: string;
  readonly bio: string;
  readonly tags: readonly string[];
  readonly hourlyRate: Money;
}

const pages = {
  questions: shapes.page(shapes.question),
  matches: shapes.page(shapes.match),
  requests: shapes.page(shapes.request),
  sessions: shapes.page(shapes.session),
};

/** The tags that a question would get. */
export async function suggestTags(api: Api, title: string, body: string): Promise<readonly string[]> {
  const { keywords } = await api.ask("POST", "/questions/keywords", shapes.suggestion, { title, body });
  return keywords.map(({ tag }) => tag);
}

/** Posts a question; consultants are asked at once. With the same key it is posted once. */
export function postQuestion(api: Api, draft: QuestionDraft, idempotencyKey: string): Promise<Question> {
  return api.ask("POST", "/questions", shapes.question, draft, { idempotencyKey });
}

export function listQuestions(api: Api, cursor: string | null): Promise<Page<Question>> {
  return api.ask("GET", query("/questions", { cursor }), pages.questions);
}

export function findQuestion(api: Api, id: string): Promise<Question> {
  return api.ask("GET", one("/questions", id), shapes.question);
}

/** Refused as `question_closed` where somebody has accepted, or it is over. */
export function cancelQuestion(api: Api, id: string): Promise<void> {
  return api.tell("DELETE", one("/questions", id));
}

/** Whoever was asked, the best match first. */
export async function listMatches(api: Api, id: string): Promise<readonly Match[]> {
  return (await api.ask("GET", one("/questions", id, "/matches"), pages.matches)).items;
}

/** What a consultant is being asked now. */
export async function pendingRequests(api: Api): Promise<readonly LiveRequest[]> {
  return (await api.ask("GET", query("/me/requests", { state: "pending" }), pages.requests)).items;
}

/** Refused as `request_closed` where it is too late. Accepting twice answers the same. */
export async function acceptRequest(api: Api, id: string): Promise<string> {
  return (await api.ask("POST", one("/requests", id, "/accept"), shapes.acceptance)).sessionId;
}

export function declineRequest(api: Api, id: string): Promise<void> {
  return api.tell("POST", one("/requests", id, "/decline"), {});
}

export function listSessions(api: Api, cursor: string | null): Promise<Page<Session>> {
  return api.ask("GET", query("/sessions", { cursor }), pages.sessions);
}

/** The session that is about to begin or goes on; null where there is none. */
export async function liveSession(api: Api): Promise<Session | null> {
  const { items } = await listSessions(api, null);
  return items.find(isLive) ?? null;
}

export function isLive({ state }: Pick<Session, "state">): boolean {
  return state === "pending" || state === "active";
}

export function findSession(api: Api, id: string): Promise<Session> {
  return api.ask("GET", one("/sessions", id), shapes.session);
}

export interface Admission {
  readonly token: string;
  /** The signaling server's address. */
  readonly url: string;
}

/** A room token. Refused as `session_over`. */
export function joinSession(api: Api, id: string): Promise<Admission> {
  return api.ask("POST", one("/sessions", id, "/join"), shapes.admission);
}

/** A room of one's own, for a minute. Refused where it is asked for too often. */
export function beginNetworkCheck(api: Api): Promise<NetworkCheck> {
  return api.ask("POST", "/me/network-check", shapes.networkCheck);
}

/** Ends a session for both. */
export function endSession(api: Api, id: string): Promise<Session> {
  return api.ask("POST", one("/sessions", id, "/end"), shapes.session);
}

/** Refused as `already_rated` and `session_not_completed`. */
export function rateSession(api: Api, id: string, stars: number, comment: string, idempotencyKey: string): Promise<void> {
  return api.tell(
    "POST", one("/sessions", id, "/rating"), { stars, ...(comment === "" ? {} : { comment }) }, { idempotencyKey });
}

export function myProfile(api: Api): Promise<Profile> {
  return api.ask("GET", "/me/profile", shapes.profile);
}

export function setProfile(api: Api, content: ProfileContent): Promise<Profile> {
  return api.ask("PUT", "/me/profile", shapes.profile, content);
}

export function myPerformance(api: Api): Promise<Performance> {
  return api.ask("GET", "/me/performance", shapes.performance);
}
