import { useCallback } from "react";
import { findInvoice, invoicePaper } from "../../../api/money";
import type { Invoice } from "../../../api/moneyShapes";
import { formatMoney } from "../../../call/billing";
import { formatClock } from "../../../call/clock";
import { useMarket } from "../../../app/market";
import { useAwaited } from "../../../ui/useAwaited";
import { Waiting } from "../../../ui/Waiting";
import { dayAndTime } from "../../call/session/words";
import { Simulated } from "../../../ui/Simulated";
import { PaperButton } from "./PaperButton";

/** A session's invoice, which is written a moment after the session is settled. `version` changes when another may have come. */
export function InvoicePanel({ session, version }: { readonly session: string; readonly version: string }) {
  const { api } = useMarket();
  // A new version asks again.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  const find = useCallback(() => findInvoice(api, session), [api, session, version]);
  const { value, error, reload, isAwaited, isAbsent } = useAwaited(find, "invoice_not_found");
  if (isAbsent) return null;
  return (
    <section className="panel" aria-labelledby="invoice-title" data-testid="invoice">
      {value === null ? (
        <>
          <h2 id="invoice-title">Invoice</h2>
          <Waiting error={isAwaited ? null : error} onRetry={reload} />
        </>
      ) : <InvoiceView invoice={value} />}
      {value === null ? null : (
        <div className="panel__actions">
          <PaperButton
            label="Save as PDF" describes={`invoice ${value.number}`} name={`invoice-${value.number}`} ending="pdf"
            testId="invoice-pdf" load={() => invoicePaper(api, session, "pdf")}
          />
          <PaperButton
            label="Save as a web page" describes={`invoice ${value.number}`} name={`invoice-${value.number}`} ending="html"
            testId="invoice-html" load={() => invoicePaper(api, session, "html")}
          />
        </div>
      )}
    </section>
  );
}

export function InvoiceView({ invoice }: { readonly invoice: Invoice }) {
  const { number, issuedAt, lines, subtotal, tax, total, waived, notes, creditNotes, further, simulated } = invoice;
  return (
    <>
      <h2 id="invoice-title">Invoice {number}</h2>
      {simulated ? <Simulated /> : null}
      <p className="list__note">Of {dayAndTime(issuedAt)}</p>
      <div className="table-scroll" role="region" aria-label={`Lines of invoice ${number}`} tabIndex={0}>
        <table className="table">
          <thead>
            <tr><th scope="col">What</th><th scope="col">Time</th><th scope="col" className="table__number">Amount</th></tr>
          </thead>
          <tbody>
            {lines.map(({ text, seconds, amount }, index) => (
              <tr key={`${index} ${text}`}>
                <td>{text}</td>
                <td>{seconds === null ? "" : formatClock(seconds)}</td>
                <td className="table__number">{formatMoney(amount)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            {tax === null ? null : (
              <>
                <Sum label="Subtotal" amount={formatMoney(subtotal)} />
                <Sum label={tax.text === "" ? "Tax" : tax.text} amount={formatMoney(tax.amount)} />
              </>
            )}
            <Sum label="Total" amount={formatMoney(total)} />
          </tfoot>
        </table>
      </div>
      {waived === null || waived.amount === 0
        ? null
        : <p>{formatMoney(waived)} was waived: it is below the smallest amount that a card is charged.</p>}
      {notes.map((note) => <p key={note} className="list__note">{note}</p>)}
      <Others title="Credit notes" papers={creditNotes} testId="credit-notes" />
      <Others title="Further invoices" papers={further ?? []} testId="further-invoices" />
    </>
  );
}

interface OthersProps {
  readonly title: string;
  readonly papers: Invoice["creditNotes"];
  readonly testId: string;
}

function Others({ title, papers, testId }: OthersProps) {
  if (papers.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul className="list" data-testid={testId}>
        {papers.map(({ number, issuedAt, total }) => (
          <li key={number} className="list__item">
            <span className="list__main">{number} of {dayAndTime(issuedAt)}</span>
            <span className="list__amount">{formatMoney(total)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Sum({ label, amount }: { readonly label: string; readonly amount: string }) {
  return <tr><th scope="row" colSpan={2}>{label}</th><td className="table__number">{amount}</td></tr>;
}
