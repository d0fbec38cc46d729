import { useCallback } from "react";
import { analytics } from "../../../api/ops";
import type { Analytics } from "../../../api/opsShapes";
import { useMarket } from "../../../app/market";
import { Shell } from "../../../app/Shell";
import { Choices } from "../../../ui/Choices";
import { Goal } from "../../../ui/Goal";
import { count, duration, percent } from "../../../ui/numbers";
import { useLoaded } from "../../../ui/useLoaded";
import { useParameter } from "../../../ui/useParameter";
import { Waiting } from "../../../ui/Waiting";
import { useEvery } from "../calls/useEvery";
import { Bars } from "./Bars";
import { outcomesOf, stepsOf } from "./funnel";

const periods = [["1", "Today"], ["7", "7 days"], ["30", "30 days"], ["90", "90 days"]] as const;
type Period = (typeof periods)[number][0];

const lookAgainAfter = 15_000;

/** How the marketplace does, beside what it is to reach. */
export function OverviewPage() {
  const { api } = useMarket();
  const [chosen, choose] = useParameter("days");
  const days: Period = periods.find(([one]) => one === chosen)?.[0] ?? "7";
  const { value, error, reload } = useLoaded(useCallback(() => analytics(api, Number(days)), [api, days]));
  useEvery(lookAgainAfter, reload);
  return (
    <Shell
      title="How it goes"
      wide
      action={<Choices label="Time" value={days} options={periods} testId="days" onChoose={choose} />}
    >
      {value === null || error !== null ? <Waiting error={error} onRetry={reload} /> : null}
      {value === null ? null : <Overview figures={value} />}
    </Shell>
  );
}

export function Overview({ figures }: { readonly figures: Analytics }) {
  const { questionToCall, utilisation, sessions } = figures;
  const began = sessions.completed + sessions.failed;
  return (
    <>
      <section aria-labelledby="goals-title">
        <h2 id="goals-title" className="board__section">Goals</h2>
        <dl className="figures figures--wide">
          <Goal
            label="From question to call"
            value={duration(questionToCall.p50)}
            goal={`under ${duration(questionToCall.goalSeconds)}`}
            isReached={questionToCall.p50 === null ? null : questionToCall.p50 <= questionToCall.goalSeconds}
            part={questionToCall.withinGoal}
            mark={null}
            note={questionToCallNote(questionToCall)}
            testId="goal-question-to-call"
          />
          <Goal
            label="Consultants’ time in calls"
            value={percent(utilisation.ratio)}
            goal={percent(utilisation.goal)}
            isReached={utilisation.ratio === null ? null : utilisation.ratio >= utilisation.goal}
            part={utilisation.ratio}
            mark={utilisation.goal}
            note={`${duration(utilisation.busySeconds)} in calls, ${duration(utilisation.availableSeconds)} free and waiting`}
            testId="goal-utilisation"
          />
          <Goal
            label="Calls completed"
            value={percent(sessions.completionRate)}
            goal={percent(sessions.goal)}
            isReached={sessions.completionRate === null ? null : sessions.completionRate >= sessions.goal}
            part={sessions.completionRate}
            mark={sessions.goal}
            note={`${count(sessions.completed)} of ${count(began)} that began and are over`}
            testId="goal-completion"
          />
        </dl>
      </section>
      <section className="panel" aria-labelledby="funnel-title" data-testid="funnel">
        <h2 id="funnel-title">From question to call</h2>
        <Bars bars={stepsOf(figures)} nothing="No question was posted in this time." />
      </section>
      <section className="panel" aria-labelledby="requests-title" data-testid="requests">
        <h2 id="requests-title">What consultants answered</h2>
        <Bars bars={outcomesOf(figures)} nothing="Nobody was asked in this time." />
      </section>
    </>
  );
}

function questionToCallNote({ withinGoal, goalSeconds, p90, count: calls }: Analytics["questionToCall"]): string {
  if (calls === 0) return "No call has begun in this time.";
  return `${percent(withinGoal)} of ${count(calls)} within ${duration(goalSeconds)}; nine in ten within ${duration(p90)}`;
}
