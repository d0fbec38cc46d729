export { AuditPage } from "../admin/audit/AuditPage";
export { AdminPaymentsPage } from "../admin/payments/AdminPaymentsPage";
export { UsersPage } from "../admin/users/UsersPage";
export { OpsCallPage } from "./calls/OpsCallPage";
export { OpsCallsPage } from "./calls/OpsCallsPage";
export { OverviewPage } from "./overview/OverviewPage";
export { QueuePage } from "./queue/QueuePage";
