import { useCallback } from "react";
import { invoicePaper, listInvoices } from "../../../api/money";
import type { InvoiceEntry } from "../../../api/moneyShapes";
import type { Api } from "../../../api/http";
import { formatMoney } from "../../../call/billing";
import { useMarket } from "../../../app/market";
import { Link } from "../../../app/navigation";
import { More } from "../../../ui/More";
import { Shell } from "../../../app/Shell";
import { usePages } from "../../../ui/usePages";
import { Waiting } from "../../../ui/Waiting";
import { dayAndTime } from "../../call/session/words";
import { MoneyPlaces } from "../MoneyPlaces";
import { PaperButton } from "./PaperButton";

export function InvoicesPage() {
  const { api } = useMarket();
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => listInvoices(api, cursor), [api]));
  return (
    <Shell title="Invoices">
      <MoneyPlaces />
      {value === null ? <Waiting error={error} onRetry={reload} /> : <InvoiceList api={api} invoices={items} />}
      <More onMore={more} attempt={attempt} />
    </Shell>
  );
}

export function InvoiceList({ api, invoices }: { readonly api: Api; readonly invoices: readonly InvoiceEntry[] }) {
  if (invoices.length === 0) return <p className="empty" data-testid="empty">No invoices yet. One is made for each call that was paid for.</p>;
  return (
    <ul className="list" data-testid="invoices">
      {invoices.map(({ number, kind, sessionId, issuedAt, total }) => (
        <li key={number} className="list__item" data-testid="invoice-entry" data-kind={kind}>
          <div className="list__main">
            <Link to={{ page: "session", id: sessionId }} className="list__title">
              {kind === "invoice" ? "Invoice" : "Credit note"} {number}
            </Link>
            <p className="list__note">{dayAndTime(issuedAt)}</p>
          </div>
          <span className="list__amount">{formatMoney(total)}</span>
          {kind === "invoice" ? (
            <PaperButton
              label="PDF" describes={`invoice ${number}`} name={`invoice-${number}`} ending="pdf" testId="invoice-pdf"
              load={() => invoicePaper(api, sessionId, "pdf")}
            />
          ) : null}
        </li>
      ))}
    </ul>
  );
}
