import type { ReactNode } from "react";
import type { User } from "../api/shapes";
import { pathOf } from "./route";
import type { PlainPage } from "./route";
import type { Workplace } from "../features/dashboard/workplace";
import { Banner } from "../ui/Banner";
import { Brand } from "../ui/Brand";
import { Button } from "../ui/Button";
import { useTitle } from "../ui/title";
import { useHeading } from "../ui/useHeading";
import { useStore } from "../ui/useStore";
import { Trouble } from "../ui/Trouble";
import { useAttempt } from "../ui/useAttempt";
import { CallElsewhere } from "../features/call/session/CallElsewhere";
import { useMarket } from "./market";
import { Link, useNavigate } from "./navigation";

export interface ShellProps {
  readonly title: string;
  /** Beside the heading. */
  readonly action?: ReactNode;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

const places: { readonly [role in User["role"]]: readonly (readonly [PlainPage, string])[] } = {
  customer: [["ask", "Ask"], ["questions", "Questions"], ["sessions", "Calls"], ["payments", "Payments"]],
  consultant: [["desk", "Desk"], ["sessions", "Calls"], ["earnings", "Earnings"], ["profile", "Profile"]],
  admin: [
    ["ops", "Overview"], ["ops-calls", "Calls"], ["ops-queue", "Queue"], ["admin-payments", "Payments"], ["disputes", "Disputes"],
    ["moderation", "Moderation"], ["users", "Users"], ["audit", "Audit"],
  ],
};

/** Whether a page belongs to a place that has several. */
function isWithin(place: PlainPage, path: string): boolean {
  switch (place) {
    case "payments":
      return path === "/account/payment-methods" || path === "/account/invoices";
    case "ops-calls":
      return path.startsWith("/ops/calls/");
    case "questions":
    case "sessions":
      return path.startsWith(`${pathOf({ page: place })}/`);
    default:
      return false;
  }
}

/** The frame of every page of somebody who is signed in. Its heading takes the focus when the page changes. */
export function Shell({ title, action, wide = false, children }: ShellProps) {
  const { user, workplace } = useMarket();
  const heading = useHeading();
  const here = window.location.pathname;
  useTitle(title);

  return (
    <div className="page">
      <header className="shell">
        <Link to={{ page: "home" }} className="shell__brand" aria-label="Consultant Connect: start page"><Brand /></Link>
        <nav className={`shell__places ${places[user.role].length > 6 ? "shell__places--many" : ""}`} aria-label="Pages">
          {places[user.role].map(([page, label]) => (
            <Link
              key={page}
              to={{ page }}
              className="shell__place"
              aria-current={here === pathOf({ page }) ? "page" : isWithin(page, here) ? "true" : undefined}
              data-testid={`nav-${page}`}
            >
              {label}
            </Link>
          ))}
        </nav>
        <Account />
      </header>
      <main className={`board ${wide ? "board--wide" : ""}`}>
        <div className="board__head">
          <h1 ref={heading} tabIndex={-1}>{title}</h1>
          {action}
        </div>
        <ConnectionState />
        {here.startsWith("/sessions/") || user.role === "admin" ? null : <CallElsewhere />}
        {workplace !== null && here !== "/desk" ? <SomebodyAsks workplace={workplace} /> : null}
        {user.emailVerified ? null : <Unconfirmed />}
        {children}
      </main>
    </div>
  );
}

/** On a consultant's other pages. */
function SomebodyAsks({ workplace }: { readonly workplace: Workplace }) {
  const { cards } = useStore(workplace.desk);
  const [first] = cards;
  if (first === undefined) return null;
  return (
    <Banner
      tone="info"
      title={cards.length === 1 ? "A question for you" : `${cards.length} questions for you`}
      testId="somebody-asks"
      action={<Link to={{ page: "desk" }} className="button button--primary">Answer</Link>}
    >
      <p className="plain-text">{first.question.title}</p>
    </Banner>
  );
}

function Account() {
  const { user, session } = useMarket();
  const navigate = useNavigate();
  const [attempt, begin] = useAttempt();
  return (
    <div className="shell__account">
      <Link
        to={{ page: "account" }}
        className="shell__name"
        data-testid="user-name"
        data-role={user.role}
        aria-current={window.location.pathname === "/account" ? "page" : undefined}
        title="Your account"
      >
        {user.name}
      </Link>
      <Button
        look="plain"
        data-testid="sign-out-button"
        aria-disabled={attempt.name === "sending"}
        onClick={() => begin(() => session.signOut().then(() => navigate({ page: "home" }, "replace")))}
      >
        Sign out
      </Button>
      {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
    </div>
  );
}

/** Says so when what is shown may be old. */
function ConnectionState() {
  const { connection } = useMarket();
  const { lifecycle, welcomes } = useStore(connection.store);
  const isOpen = lifecycle.name === "open";
  const isFirst = welcomes === 0 && (lifecycle.name !== "waiting" || lifecycle.attempt < 2);
  return (
    <div data-testid="account-connection" data-state={isOpen ? "open" : "closed"}>
      {isOpen || isFirst || lifecycle.name === "idle" ? null : (
        <Banner
          tone="warn"
          title="The connection to the server is lost"
          action={<Button onClick={() => connection.retry()}>Try now</Button>}
        >
          <p>
            {lifecycle.name === "waiting" && lifecycle.cause === "offline"
              ? "You are offline. This page goes on as soon as the network is back."
              : "Trying again by itself. Nothing new arrives until then."}
          </p>
        </Banner>
      )}
    </div>
  );
}

function Unconfirmed() {
  const { session, user } = useMarket();
  return (
    <Banner
      tone="warn"
      title="Confirm your e-mail address"
      testId="unconfirmed"
      action={<Button onClick={() => void session.reload()}>I have done so</Button>}
    >
      <p>Open the link in the mail that we sent to {user.email}. Until then some things are not possible.</p>
    </Banner>
  );
}
