import type { ReactNode } from "react";
import { CardPage } from "../../ui/CardPage";

/** In place of a form whose link from a mail is of no use: the way on. */
export function DeadLink({ children }: { readonly children: ReactNode }) {
  return (
    <CardPage title="This link does not hold any more" testId="dead-link">
      <p role="status">It has expired, or it was used before.</p>
      {children}
    </CardPage>
  );
}
