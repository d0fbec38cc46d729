import { Places } from "../../app/Places";
import type { Place } from "../../app/Places";

const places: readonly Place[] = [["account", "Account"], ["security", "Security"], ["privacy", "Privacy"]];

/** The way between the pages about the account itself. */
export function AccountPlaces() {
  return <Places label="Account" places={places} />;
}
