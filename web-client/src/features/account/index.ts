export { CardsPage } from "./cards/CardsPage";
export { InvoicesPage } from "./papers/InvoicesPage";
export { PaymentsPage } from "./payments/PaymentsPage";
export { AccountPage } from "./AccountPage";
export { PrivacyPage } from "./privacy/PrivacyPage";
export { SecurityPage } from "./security/SecurityPage";
