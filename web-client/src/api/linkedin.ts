/** What a profile at LinkedIn would bring: either its JSON, or the CSV files of its data export. */
import { boolean, list, nullable, object, string } from "../signaling/shape";
import type { Infer } from "../signaling/shape";
import type { Api } from "./http";

export const linkedInImport = object({
  preview: object({
    headline: string,
    bio: string,
    positions: list(object({ title: string, company: string, from: nullable(string), to: nullable(string) })),
    suggestedTags: list(string),
  }),
  applied: boolean,
});

export type LinkedInPreview = Infer<typeof linkedInImport>["preview"];

/** Files by their names: one JSON document, or several of comma-separated values. */
export type LinkedInFiles = { readonly [name: string]: string };

/** Shows what they bring; nothing is stored. Refused as `invalid_content` where they cannot be read. */
export async function previewLinkedIn(api: Api, content: { readonly linkedin: object } | { readonly files: LinkedInFiles }): Promise<LinkedInPreview> {
  return (await api.ask("POST", "/me/profile/linkedin-import", linkedInImport, content)).preview;
}
