import { exportMe } from "../../../api/account";
import { useMarket } from "../../../app/market";
import { Shell } from "../../../app/Shell";
import { PaperButton } from "../papers/PaperButton";
import { AccountPlaces } from "../AccountPlaces";
import { Consents } from "./Consents";
import { DeleteAccount } from "./DeleteAccount";

/** What is known of the account's owner, what they agreed to, and how it all ends. */
export function PrivacyPage() {
  const { api } = useMarket();
  return (
    <Shell title="Privacy">
      <AccountPlaces />
      <Consents />
      <section className="panel" aria-labelledby="export-title">
        <h2 id="export-title">Your data</h2>
        <p>Everything that is known of you, as one file in a ZIP archive: your account, questions, calls, payments, and what happened to them.</p>
        <div className="panel__actions">
          <PaperButton
            label="Get your data" describes="everything that is known of you" name={`consultant-connect-${today()}`} ending="zip"
            testId="export-button" load={() => exportMe(api)}
          />
        </div>
      </section>
      <DeleteAccount />
    </Shell>
  );
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
