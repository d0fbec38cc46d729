/** What operators and administrators are shown, and one's own account's pages. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { renderToStaticMarkup } from "react-dom/server";
import type { SecurityEvent } from "../src/api/account";
import { call, callWithTimeline } from "../src/api/callShapes";
import type { Direction } from "../src/api/callShapes";
import { ApiError } from "../src/api/error";
import type { Analytics } from "../src/api/opsShapes";
import { NameForm } from "../src/features/account/AccountPage";
import { whenWords } from "../src/features/account/privacy/Consents";
import { DeleteForm } from "../src/features/account/privacy/DeleteAccount";
import { PasswordForm } from "../src/features/account/security/ChangePassword";
import { EventList } from "../src/features/account/security/EventList";
import { AccountList } from "../src/features/admin/users/UsersPage";
import { Farewell } from "../src/features/auth/Farewell";
import { CallView } from "../src/features/ops/calls/OpsCallPage";
import { CallList } from "../src/features/ops/calls/OpsCallsPage";
import { chartsOf } from "../src/features/ops/calls/timeline";
import { scoreText } from "../src/features/ops/calls/words";
import { Overview } from "../src/features/ops/overview/OverviewPage";
import { outcomesOf, stepsOf } from "../src/features/ops/overview/funnel";
import { ParkedItem } from "../src/features/ops/queue/ParkedEvents";
import { Reconciled, foundWords } from "../src/features/ops/queue/Reconciled";
import { NotLoaded } from "../src/ui/lazily";
import { pieces } from "../src/ui/LineChart";
import { bitrate, duration, percent } from "../src/ui/numbers";
import { idle } from "../src/ui/useAttempt";
import type { Attempt } from "../src/ui/useAttempt";

const nothing = () => undefined;
const show = renderToStaticMarkup;
const script = "<script>alert(1)</script>";

function refused(status: number, code: string, pointer?: string): Attempt {
  const errors = pointer === undefined ? [] : [{ pointer, detail: "The server's words." }];
  return { name: "failed", error: new ApiError({ kind: "refused", status, code, detail: "So it is.", errors, retryAfter: null }) };
}

const direction: Direction = {
  score: 4.2, audioScore: 4.4, videoScore: 4.1, bitrate: 1_250_000, loss: 0.012, lossAfterRecovery: 0, jitter: 0.004,
  roundTrip: 0.03, framesPerSecond: 29.7, freezes: 0,
};
const side = (name: string, up: Direction | null, down: Direction | null) =>
  ({ userId: `u-${name}`, name, connection: "connected", up, down });
const live = {
  id: "s1", room: "r1", mode: "relay", state: "live", startedAt: "2026-11-26T10:00:00Z", endedAt: null, mediaSeconds: 75,
  endReason: null, endReasonText: null, customer: side("Ada", direction, { ...direction, score: 1.4 }), consultant: side(`Grace ${script}`, direction, null),
};
const moment = (mediaSeconds: number, score: number | null) => {
  const both = { up: score === null ? null : { ...direction, score }, down: null };
  return { at: "2026-11-26T10:00:10Z", mediaSeconds, customer: both, consultant: both };
};

describe("calls as operators see them", () => {
  test("are listed with both sides, each with what it sends and receives, in numbers and in words", () => {
    const html = show(<CallList calls={[call.read(live, "call")]} nothing="No call." />);
    assert.match(html, /Ada and Grace/);
    assert.match(html, /01:15 of media/);
    assert.match(html, /grade--good">sends 4\.2, good/);
    assert.match(html, /grade--poor">receives 1\.4, poor/);
    assert.match(html, /receives nothing measured/);
    assert.match(html, /href="\/ops\/calls\/s1"/);
    assert.doesNotMatch(html, /<script/);
    assert.match(show(<CallList calls={[]} nothing="No call." />), /No call\./);
    assert.equal(scoreText({ ...direction, score: 2.6 }), "2.6, fair");
  });

  test("have a timeline of lines that break where nothing is known, and the same as a table", () => {
    const known = callWithTimeline.read({ ...live, timeline: [moment(10, 4), moment(20, null), moment(30, 2), moment(40, 3)] }, "call");
    const charts = chartsOf(known);
    assert.deepEqual(charts.map(({ id }) => id), ["score", "bitrate", "loss", "recovered", "jitter", "round-trip", "frames"]);
    assert.deepEqual(charts[0]?.series.map(({ values }) => values), [[4, null, 2, 3], [4, null, 2, 3], [null, null, null, null], [null, null, null, null]]);
    const html = show(<CallView call={known} />);
    assert.match(html, /aria-label="Ada sends: from 2\.0 to 4\.0, last 3\.0; /);
    assert.match(html, /<th scope="row">00:20<\/th><td class="table__number">–/);
    assert.match(show(<CallView call={{ ...known, timeline: [] }} />), /Nothing was measured yet/);
  });

  test("are drawn within their range, also a lone value", () => {
    assert.deepEqual(pieces([0, 1, null, 9], 0, 1), ["0.0,140.0 200.0,0.0", "600.0,0.0 590.0,0.0"]);
    assert.deepEqual(pieces([], 0, 1), []);
  });

  test("may lose measures to come without the page being lost", () => {
    const bare = { score: 3, bitrate: 0, loss: 0, jitter: 0 };
    assert.equal(call.read({ ...live, mode: "mesh", customer: { ...side("Ada", null, null), up: bare, connection: "?" } }, "call").customer.connection, "gone");
  });
});

const figures: Analytics = {
  days: 7, from: "2026-11-19T10:00:00Z",
  questionToCall: { p50: 31.5, p90: 184, count: 40, withinGoal: 0.85, goalSeconds: 120 },
  utilisation: { ratio: 0.71, availableSeconds: 52_000, busySeconds: 127_000, goal: 0.8 },
  sessions: { pending: 1, active: 2, completed: 38, failed: 2, cancelled: 1, completionRate: 0.95, goal: 0.95 },
  questions: { posted: 50, open: 1, matching: 1, accepted: 44, expired: 3, cancelled: 1 },
  requests: { asked: 100, pending: 2, accepted: 44, declined: 9, expired: 12, withdrawn: 33 },
};

describe("how it goes", () => {
  test("each figure stands beside its goal, and says whether it is reached", () => {
    const html = show(<Overview figures={figures} />);
    assert.match(html, /data-testid="goal-question-to-call" data-state="reached"[\s\S]*32 sec[\s\S]*Goal under 2 min: reached[\s\S]*85% of 40 within 2 min; nine in ten within 3 min 4 sec/);
    assert.match(html, /data-testid="goal-utilisation" data-state="missed"[\s\S]*71%[\s\S]*Goal 80%: not reached/);
    assert.match(html, /data-testid="goal-completion" data-state="reached"[\s\S]*38 of 40/);
    const unknown = { ...figures, utilisation: { ...figures.utilisation, ratio: null } };
    assert.match(show(<Overview figures={unknown} />), /data-testid="goal-utilisation" data-state="unknown"[\s\S]*nothing known yet/);
  });

  test("the funnel's steps and those who fell out of it are shares of the first step", () => {
    const steps = stepsOf(figures);
    assert.deepEqual(steps.filter(({ isSide }) => !isSide).map(({ id, part }) => [id, part]), [["posted", 1], ["accepted", 0.88], ["completed", 0.76]]);
    assert.equal(outcomesOf(figures).find(({ id }) => id === "declined")?.part, 0.09);
    assert.ok(stepsOf({ ...figures, questions: { ...figures.questions, posted: 0 } }).every(({ part }) => part === 0));
  });
});

describe("what stands still", () => {
  const event = {
    id: "e1", queue: "sidecar", key: "session s1", kind: "session.ended", failures: 10, lastError: script,
    createdAt: "2026-11-26T10:00:00Z", parkedAt: "2026-11-26T10:30:00Z",
  };
  test("says why, and is tried again by a button that names it", () => {
    const html = show(<ul><ParkedItem event={event} attempt={idle} onRetry={nothing} /></ul>);
    assert.match(html, /after 10 tries/);
    assert.match(html, /aria-label="Try again: session\.ended, session s1"/);
    assert.doesNotMatch(html, /<script/);
    assert.match(show(<ul><ParkedItem event={event} attempt={refused(404, "not_found")} onRetry={nothing} /></ul>), /role="alert"/);
  });

  test("the last comparison of the books is told in words", () => {
    assert.match(show(<Reconciled last={null} />), /not compared yet/);
    const last = {
      id: "r1", trigger: "nightly", state: "done", startedAt: "2026-11-26T03:00:00Z", payments: 1200, payouts: 3, found: 2, repaired: 1,
      findings: [{ rule: "missing_capture", subject: "pi_1", words: "Captured there, not here.", isRepaired: true }],
    } as const;
    assert.match(show(<Reconciled last={last} />), /as every night: 1,200 payments and 3 payouts\. 2 differences, 1 repaired\.[\s\S]*Captured there, not here\.[\s\S]*repaired/);
    assert.match(show(<Reconciled last={{ ...last, state: "failed", error: "Stripe did not answer" }} />), /given up: Stripe did not answer/);
    assert.equal(foundWords(0, 0), "They agree.");
    assert.equal(foundWords(1, 1), "1 difference, all repaired.");
  });
});

describe("accounts as administrators see them", () => {
  test("lead to what happened to them; a deleted one has no address", () => {
    const account = { id: "u1", email: "ada@example.org", name: script, role: "customer", state: "verified", createdAt: "2026-11-26T10:00:00Z" } as const;
    const html = show(<AccountList accounts={[account, { ...account, id: "u2", state: "erased" }]} />);
    assert.equal(html.match(/ada@example\.org/g)?.length, 1);
    assert.match(html, /href="\/admin\/audit\?user=u1"/);
    assert.doesNotMatch(html, /<script/);
    assert.match(show(<AccountList accounts={[]} />), /Nobody fits/);
  });
});

describe("one's own account", () => {
  const user = { name: "Ada", email: "ada@example.org", role: "customer", emailVerified: true } as const;
  test("its name is changed, and what the server wants of it stands at its field", () => {
    const form = (attempt: Attempt) => show(<NameForm user={user} attempt={attempt} onSave={nothing} />);
    assert.match(form(idle), /value="Ada"[\s\S]*ada@example\.org[\s\S]*confirmed/);
    assert.match(form(refused(422, "invalid_content", "/name")), /-problem"[^>]*>The server&#x27;s words\./);
    assert.match(form({ name: "done" }), /Saved\./);
  });

  test("its password is changed by who knows it", () => {
    const form = (attempt: Attempt) => show(<PasswordForm attempt={attempt} onSubmit={nothing} />);
    assert.match(form(idle), /autoComplete="current-password"[\s\S]*autoComplete="new-password"/i);
    assert.match(form(refused(403, "wrong_password")), /This is not your password/);
    assert.match(form(refused(422, "invalid_content", "/newPassword")), /The server&#x27;s words\./);
    assert.match(form(refused(429, "rate_limited")), /Too many attempts/);
  });

  test("is deleted with its password, not during a call, and what is kept is told", () => {
    const form = (attempt: Attempt) => show(<DeleteForm attempt={attempt} onCancel={nothing} onDelete={nothing} />);
    assert.match(form(refused(403, "wrong_password")), /This is not your password/);
    assert.match(form(refused(409, "session_live")), /You are in a call[\s\S]*End the call first/);
    const kept = [{ what: "invoices of 3 sessions", why: "tax law", until: "2037-01-01T00:00:00Z" }];
    assert.match(show(<Farewell kept={kept} />), /invoices of 3 sessions: tax law, until January 2037/);
    assert.match(show(<Farewell kept={[]} />), /Nothing of it is kept/);
  });

  test("a consent says when it was given or taken back, and whether it can be", () => {
    const consent = { document: "terms", required: true, currentVersion: "1", version: "1", granted: true, recordedAt: "2026-11-26T10:00:00Z" } as const;
    assert.match(whenWords(consent), /You agreed on .* \(version 1\)\. An account needs it/);
    assert.match(whenWords({ ...consent, required: false, granted: false }), /You took it back on/);
    assert.equal(whenWords({ ...consent, required: false, granted: false, recordedAt: null }), "You have not agreed.");
  });

  test("everything that happened to it has words of its own, and what may have been somebody else stands out", () => {
    const event = (kind: SecurityEvent["kind"]): SecurityEvent => ({ id: kind, kind, occurredAt: "2026-11-26T10:00:00Z", address: "192.0.2.7" });
    const html = show(<EventList events={[event("signed_in"), event("refresh_reused")]} />);
    assert.match(html, /Signed in[\s\S]*from 192\.0\.2\.7/);
    assert.equal(html.match(/look at this/g)?.length, 1);
  });
});

describe("numbers", () => {
  test("are written for people, and a dash where nothing is known", () => {
    assert.deepEqual([0, 31.5, 60, 125, 7_260, 190_000].map(duration), ["0 sec", "32 sec", "1 min", "2 min 5 sec", "2 hr 1 min", "2 days 4 hr"]);
    assert.deepEqual([duration(null), percent(null), bitrate(null)], ["–", "–", "–"]);
    assert.deepEqual([bitrate(300_000), bitrate(1_250_000)], ["300 kb/s", "1.3 Mb/s"]);
    assert.equal(percent(0.0123, 1), "1.2%");
  });
});

describe("a part of the program", () => {
  test("that cannot be loaded says so, with a way on", () => {
    assert.match(show(<NotLoaded hasFailed onRetry={nothing} />), /could not be loaded[\s\S]*Try again/);
    assert.match(show(<NotLoaded hasFailed={false} onRetry={nothing} />), /One moment/);
  });
});
