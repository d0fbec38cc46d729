/** What is said of refusals about money: a problem's code to words, with what to do. */
import type { Failure } from "../api/error";
import type { Advice } from "./advice";
import { declineWords } from "./declines";

type Refusal = Extract<Failure, { kind: "refused" }>;

/** Null for whatever has no words of its own. */
export function moneyTroubleWords({ code, declineCode, detail, retryAfter }: Refusal): Advice | null {
  switch (code) {
    case "card_declined":
      return { title: declineWords(declineCode ?? null), whatToDo: "Use another card, or ask your bank." };
    case "authentication_required":
      return {
        title: "Your bank wants you to confirm this card",
        whatToDo: "Add it again and confirm it in your bank's window, or use another card.",
      };
    case "payment_method_not_found":
      return { title: "There is no such card any more", whatToDo: "It may have been removed in another tab. Reload the page." };
    case "payment_method_taken":
      return { title: "This card belongs to another account", whatToDo: "Use another card." };
    case "payment_method_not_a_card":
      return { title: "This is no card", whatToDo: "Only cards can be stored here." };
    case "too_many_payment_methods":
      return { title: "You have as many cards as one may have", whatToDo: "Remove one first." };
    case "setup_unfinished":
      return { title: "The card is not stored yet", whatToDo: "Finish what your bank asks for, then try again." };
    case "payout_account_not_found":
      return { title: "Payouts are not set up", whatToDo: "Set them up first." };
    case "statement_not_found":
      return { title: "There is no statement of this month", whatToDo: "There is one for each month with a call that was charged." };
    case "pdf_unavailable":
      return { title: "There are no PDFs at the moment", whatToDo: "Save it as a web page, or try again later." };
    case "payments_unavailable":
      return {
        title: "Payments cannot be reached at the moment",
        whatToDo: retryAfter === null ? "Wait a moment, then try again." : `Try again in ${retryAfter} seconds.`,
      };
    case "invoice_not_found":
      return { title: "There is no invoice yet", whatToDo: "It is made when the call is settled. Look again in a moment." };
    case "receipt_not_found":
      return { title: "There is no receipt", whatToDo: "It is made when a call in which media flowed is over." };
    case "idempotency_key_reused":
      return { title: "This was sent before in another form", whatToDo: "Reload the page, and look whether it was done." };
    case "nothing_to_refund":
      return {
        title: "So much cannot be given back",
        whatToDo: detail === "" ? "Part of it was given back already. Reload the page." : detail,
      };
    case "payment_disputed":
      return {
        title: "The customer has gone to their bank about this session",
        whatToDo: "What the bank gives them is not given back a second time. Look under Disputes.",
      };
    case "evidence_sent":
      return { title: "The evidence is on its way already", whatToDo: "Reload the page to see how far it is." };
    case "dispute_closed":
      return { title: "The bank takes no evidence any more", whatToDo: "Reload the page to see what it has decided." };
    default:
      return null;
  }
}
