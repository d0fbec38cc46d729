import type { Kept } from "../../api/account";
import { monthWords } from "../../ui/moneyWords";
import { CardPage } from "../../ui/CardPage";

/** After an account was deleted: what the law wants to be kept of it. */
export function Farewell({ kept }: { readonly kept: readonly Kept[] }) {
  return (
    <CardPage title="Your account is deleted" testId="farewell">
      <p role="status">You are signed out everywhere, and nobody can sign in with it again.</p>
      {kept.length === 0 ? <p>Nothing of it is kept.</p> : (
        <>
          <p>This is kept, without your name and address:</p>
          <ul className="reasons" data-testid="kept">
            {kept.map(({ what, why, until }) => (
              <li key={what}>{what}: {why}, until {monthWords(until.slice(0, 7))}</li>
            ))}
          </ul>
        </>
      )}
      <a href="/" className="button button--secondary">Go to the front page</a>
    </CardPage>
  );
}
