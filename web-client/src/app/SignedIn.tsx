import { useEffect } from "react";
import type { ClientConfig } from "../api/config";
import type { Api } from "../api/http";
import type { Session } from "../api/session";
import type { User } from "../api/shapes";
import type { MarketRoute, PlainPage } from "./route";
import { AskPage } from "../features/questions/AskPage";
import { QuestionPage } from "../features/questions/QuestionPage";
import { QuestionsPage } from "../features/questions/QuestionsPage";
import { DeskPage } from "../features/dashboard/DeskPage";
import { ProfilePage } from "../features/consultants/ProfilePage";
import { Ringing } from "../features/dashboard/Ringing";
import { AdminPaymentsPage } from "../features/admin/payments/AdminPaymentsPage";
import { CardsPage } from "../features/account/cards/CardsPage";
import { EarningsPage } from "../features/dashboard/earnings/EarningsPage";
import { InvoicesPage } from "../features/account/papers/InvoicesPage";
import { PaymentsPage } from "../features/account/payments/PaymentsPage";
import { SessionPage } from "../features/call/session/SessionPage";
import { SessionsPage } from "../features/call/session/SessionsPage";
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
  customer: "ask", consultant: "desk", admin: "admin-payments",
};

export function SignedIn({ config, api, session, user, route }: SignedInProps) {
  const market = useOpenMarket(config, api, session, user);
  const navigate = useNavigate();
  const isDoor = route.page === "home" || route.page === "sign-in" || route.page === "register";
  const first = firstPages[user.role];

  useEffect(() => {
    if (isDoor) navigate({ page: first }, "replace");
  }, [isDoor, first, navigate]);

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
      return role === "customer" ? <AskPage /> : <NotHere />;
    case "questions":
      return role === "customer" ? <QuestionsPage /> : <NotHere />;
    case "question":
      return role === "customer" ? <QuestionPage key={route.id} id={route.id} /> : <NotHere />;
    case "desk":
      return role === "consultant" ? <DeskPage /> : <NotHere />;
    case "profile":
      return role === "consultant" ? <ProfilePage /> : <NotHere />;
    case "payment-methods":
      return role === "customer" ? <CardsPage /> : <NotHere />;
    case "payments":
      return role === "customer" ? <PaymentsPage /> : <NotHere />;
    case "invoices":
      return role === "customer" ? <InvoicesPage /> : <NotHere />;
    case "earnings":
      return role === "consultant" ? <EarningsPage /> : <NotHere />;
    case "admin-payments":
      return role === "admin" ? <AdminPaymentsPage /> : <NotHere />;
    case "sessions":
      return role === "admin" ? <NotHere /> : <SessionsPage />;
    case "session":
      return <SessionPage key={route.id} id={route.id} />;
    case "home":
    case "sign-in":
    case "register":
      return null;
  }
}
