import { pathOf } from "../../app/route";
import type { PlainPage } from "../../app/route";
import { Link } from "../../app/navigation";

const places: readonly (readonly [PlainPage, string])[] = [
  ["payments", "Payments"], ["payment-methods", "Payment methods"], ["invoices", "Invoices"],
];

/** The way between a customer's pages about money. */
export function MoneyPlaces() {
  return (
    <nav className="places" aria-label="Payments">
      {places.map(([page, label]) => (
        <Link
          key={page}
          to={{ page }}
          className="places__place"
          aria-current={window.location.pathname === pathOf({ page }) ? "page" : undefined}
          data-testid={`nav-${page}`}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
