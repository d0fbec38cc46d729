import { useCallback, useState } from "react";
import type { ReactNode } from "react";
import { listAccounts } from "../../../api/ops";
import type { Account } from "../../../api/opsShapes";
import { useMarket } from "../../../app/market";
import { Link } from "../../../app/navigation";
import { Shell } from "../../../app/Shell";
import { Button } from "../../../ui/Button";
import { More } from "../../../ui/More";
import { usePages } from "../../../ui/usePages";
import { NewsLine } from "../../../ui/NewsLine";
import { useNews } from "../../../ui/useNews";
import { useParameter } from "../../../ui/useParameter";
import { Waiting } from "../../../ui/Waiting";
import { dayAndTime } from "../../call/session/words";
import { ReinstateDialog } from "./ReinstateDialog";
import { UserSearch, roles, states } from "./UserSearch";

/** Every account, found by name, address, role and state. */
export function UsersPage() {
  const { api } = useMarket();
  const [q, setText] = useParameter("q");
  const [roleName, setRole] = useParameter("role");
  const [stateName, setState] = useParameter("state");
  const role = roles.find(({ id }) => id === roleName)?.id ?? null;
  const state = states.find(({ id }) => id === stateName)?.id ?? null;
  const [chosen, setChosen] = useState<Account | null>(null);
  const news = useNews();
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => listAccounts(api, { q, role, state }, cursor), [api, q, role, state]));
  return (
    <Shell title="Users" wide>
      <UserSearch q={q} role={role} state={state} onText={setText} onRole={setRole} onState={setState} />
      <NewsLine news={news} testId="users-news" />
      {value === null || error !== null ? <Waiting error={error} onRetry={reload} /> : null}
      {value === null ? null : (
        <AccountList
          accounts={items}
          action={(account) => account.state !== "suspended" ? null : (
            <Button data-testid="reinstate-button" aria-label={`Lift the suspension of ${account.name}`} onClick={() => setChosen(account)}>
              Lift the suspension…
            </Button>
          )}
        />
      )}
      <More onMore={more} attempt={attempt} />
      {chosen === null ? null : (
        <ReinstateDialog
          account={chosen}
          onClose={() => setChosen(null)}
          onDone={() => {
            news.say(`${chosen.name} may sign in again.`);
            setChosen(null);
            reload();
          }}
        />
      )}
    </Shell>
  );
}

const roleWords: { readonly [role in Account["role"]]: string } = {
  customer: "Customer", consultant: "Consultant", admin: "Administrator",
};
const stateWords: { readonly [state in Account["state"]]: string } = {
  verified: "Confirmed", unverified: "Address not confirmed", suspended: "Suspended", erased: "Deleted",
};

export interface AccountListProps {
  readonly accounts: readonly Account[];
  /** What can be done about an account. */
  readonly action?: (account: Account) => ReactNode;
}

export function AccountList({ accounts, action }: AccountListProps) {
  if (accounts.length === 0) return <p className="empty" data-testid="empty">Nobody fits. Try less of the name, or another role.</p>;
  return (
    <ul className="list" data-testid="users">
      {accounts.map((account) => {
        const { id, name, email, role, state, createdAt, suspendedAt } = account;
        return (
        <li key={id} className="list__item" data-testid="user" data-user={id} data-state={state}>
          <div className="list__main">
            <p className="list__title">{name}</p>
            <p className="list__note">{state === "erased" ? "" : `${email} · `}{roleWords[role]} since {dayAndTime(createdAt)}</p>
            {suspendedAt === undefined || suspendedAt === null ? null : <p className="list__note">Suspended since {dayAndTime(suspendedAt)}</p>}
            <p className="list__note">{id}</p>
          </div>
          <span className={`badge badge--${state === "verified" ? "completed" : state === "erased" || state === "suspended" ? "failed" : "pending"}`}>{stateWords[state]}</span>
          <Link
            to={{ page: "audit", query: { user: id } }} className="button button--secondary" data-testid="user-events"
            aria-label={`What happened: ${name}`}
          >
            What happened
          </Link>
          {action?.(account) ?? null}
        </li>
        );
      })}
    </ul>
  );
}
