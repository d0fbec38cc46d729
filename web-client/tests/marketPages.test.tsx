import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { renderToStaticMarkup } from "react-dom/server";
import { ApiError } from "../src/api/error";
import type { Match, Performance, Profile, Question, Session } from "../src/api/shapes";
import { RegisterForm } from "../src/features/auth/RegisterPage";
import { SignInForm } from "../src/features/auth/SignInPage";
import { idle } from "../src/ui/useAttempt";
import type { Attempt } from "../src/ui/useAttempt";
import { MatchList } from "../src/features/questions/MatchList";
import { QuestionView } from "../src/features/questions/QuestionPage";
import { QuestionList } from "../src/features/questions/QuestionsPage";
import { questionStateWords, requestStateWords, scoreWords } from "../src/features/questions/words";
import { availabilityWords } from "../src/features/dashboard/Availability";
import { Departures } from "../src/features/dashboard/Departures";
import { Figures } from "../src/features/dashboard/PerformancePanel";
import { draftOf } from "../src/features/consultants/draft";
import { ProfileForm } from "../src/features/consultants/ProfileForm";
import { RequestCard } from "../src/features/dashboard/RequestCard";
import { departedWords, missingList } from "../src/features/dashboard/words";
import { Waiting } from "../src/ui/Waiting";
import { Api } from "../src/api/http";
import { WelcomePage } from "../src/features/auth/WelcomePage";
import { LinkPage } from "../src/features/call/join/LinkPage";
import { Rating } from "../src/features/call/session/RatingForm";
import { SessionList } from "../src/features/call/session/SessionsPage";
import { endWords, otherName, sessionStateWords } from "../src/features/call/session/words";
import type { Card } from "../src/features/dashboard/desk";

const nothing = () => undefined;
const api = new Api("https://example.org/api/v1", () => Promise.reject(new Error("nobody is asked here")));
const script = "<script>alert(1)</script>";
const rate = { amount: 12_000, currency: "usd" };

function refused(status: number, code: string, pointer?: string): Attempt {
  const errors = pointer === undefined ? [] : [{ pointer, detail: "The server's words." }];
  return { name: "failed", error: new ApiError({ kind: "refused", status, code, detail: "So it is.", errors, retryAfter: null }) };
}

describe("signing in and registering", () => {
  test("the front door leads to both, and still takes a call's link", () => {
    const html = renderToStaticMarkup(<WelcomePage api={api} freeSeconds={600} onToken={nothing} />);
    assert.match(html, /href="\/sign-in"/);
    assert.match(html, /href="\/register"/);
    assert.match(html, /It costs nothing if it ends within 10 minutes/);
    assert.match(html, />Link<\/label>/);
    assert.doesNotMatch(renderToStaticMarkup(<LinkPage trouble="none" onToken={nothing} />), /sign-in/);
  });

  test("the form of the sign-in is one that password keepers know, and says what is wrong", () => {
    const form = (attempt: Attempt) => renderToStaticMarkup(<SignInForm attempt={attempt} reason={null} onSubmit={nothing} />);
    assert.match(form(idle), /autoComplete="username"/i);
    assert.match(form(idle), /autoComplete="current-password"/i);
    assert.match(form(refused(401, "invalid_credentials")), /role="alert"[\s\S]*E-mail address or password is wrong/);
    assert.match(form(refused(429, "sign_in_delayed")), /Too many attempts/);
    const ended = renderToStaticMarkup(<SignInForm attempt={idle} reason="ended" onSubmit={nothing} />);
    assert.match(ended, /not signed in any more/);
  });

  test("whoever registers says which side they are on, and is sent to the mailbox", () => {
    const form = (attempt: Attempt) => renderToStaticMarkup(<RegisterForm attempt={attempt} onSubmit={nothing} />);
    assert.match(form(idle), /data-testid="role-customer"/);
    assert.match(form(idle), /data-testid="role-consultant"/);
    assert.match(form(refused(422, "invalid_content", "/password")), /-problem"[^>]*>The server&#x27;s words\./);
    assert.match(form({ name: "done" }), /mailbox[\s\S]*href="\/sign-in"/);
  });
});

const question: Question = {
  id: "q1", title: `Why? ${script}`, body: `Because\n${script}`, tags: ["SQL"], budget: rate, state: "cancelled",
  createdAt: "2026-03-01T09:30:00Z", expiresAt: "2026-03-01T10:00:00Z", waiting: false, asked: 0, sessionId: null,
  message: "The question was cancelled.",
};
const match: Match = {
  requestId: "r1", consultantId: "c1", name: `Grace ${script}`, headline: "SQL", score: 0.83, reasons: ["knows SQL"], rate,
  state: "pending", expiresAt: "2026-03-01T09:31:00Z",
};

describe("a question's pages", () => {
  const view = (change: Partial<Question>) =>
    renderToStaticMarkup(
      <QuestionView
        question={{ ...question, ...change }} matches={[match]} onChanged={nothing} freeSeconds={600} api={api} skew={0}
        meanwhile={null}
      />);

  test("say in the server's words how it stands, and who is asked with reasons and rate", () => {
    const html = view({ state: "accepted", sessionId: "s1", message: "A consultant has accepted." });
    assert.match(html, /data-testid="question-message">A consultant has accepted\./);
    assert.match(html, /href="\/sessions\/s1"/);
    assert.match(html, /Excellent fit<\/strong>/);
    assert.match(html, /\$120\/h, free under 10 minutes, then \$20\.00, then by the second/);
    assert.match(html, /knows SQL/);
    assert.match(html, /Being asked now/);
  });

  test("show what people wrote as the text it is", () => {
    for (const html of [view({}), renderToStaticMarkup(<QuestionList questions={[question]} />)]) {
      assert.doesNotMatch(html, /<script/);
      assert.match(html, /&lt;script/);
    }
  });

  test("offer to ask again once it is over, and nothing to cancel", () => {
    for (const state of ["cancelled", "expired"] as const) {
      assert.match(view({ state }), /ask-again-button/);
      assert.doesNotMatch(view({ state }), /cancel-button/);
    }
  });

  test("have words for empty lists and for every state", () => {
    assert.match(renderToStaticMarkup(<QuestionList questions={[]} />), /not asked anything yet/);
    assert.match(renderToStaticMarkup(<MatchList matches={[]} isLooking freeSeconds={600} api={api} skew={0} />), /Nobody has been asked yet/);
    const states = ["matching", "accepted", "expired", "cancelled"] as const;
    const words = [
      questionStateWords({ state: "open", waiting: true }), ...states.map((state) => questionStateWords({ state, waiting: false })),
    ];
    assert.equal(new Set(words).size, 5);
    const requests = ["pending", "accepted", "declined", "expired", "withdrawn"] as const;
    assert.equal(new Set(requests.map((state) => requestStateWords({ state }))).size, 5);
    assert.equal(new Set([0.9, 0.7, 0.5, 0.3, 0].map(scoreWords)).size, 5);
  });
});

const card: Card = {
  requestId: "r1", question: { id: "q1", title: script, body: "b", tags: ["SQL"], budget: rate }, score: 0.5,
  reasons: ["knows SQL"], rate, expiresAt: new Date(Date.now() + 20_500).toISOString(), answering: "no", problem: null, seen: 1,
};
const profile: Profile = {
  headline: "SQL", bio: "", tags: ["SQL"], hourlyRate: rate, availability: "offline", isComplete: true, missing: [],
};

describe("the desk", () => {
  const show = (change: Partial<Card> = {}, skew = 0) => renderToStaticMarkup(
    <RequestCard card={{ ...card, ...change }} skew={skew} onAccept={nothing} onDecline={nothing} />);

  test("a request shows what is asked, why, for how much and how long", () => {
    const html = show();
    assert.match(html, /data-testid="countdown" data-seconds="2[01]"/);
    assert.match(html, /Good fit · knows SQL/);
    assert.match(html, /at most \$120\.00 an hour/);
    assert.match(html, /&lt;script/);
    assert.doesNotMatch(html, /<script/);
    assert.match(show({}, 60_000), /data-seconds="0"/);
  });

  test("while an answer is under way no other is given, and one that failed is said", () => {
    assert.match(show({ answering: "accepting" }), /aria-disabled="true"[^>]*>Accepting…/);
    assert.match(show({ problem: "Try again." }), /role="alert"[\s\S]*Try again\./);
  });

  test("what vanished says why, each reason in words of its own", () => {
    const reasons = ["accepted_elsewhere", "cancelled", "expired", "unavailable", "answered", "too_late"] as const;
    assert.equal(new Set(reasons.map(departedWords)).size, reasons.length);
    const html = renderToStaticMarkup(
      <Departures departed={[{ requestId: "r", title: "Why?", reason: "accepted_elsewhere" }]} onDismiss={nothing} />);
    assert.match(html, /Another consultant was faster/);
  });

  test("availability is what the server says, and a wish is not a fact", () => {
    assert.match(availabilityWords({ ...profile, availability: "available" }, true), /You are available/);
    assert.match(availabilityWords({ ...profile, availability: "available" }, false), /Not connected/);
    assert.match(availabilityWords({ ...profile, availability: "busy", availableAfterCall: true }, true), /After it you are available/);
    assert.match(availabilityWords({ ...profile, isComplete: false }, true), /not complete/);
    assert.equal(missingList({ missing: ["headline", "tags", "hourlyRate"] }), "a headline, at least one tag and an hourly rate");
    assert.equal(missingList({ missing: ["tags"] }), "at least one tag");
  });

  test("own numbers are percentages and seconds, and a dash where there is none yet", () => {
    const own: Performance = {
      responseSeconds: 14.2, acceptance: 0.75, completion: null, rating: null, utilisation: 0.42, goal: 0.8,
      asked: 8, accepted: 6, completed: 0, failed: 1, ratings: 0,
    };
    const html = renderToStaticMarkup(<Figures own={own} />);
    assert.match(html, /75%/);
    assert.match(html, /6 of 8 requests/);
    assert.match(html, /14 sec/);
    assert.match(html, /data-testid="figure-utilisation" data-state="missed"[\s\S]*42%[\s\S]*Goal 80%: not reached/);
    assert.match(html, /0 of 1 calls that began/);
    assert.match(html, /data-testid="figure-rating"[\s\S]*–/);
  });

  test("the profile's form shows what is there, and the server's words at their fields", () => {
    const form = (attempt: Attempt, isChanged = false) => renderToStaticMarkup(
      <ProfileForm draft={draftOf(profile)} isChanged={isChanged} attempt={attempt} onEdit={nothing} onSave={nothing} />);
    assert.match(form(idle), /value="120"/);
    assert.match(form(idle), /aria-label="Remove SQL"/);
    assert.match(form(refused(422, "invalid_content", "/hourlyRate/amount")), /-problem"[^>]*>The server&#x27;s words\./);
    assert.match(form({ name: "done" }), /Saved[\s\S]*href="\/desk"/);
    assert.match(form({ name: "done" }, true), /Not saved yet/);
  });
});

const session: Session = {
  id: "s1", state: "completed", title: script, customerName: "Ada", consultantName: "Grace", rate, mediaSeconds: 75,
  createdAt: "2026-03-01T09:30:00Z", startedAt: "2026-03-01T09:31:00Z", endedAt: "2026-03-01T09:33:00Z",
  endReason: "hangup", endReasonText: "Ada ended the call.",
};

describe("sessions", () => {
  test("are listed with the other side, the time and how they ended", () => {
    const html = renderToStaticMarkup(<SessionList sessions={[session]} user={{ role: "customer" }} />);
    assert.match(html, /With Grace/);
    assert.match(html, /01:15/);
    assert.match(html, /Ada ended the call\./);
    assert.match(html, /href="\/sessions\/s1"/);
    assert.doesNotMatch(html, /<script/);
    assert.match(renderToStaticMarkup(<SessionList sessions={[]} user={{ role: "consultant" }} />), /No calls yet/);
    assert.equal(otherName(session, { role: "consultant" }), "Ada");
  });

  test("have words for every state, also where the server gives none", () => {
    const states = ["pending", "active", "completed", "cancelled", "failed"] as const;
    assert.equal(new Set(states.map((state) => sessionStateWords({ state }))).size, 5);
    for (const state of states) assert.notEqual(endWords({ state, endReasonText: null }), "");
  });

  test("are rated with one to five stars, which a keyboard can choose, and once", () => {
    const form = (attempt: Attempt) => renderToStaticMarkup(
      <Rating name="Grace" attempt={attempt} stars={0} comment="" onStars={nothing} onComment={nothing} onSend={nothing} />);
    assert.equal(form(idle).match(/type="radio"/g)?.length, 5);
    assert.match(form(idle), /<legend[^>]*>Stars</);
    assert.match(form({ name: "done" }), /Thank you/);
    assert.match(form(refused(409, "already_rated")), /rated this call already/);
    assert.match(form(refused(409, "session_not_completed")), /So it is\./);
  });
});

describe("what has not arrived", () => {
  test("is waited for, is nobody's, or can be tried again", () => {
    const failure = (status: number, code: string) => {
      const attempt = refused(status, code);
      return attempt.name === "failed" ? attempt.error : null;
    };
    const show = (error: ApiError | null) => renderToStaticMarkup(<Waiting error={error} nothing="No such call" onRetry={nothing} />);
    assert.match(show(null), /One moment/);
    assert.match(show(failure(404, "not_found")), /No such call/);
    assert.match(show(failure(503, "unavailable")), /Try again/);
  });
});
