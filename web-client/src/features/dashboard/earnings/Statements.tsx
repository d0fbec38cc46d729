import { useCallback } from "react";
import { listStatements, statementPaper } from "../../../api/money";
import { formatMoney } from "../../../call/billing";
import { useMarket } from "../../../app/market";
import { More } from "../../../ui/More";
import { usePages } from "../../../ui/usePages";
import { Waiting } from "../../../ui/Waiting";
import { PaperButton } from "../../account/papers/PaperButton";
import { monthWords } from "../../../ui/moneyWords";

/** A paper for each month. */
export function Statements() {
  const { api } = useMarket();
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => listStatements(api, cursor), [api]));
  return (
    <section aria-labelledby="statements-title">
      <h2 id="statements-title" className="board__section">Statements</h2>
      {value === null ? <Waiting error={error} onRetry={reload} /> : null}
      {value !== null && items.length === 0 ? <p className="empty">No statements yet. There is one for each month with a call that was charged.</p> : null}
      <ul className="list" data-testid="statements">
        {items.map(({ month, currency, sessions, earned }) => (
          <li key={`${month} ${currency}`} className="list__item" data-testid="statement">
            <div className="list__main">
              <p className="list__title">{monthWords(month)}</p>
              <p className="list__note">{sessions === 1 ? "1 call" : `${sessions} calls`} · {formatMoney(earned)} earned</p>
            </div>
            <div className="list__actions">
              <PaperButton
                label="PDF" describes={`statement of ${monthWords(month)}`} name={`statement-${month}`} ending="pdf"
                testId="statement-pdf" load={() => statementPaper(api, month, "pdf")}
              />
              <PaperButton
                label="Web page" describes={`statement of ${monthWords(month)}`} name={`statement-${month}`} ending="html"
                testId="statement-html" load={() => statementPaper(api, month, "html")}
              />
            </div>
          </li>
        ))}
      </ul>
      <More onMore={more} attempt={attempt} />
    </section>
  );
}
