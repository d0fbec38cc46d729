import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LiveRequest } from "../src/api/shapes";
import { amountText, parseAmount } from "../src/api/amount";
import { CallSeats } from "../src/features/call/session/callSeat";
import { emptyDesk, reduceDesk } from "../src/features/dashboard/desk";
import type { Asked, Desk, DeskEvent } from "../src/features/dashboard/desk";
import { Drafts, edited, emptyDraft } from "../src/features/questions/draft";
import { shownTags, withTags } from "../src/ui/tags";

const at = (second: number) => new Date(second * 1000).toISOString();

function asked(id: string, expiresAt = 30): Asked {
  return {
    requestId: id, question: { id: `q-${id}`, title: `T ${id}`, body: "b", tags: [], budget: null }, score: 0.5,
    reasons: [], rate: { amount: 1, currency: "usd" }, expiresAt: at(expiresAt),
  };
}

const listed = (id: string, state: LiveRequest["state"] = "pending"): LiveRequest => ({ ...asked(id), state });
const after = (...events: readonly DeskEvent[]): Desk => events.reduce(reduceDesk, emptyDesk);
const cards = (desk: Desk) => desk.cards.map(({ requestId }) => requestId);
const created = (id: string): DeskEvent => ({ name: "created", request: asked(id) });

describe("a consultant's desk", () => {
  test("does not call one's own answer that of another tab", () => {
    const gone: DeskEvent = { name: "withdrawn", requestId: "a", reason: "answered" };
    const own = after(created("a"), { name: "answering", requestId: "a", answer: "accepting" }, gone);
    assert.deepEqual([cards(own), own.departed], [[], []]);
    assert.deepEqual(after(created("a"), gone).departed.map(({ reason }) => reason), ["answered"]);
  });

  test("shows a request once, whoever came first at the top", () => {
    assert.deepEqual(cards(after(created("a"), created("b"), created("a"))), ["a", "b"]);
    const list: DeskEvent = { name: "listed", requests: [listed("b"), listed("a"), listed("c", "expired")], askedAt: 0 };
    assert.deepEqual(cards(after(list)), ["a", "b"]);
  });

  test("a list that is older than a push neither removes nor brings back", () => {
    const pushed = after(created("a"), { name: "listed", requests: [], askedAt: 0 });
    assert.deepEqual(cards(pushed), ["a"]);
    const gone = after(
      created("a"), { name: "withdrawn", requestId: "a", reason: "cancelled" },
      { name: "listed", requests: [listed("a")], askedAt: 0 }, created("a"));
    assert.deepEqual(cards(gone), []);
    assert.deepEqual(gone.departed.map(({ reason }) => reason), ["cancelled"]);
  });

  test("what a newer list has no longer is gone, but for what is being answered", () => {
    const desk = after(
      created("a"), created("b"), { name: "answering", requestId: "b", answer: "accepting" },
      { name: "listed", requests: [], askedAt: 2 });
    assert.deepEqual(cards(desk), ["b"]);
    assert.deepEqual(desk.departed.map(({ requestId, reason }) => [requestId, reason]), [["a", "unavailable"]]);
  });

  test("an answer that fails leaves the card, one that arrives takes it away without a word", () => {
    const answering: DeskEvent = { name: "answering", requestId: "a", answer: "declining" };
    const failed = after(created("a"), answering, { name: "failed", requestId: "a", problem: "Again." });
    assert.deepEqual(failed.cards.map(({ answering: state, problem }) => [state, problem]), [["no", "Again."]]);
    const done = after(
      created("a"), answering, { name: "answered", requestId: "a" },
      { name: "withdrawn", requestId: "a", reason: "answered" });
    assert.deepEqual([done.cards, done.departed], [[], []]);
  });

  test("time runs out for what nobody answers, and what is gone can be dismissed", () => {
    const desk = after(created("a"), created("b"), { name: "answering", requestId: "b", answer: "accepting" },
      { name: "time", now: 29_999 });
    assert.deepEqual(cards(desk), ["a", "b"]);
    const over = reduceDesk(desk, { name: "time", now: 30_000 });
    assert.deepEqual(cards(over), ["b"]);
    assert.deepEqual(over.departed.map(({ reason }) => reason), ["expired"]);
    assert.deepEqual(reduceDesk(over, { name: "dismissed", requestId: "a" }).departed, []);
  });

  test("remembers few of those that are gone", () => {
    const many = Array.from({ length: 300 }, (_, index) => String(index)).flatMap((id): DeskEvent[] => [
      created(id), { name: "withdrawn", requestId: id, reason: "expired" },
    ]);
    const desk = after(...many);
    assert.deepEqual(desk.departed.map(({ requestId }) => requestId), ["299", "298", "297"]);
    assert.ok(desk.closed.length <= 200);
  });
});

describe("tags", () => {
  test("are taken from text with commas, once each whatever their case, and no more than may be", () => {
    assert.deepEqual(withTags(["SQL"], " sql , Tax   law,, VAT ", 3), ["SQL", "Tax law", "VAT"]);
    assert.deepEqual(withTags(["a", "b"], "c", 2), ["a", "b"]);
    assert.equal(withTags([], "x".repeat(80), 5)[0]?.length, 50);
  });

  test("of a question: the customer's own first, suggestions but for those taken away", () => {
    assert.deepEqual(shownTags(["PostgreSQL", "SQL", "Index"], ["explain", "sql"], ["index"]), ["explain", "sql", "PostgreSQL"]);
    assert.equal(shownTags(Array.from({ length: 30 }, (_, index) => `t${index}`), ["own"], []).length, 12);
  });
});

describe("amounts", () => {
  test("are read in whole minor units by the currency's own digits", () => {
    assert.deepEqual(parseAmount("120", "usd"), { amount: 12_000, currency: "usd" });
    assert.deepEqual(parseAmount(" 99,5 ", "eur"), { amount: 9_950, currency: "eur" });
    assert.deepEqual(parseAmount("0.29", "usd"), { amount: 29, currency: "usd" });
    assert.deepEqual(parseAmount("5000", "jpy"), { amount: 5_000, currency: "jpy" });
    for (const wrong of ["", "0", "-1", "1e3", "1.234", "abc", "1.", "12345678", "NaN"]) {
      assert.equal(parseAmount(wrong, "usd"), null, wrong);
    }
    assert.equal(parseAmount("1.5", "jpy"), null);
  });

  test("read as they were written", () => {
    assert.deepEqual(
      [amountText({ amount: 12_000, currency: "usd" }), amountText({ amount: 9_950, currency: "usd" }),
        amountText({ amount: 5, currency: "usd" }), amountText({ amount: 500, currency: "jpy" })],
      ["120", "99.50", "0.05", "500"]);
  });
});

describe("a draft", () => {
  test("survives a reload, and a broken or forbidden storage costs no more than that", () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
    const draft = edited(emptyDraft(), { title: "Why?", added: ["SQL"] });
    new Drafts(storage).keep(draft);
    assert.deepEqual(new Drafts(storage).find(), draft);
    new Drafts(storage).forget();
    assert.equal(new Drafts(storage).find().title, "");
    kept.set("consult.question", "{");
    assert.equal(new Drafts(storage).find().title, "");
    const refuse = () => {
      throw new Error("forbidden");
    };
    const none = new Drafts({ getItem: refuse, setItem: refuse, removeItem: refuse });
    none.keep(draft);
    none.forget();
    assert.equal(none.find().body, "");
    assert.equal(new Drafts(null).find().body, "");
  });

  test("is another question after every change, and the same one without", () => {
    const draft = emptyDraft();
    assert.notEqual(edited(draft, { body: "more" }).key, draft.key);
  });
});

/** Locks of one browser, as several tabs see them. */
class Locks {
  readonly held = new Set<string>();

  request(name: string, _options: object, work: (lock: object | null) => Promise<void> | undefined): Promise<void> {
    if (this.held.has(name)) return Promise.resolve(work(null));
    this.held.add(name);
    return Promise.resolve(work({})).then(() => void this.held.delete(name));
  }
}

describe("the seat of a call", () => {
  test("belongs to one tab, which shares it within itself until the last has left", async () => {
    const locks = new Locks();
    const [one, other] = [new CallSeats(locks as unknown as LockManager), new CallSeats(locks as unknown as LockManager)];
    const first = await one.take("s");
    const second = await one.take("s");
    assert.ok(first !== null && second !== null);
    assert.equal(await other.take("s"), null);
    assert.ok((await other.take("another")) !== null);
    first.leave();
    first.leave();
    assert.equal(await other.take("s"), null);
    second.leave();
    await new Promise((resolve) => setTimeout(resolve, 1));
    assert.ok((await other.take("s")) !== null);
  });

  test("is anybody's where a browser has no locks", async () => {
    const seats = new CallSeats(undefined);
    assert.ok((await seats.take("s")) !== null);
    assert.ok((await new CallSeats(undefined).take("s")) !== null);
  });
});
