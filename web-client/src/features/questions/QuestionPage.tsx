import { useCallback, useEffect, useRef } from "react";
import type { ReactNode } from "react";
import { cancelQuestion, findQuestion, listMatches } from "../../api/market";
import type { Match, Question } from "../../api/shapes";
import { amountText } from "../../api/amount";
import { Drafts, emptyDraft } from "./draft";
import { Button } from "../../ui/Button";
import { useStore } from "../../ui/useStore";
import { Trouble } from "../../ui/Trouble";
import { Stalled } from "../../ui/Stalled";
import { usePersistence } from "../../ui/usePersistence";
import { useMarket } from "../../app/market";
import { Link, useNavigate } from "../../app/navigation";
import { Shell } from "../../app/Shell";
import { useLoaded } from "../../ui/useLoaded";
import { useGoToCall } from "../../app/useReadySessions";
import { Waiting } from "../../ui/Waiting";
import { rateWords } from "../call/session/words";
import { AvailableNow } from "../consultants/AvailableNow";
import { DeviceCheck } from "../call/check/DeviceCheck";
import { MatchList } from "./MatchList";
import type { MatchListProps } from "./MatchList";
import { isOpen, nextWords, questionStateWords } from "./words";

/** While somebody is looked for, the page asks again after this long, whatever was pushed. */
const askAgainAfter = 10_000;

export function QuestionPage({ id }: { readonly id: string }) {
  const { api, config, connection } = useMarket();
  const { welcomes, skew } = useStore(connection.store);
  const freeSeconds = config.freeSeconds ?? null;
  const { value, error, reload } = useLoaded(useCallback(async () => {
    const [question, matches] = await Promise.all([findQuestion(api, id), listMatches(api, id)]);
    return { question, matches };
  }, [api, id]));
  const isLooking = value !== null && isOpen(value.question);

  useEffect(() => connection.on("question.status", ({ questionId }) => {
    if (questionId === id) reload();
  }), [connection, id, reload]);
  useEffect(() => {
    // What was pushed while the connection was away is missing.
    if (welcomes > 1) reload();
  }, [welcomes, reload]);
  useEffect(() => {
    if (!isLooking) return undefined;
    const timer = setInterval(reload, askAgainAfter);
    return () => clearInterval(timer);
  }, [isLooking, reload]);
  useArrival(value?.question ?? null);

  if (value === null) {
    return <Shell title="Your question"><Waiting error={error} nothing="There is no such question" onRetry={reload} /></Shell>;
  }
  return (
    <Shell title="Your question">
      <QuestionView
        question={value.question} matches={value.matches} onChanged={reload} freeSeconds={freeSeconds} api={api} skew={skew}
        meanwhile={(
          <>
            <DeviceCheck />
            <AvailableNow
              api={api} freeSeconds={freeSeconds} title="Who else is free" tags={value.question.tags}
              except={value.matches.map(({ consultantId }) => consultantId)}
            />
          </>
        )}
      />
    </Shell>
  );
}

/** Somebody who waits on this page goes to the call even where the push that says so was missed. */
function useArrival(question: Question | null): void {
  const goToCall = useGoToCall();
  const wasOpen = useRef(false);
  const sessionId = question?.state === "accepted" ? question.sessionId : null;

  useEffect(() => {
    if (question !== null && isOpen(question)) wasOpen.current = true;
  }, [question]);
  useEffect(() => {
    if (sessionId !== null && wasOpen.current) goToCall(sessionId);
  }, [sessionId, goToCall]);
}

export interface QuestionViewProps extends Pick<MatchListProps, "freeSeconds" | "api" | "skew"> {
  readonly question: Question;
  readonly matches: readonly Match[];
  /** What there is to do while somebody is looked for. */
  readonly meanwhile: ReactNode;
  readonly onChanged: () => void;
}

export function QuestionView({ question, matches, onChanged, freeSeconds, api, skew, meanwhile }: QuestionViewProps) {
  const { state, waiting, sessionId } = question;
  const next = nextWords(question);
  return (
    <>
      <section className={`panel progress progress--${state}`} aria-label="How it stands" data-testid="question-state" data-state={state} data-waiting={waiting}>
        <p className="progress__state">
          {isOpen(question) ? <span className="pulse" aria-hidden="true" /> : null}
          {questionStateWords(question)}
        </p>
        <p className="panel__lead" role="status" data-testid="question-message">{question.message}</p>
        {next === null ? null : <p data-testid="question-next">{next}</p>}
        {isOpen(question) ? <p className="field__hint">Stay on this page, or keep it open in a tab: it goes to the call by itself.</p> : null}
        <div className="panel__actions">
          {state === "accepted" && sessionId !== null
            ? <Link to={{ page: "session", id: sessionId }} className="button button--primary" data-testid="to-call-link">Go to the call</Link>
            : null}
          {isOpen(question) ? <CancelButton id={question.id} onChanged={onChanged} /> : null}
          {state === "expired" || state === "cancelled" ? <AskAgain question={question} /> : null}
        </div>
      </section>
      <MatchList matches={matches} isLooking={isOpen(question)} freeSeconds={freeSeconds} api={api} skew={skew} />
      {isOpen(question) ? meanwhile : null}
      <section className="panel" aria-label="What you asked">
        <h2 className="plain-text" data-testid="question-title">{question.title}</h2>
        <p className="plain-text plain-text--lines">{question.body}</p>
        {question.tags.length === 0 ? null : (
          <ul className="tags" aria-label="What it is about" data-testid="question-tags">
            {question.tags.map((tag) => <li key={tag} className="tag tag--plain">{tag}</li>)}
          </ul>
        )}
        {question.budget === null ? null : <p className="list__note">At most {rateWords(question.budget)}</p>}
      </section>
    </>
  );
}

function CancelButton({ id, onChanged }: { readonly id: string; readonly onChanged: () => void }) {
  const { api } = useMarket();
  const { attempt, begin, ...stalled } = usePersistence();
  // Too late is news, not trouble: the page shows what has happened meanwhile.
  const error = attempt.name === "failed" && !attempt.error.is("question_closed") ? attempt.error : null;
  return (
    <>
      <Button
        data-testid="cancel-button"
        aria-disabled={attempt.name === "sending"}
        onClick={() => begin(() => cancelQuestion(api, id).finally(onChanged))}
      >
        {attempt.name === "sending" ? "Cancelling…" : "Cancel the question"}
      </Button>
      <Stalled {...stalled} />
      {error === null ? null : <Trouble error={error} />}
    </>
  );
}

/** Back to the form, with everything filled in. */
function AskAgain({ question }: { readonly question: Question }) {
  const navigate = useNavigate();
  const again = () => {
    const { title, body, tags, budget } = question;
    Drafts.inBrowser().keep({
      ...emptyDraft(), title, body, added: tags,
      ...(budget === null ? {} : { budget: amountText(budget), currency: budget.currency }),
    });
    navigate({ page: "ask" });
  };
  return <Button look="primary" data-testid="ask-again-button" onClick={again}>Ask it again</Button>;
}
