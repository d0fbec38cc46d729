import { useEffect } from "react";
import type { ClientConfig } from "../api/config";
import type { Api } from "../api/http";
import type { Session } from "../api/session";
import type { User } from "../api/shapes";
import type { MarketRoute, PlainPage } from "./route";
import { Ringing } from "../features/dashboard/Ringing";
import * as pages from "./pages";
import { StartPage } from "./StartPage";
import { MarketContext, useOpenMarket } from "./market";
import { useNavigate } from "./navigation";
import { NotHere } from "./NotHere";
import { useReadySessions } from "./useReadySessions";

export interface SignedInProps {
  readonly config: ClientConfig;
  readonly api: Api;
  readonly session: Session;
  readonly user: User;
  readonly route: MarketRoute;
}

/** Where each role begins. */
const firstPages: { readonly [role in User["role"]]: PlainPage } = {
  customer: "ask", consultant: "desk", admin: "ops",
};

/** What is shown at first comes first. */
const aMoment = 500;

export function SignedIn({ config, api, session, user, route }: SignedInProps) {
  const market = useOpenMarket(config, api, session, user);
  const navigate = useNavigate();
  const isDoor = route.page === "home" || route.page === "sign-in" || route.page === "register";
  const first = firstPages[user.role];

  useEffect(() => {
    if (isDoor) navigate({ page: first }, "replace");
  }, [isDoor, first, navigate]);

  useEffect(() => {
    const timer = setTimeout(() => pages.partsOf[user.role].forEach(({ preload }) => preload()), aMoment);
    return () => clearTimeout(timer);
  }, [user.role]);

  if (market === null || isDoor) return <StartPage error={null} onRetry={() => undefined} />;
  return (
    <MarketContext.Provider value={market}>
      <Arrivals route={route} />
      {market.workplace === null ? null : <Ringing workplace={market.workplace} />}
      <PageOf route={route} role={user.role} />
    </MarketContext.Provider>
  );
}

/** Whatever page is shown: a call that is ready is gone to. */
function Arrivals({ route }: { readonly route: MarketRoute }) {
  useReadySessions(route);
  return null;
}

function PageOf({ route, role }: { readonly route: MarketRoute; readonly role: User["role"] }) {
  switch (route.page) {
    case "ask":
      return role === "customer" ? <pages.AskPage /> : <NotHere />;
    case "questions":
      return role === "customer" ? <pages.QuestionsPage /> : <NotHere />;
    case "question":
      return role === "customer" ? <pages.QuestionPage key={route.id} id={route.id} /> : <NotHere />;
    case "desk":
      return role === "consultant" ? <pages.DeskPage /> : <NotHere />;
    case "profile":
      return role === "consultant" ? <pages.ProfilePage /> : <NotHere />;
    case "payment-methods":
      return role === "customer" ? <pages.CardsPage /> : <NotHere />;
    case "payments":
      return role === "customer" ? <pages.PaymentsPage /> : <NotHere />;
    case "invoices":
      return role === "customer" ? <pages.InvoicesPage /> : <NotHere />;
    case "earnings":
      return role === "consultant" ? <pages.EarningsPage /> : <NotHere />;
    case "account":
      return <pages.AccountPage />;
    case "security":
      return <pages.SecurityPage />;
    case "privacy":
      return <pages.PrivacyPage />;
    case "ops":
      return role === "admin" ? <pages.OverviewPage /> : <NotHere />;
    case "ops-calls":
      return role === "admin" ? <pages.OpsCallsPage /> : <NotHere />;
    case "ops-call":
      return role === "admin" ? <pages.OpsCallPage key={route.id} id={route.id} /> : <NotHere />;
    case "ops-queue":
      return role === "admin" ? <pages.QueuePage /> : <NotHere />;
    case "admin-payments":
      return role === "admin" ? <pages.AdminPaymentsPage /> : <NotHere />;
    case "disputes":
      return role === "admin" ? <pages.DisputesPage /> : <NotHere />;
    case "moderation":
      return role === "admin" ? <pages.ModerationPage /> : <NotHere />;
    case "users":
      return role === "admin" ? <pages.UsersPage /> : <NotHere />;
    case "audit":
      return role === "admin" ? <pages.AuditPage /> : <NotHere />;
    case "sessions":
      return role === "admin" ? <NotHere /> : <pages.SessionsPage />;
    case "session":
      return <pages.SessionPage key={route.id} id={route.id} />;
    case "home":
    case "sign-in":
    case "register":
      return null;
  }
}
