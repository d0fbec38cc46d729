import { Places } from "../../app/Places";
import type { Place } from "../../app/Places";

const places: readonly Place[] = [
  ["payments", "Payments"], ["payment-methods", "Payment methods"], ["invoices", "Invoices"],
];

/** The way between a customer's pages about money. */
export function MoneyPlaces() {
  return <Places label="Payments" places={places} />;
}
