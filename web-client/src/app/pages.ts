/** The pages behind the sign-in. Each feature is a file of its own, which is loaded when somebody goes there. */
import type { User } from "../api/shapes";
import { lazily } from "../ui/lazily";
import type { Lazily } from "../ui/lazily";

const questions = () => import("../features/questions");
const call = () => import("../features/call/session/SessionPage");
const calls = () => import("../features/call/session/SessionsPage");
const dashboard = () => import("../features/dashboard");
const account = () => import("../features/account");
const operations = () => import("../features/ops");

export const AskPage = lazily(() => questions().then((part) => part.AskPage));
export const QuestionsPage = lazily(() => questions().then((part) => part.QuestionsPage));
export const QuestionPage = lazily(() => questions().then((part) => part.QuestionPage));
export const SessionPage = lazily(() => call().then((part) => part.SessionPage));
export const SessionsPage = lazily(() => calls().then((part) => part.SessionsPage));
export const DeskPage = lazily(() => dashboard().then((part) => part.DeskPage));
export const EarningsPage = lazily(() => dashboard().then((part) => part.EarningsPage));
export const ProfilePage = lazily(() => dashboard().then((part) => part.ProfilePage));
export const AccountPage = lazily(() => account().then((part) => part.AccountPage));
export const SecurityPage = lazily(() => account().then((part) => part.SecurityPage));
export const PrivacyPage = lazily(() => account().then((part) => part.PrivacyPage));
export const CardsPage = lazily(() => account().then((part) => part.CardsPage));
export const PaymentsPage = lazily(() => account().then((part) => part.PaymentsPage));
export const InvoicesPage = lazily(() => account().then((part) => part.InvoicesPage));
export const OverviewPage = lazily(() => operations().then((part) => part.OverviewPage));
export const OpsCallsPage = lazily(() => operations().then((part) => part.OpsCallsPage));
export const OpsCallPage = lazily(() => operations().then((part) => part.OpsCallPage));
export const QueuePage = lazily(() => operations().then((part) => part.QueuePage));
export const AdminPaymentsPage = lazily(() => operations().then((part) => part.AdminPaymentsPage));
export const DisputesPage = lazily(() => operations().then((part) => part.DisputesPage));
export const ModerationPage = lazily(() => operations().then((part) => part.ModerationPage));
export const UsersPage = lazily(() => operations().then((part) => part.UsersPage));
export const AuditPage = lazily(() => operations().then((part) => part.AuditPage));

/** What each role goes to sooner or later: got while there is a network, so that a call does not wait for its page. */
export const partsOf: { readonly [role in User["role"]]: readonly Pick<Lazily<object>, "preload">[] } = {
  customer: [AskPage, SessionPage, SessionsPage, AccountPage],
  consultant: [DeskPage, SessionPage, SessionsPage, AccountPage],
  admin: [OverviewPage, SessionPage, AccountPage],
};
