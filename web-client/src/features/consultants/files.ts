/** Files that were chosen for an import, as the API takes them. */
import type { LinkedInFiles } from "../../api/linkedin";
import { isRecord } from "../../signaling/shape";

type Import = { readonly linkedin: object } | { readonly files: LinkedInFiles };
type ChosenFile = Pick<File, "name" | "size" | "text">;

/** The API takes 64 KiB in all, and needs some of it for the rest. */
const most = 60_000;

/** What to send, or why these files are of no use. */
export async function importOf(files: readonly ChosenFile[]): Promise<Import | string> {
  const known = files.filter(({ name }) => /\.(csv|json)$/i.test(name));
  const [first] = known;
  if (first === undefined) return "Choose CSV files of LinkedIn’s data export, or one JSON file.";
  if (known.reduce((sum, { size }) => sum + size, 0) > most) {
    return "They are too large together. Choose Profile.csv, Positions.csv and Skills.csv alone.";
  }
  if (known.length === 1 && /\.json$/i.test(first.name)) return fromJSON(await first.text());
  const tables = known.filter(({ name }) => /\.csv$/i.test(name));
  const texts = await Promise.all(tables.map(async (file) => [file.name, await file.text()] as const));
  return { files: Object.fromEntries(texts) };
}

function fromJSON(text: string): Import | string {
  try {
    const content: unknown = JSON.parse(text);
    return isRecord(content) ? { linkedin: content } : "The JSON file holds no profile.";
  } catch {
    return "This is no JSON file.";
  }
}
