import { useCallback, useState } from "react";
import { listReports } from "../../../api/moderation";
import type { QueuedReport } from "../../../api/moderation";
import { useMarket } from "../../../app/market";
import { Shell } from "../../../app/Shell";
import { Button } from "../../../ui/Button";
import { Choices } from "../../../ui/Choices";
import { More } from "../../../ui/More";
import { NewsLine } from "../../../ui/NewsLine";
import { useNews } from "../../../ui/useNews";
import { useParameter } from "../../../ui/useParameter";
import { usePages } from "../../../ui/usePages";
import { Waiting } from "../../../ui/Waiting";
import { DecideDialog } from "./DecideDialog";
import { ReportItem } from "./ReportItem";
import { decidedNews } from "./words";

const states = [["open", "Open"], ["decided", "Decided"]] as const;
const nothing = { open: "Nothing is to be decided.", decided: "Nothing was decided yet." } as const;

/** What people report of each other: what is to be decided, whoever waits longest first, and what was. */
export function ModerationPage() {
  const { api } = useMarket();
  const [stateName, setState] = useParameter("state");
  const state = stateName === "decided" ? "decided" : "open";
  const [chosen, setChosen] = useState<QueuedReport | null>(null);
  const news = useNews();
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => listReports(api, state, cursor), [api, state]));
  const shown = items.filter((report) => report.state === state);
  const close = () => {
    setChosen(null);
    reload();
  };
  return (
    <Shell
      title="Moderation"
      wide
      action={<Choices label="Which reports" value={state} options={states} testId="reports" onChoose={(next) => setState(next === "open" ? null : next)} />}
    >
      <NewsLine news={news} testId="decided-news" />
      {value === null || error !== null ? <Waiting error={error} onRetry={reload} /> : null}
      {value === null ? null : shown.length === 0 ? <p className="empty" data-testid="empty">{nothing[state]}</p> : (
        <ul className="list" data-testid="reports">
          {shown.map((report) => (
            <ReportItem
              key={report.id}
              report={report}
              action={report.state === "open" ? (
                <Button
                  look="primary" data-testid="decide-button" aria-label={`Decide: ${report.subject.name}`}
                  onClick={() => setChosen(report)}
                >
                  Decide…
                </Button>
              ) : null}
            />
          ))}
        </ul>
      )}
      <More onMore={more} attempt={attempt} />
      {chosen === null ? null : (
        <DecideDialog
          key={chosen.id}
          report={chosen}
          onClose={() => setChosen(null)}
          onStale={close}
          onDone={(decision) => {
            news.say(decidedNews(decision, chosen.subject.name));
            close();
          }}
        />
      )}
    </Shell>
  );
}
