import { parseAmount } from "../../api/amount";
import { rateWords } from "../call/session/words";
import type { ProfileDraft } from "./draft";

/** The profile as customers read it. */
export function Seen({ name, draft }: { readonly name: string; readonly draft: ProfileDraft }) {
  const { headline, bio, tags, rate, currency } = draft;
  const hourlyRate = parseAmount(rate, currency);
  return (
    <section aria-labelledby="seen-title" data-testid="seen">
      <h2 id="seen-title" className="board__section">What customers see</h2>
      <div className="panel">
        <div className="seen__head">
          <p className="list__title">{name}</p>
          <p className="list__amount">{hourlyRate === null ? "no rate yet" : rateWords(hourlyRate)}</p>
        </div>
        <p className="plain-text">{headline.trim() === "" ? "No headline yet." : headline}</p>
        {tags.length === 0 ? null : (
          <ul className="tags" aria-label="Fields">
            {tags.map((tag) => <li key={tag} className="tag tag--plain">{tag}</li>)}
          </ul>
        )}
        {bio.trim() === "" ? null : <p className="plain-text plain-text--lines list__note">{bio}</p>}
      </div>
    </section>
  );
}
