import { useCallback, useState } from "react";
import { auditLog } from "../../../api/ops";
import { useMarket } from "../../../app/market";
import { Link } from "../../../app/navigation";
import { Shell } from "../../../app/Shell";
import { Button } from "../../../ui/Button";
import { TextField } from "../../../ui/Field";
import { More } from "../../../ui/More";
import { usePages } from "../../../ui/usePages";
import { useParameter } from "../../../ui/useParameter";
import { Waiting } from "../../../ui/Waiting";
import { EventList } from "../../account/security/EventList";

/** What happened to accounts: all of them, or one. */
export function AuditPage() {
  const { api } = useMarket();
  const [user, setUser] = useParameter("user");
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => auditLog(api, user, cursor), [api, user]));
  return (
    <Shell title="Audit log" wide>
      <AccountForm key={user ?? ""} user={user} onChoose={setUser} />
      {value === null || error !== null ? <Waiting error={error} onRetry={reload} /> : null}
      {value === null ? null : (
        <EventList
          events={items}
          about={({ userId }) => (userId === undefined || user !== null ? null : (
            <p className="list__note">
              Account <Link to={{ page: "users", query: { q: userId } }}>{userId}</Link>
            </p>
          ))}
        />
      )}
      <More onMore={more} attempt={attempt} />
    </Shell>
  );
}

interface AccountFormProps {
  readonly user: string | null;
  readonly onChoose: (user: string | null) => void;
}

const form = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function AccountForm({ user, onChoose }: AccountFormProps) {
  const [text, setText] = useState(user ?? "");
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <form
      className="search"
      role="search"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const id = text.trim();
        const isWrong = id !== "" && !form.test(id);
        setProblem(isWrong ? "This is no account’s id. Find the account under Users, and go on from there." : null);
        if (!isWrong) onChoose(id === "" ? null : id);
      }}
    >
      <TextField
        label="Account" type="text" autoComplete="off" required={false} testId="account-input"
        hint="Its id. Empty: all accounts." value={text} problem={problem} onChange={setText}
      />
      <div className="panel__actions">
        <Button type="submit" look="primary" data-testid="search-button">Show what happened</Button>
        {user === null ? null : (
          <>
            <Button data-testid="show-all-button" onClick={() => onChoose(null)}>Show all</Button>
            <Link to={{ page: "users", query: { q: user } }}>Whose account it is</Link>
          </>
        )}
      </div>
    </form>
  );
}
