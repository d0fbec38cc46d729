import { Link } from "./navigation";
import { pathOf } from "./route";
import type { PlainPage } from "./route";

export type Place = readonly [page: PlainPage, label: string];

/** The way between pages that belong together. */
export function Places({ label, places }: { readonly label: string; readonly places: readonly Place[] }) {
  return (
    <nav className="places" aria-label={label}>
      {places.map(([page, name]) => (
        <Link
          key={page}
          to={{ page }}
          className="places__place"
          aria-current={window.location.pathname === pathOf({ page }) ? "page" : undefined}
          data-testid={`nav-${page}`}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
