export { ProfilePage } from "../consultants/ProfilePage";
export { DeskPage } from "./DeskPage";
export { EarningsPage } from "./earnings/EarningsPage";
