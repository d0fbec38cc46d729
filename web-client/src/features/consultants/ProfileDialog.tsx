import { useCallback } from "react";
import { findConsultant, listOpinions } from "../../api/consultants";
import type { Consultant, Opinion } from "../../api/consultants";
import type { Api } from "../../api/http";
import { Dialog } from "../../ui/Dialog";
import { More } from "../../ui/More";
import { priceWords } from "../../ui/price";
import { useLoaded } from "../../ui/useLoaded";
import { usePages } from "../../ui/usePages";
import { Waiting } from "../../ui/Waiting";
import { availabilityWords, memberWords, ratingWords, starsWords } from "./words";

export interface ProfileDialogProps {
  readonly api: Api;
  readonly freeSeconds: number | null;
  readonly id: string;
  /** Stands in the heading until the rest has come. */
  readonly name: string;
  readonly onClose: () => void;
}

/** Who a consultant is, beside whatever one is doing. */
export function ProfileDialog({ api, freeSeconds, id, name, onClose }: ProfileDialogProps) {
  const { value, error, reload } = useLoaded(useCallback(() => findConsultant(api, id), [api, id]));
  const opinions = usePages(useCallback((cursor: string | null) => listOpinions(api, id, cursor), [api, id]));
  return (
    <Dialog title={name} onClose={onClose}>
      {value === null
        ? <Waiting error={error} nothing="This consultant is not here any more" onRetry={reload} />
        : <ProfileView consultant={value} freeSeconds={freeSeconds} opinions={opinions.items} />}
      <More onMore={opinions.more} attempt={opinions.attempt} />
    </Dialog>
  );
}

export interface ProfileViewProps {
  readonly consultant: Consultant;
  readonly freeSeconds: number | null;
  readonly opinions: readonly Opinion[];
}

export function ProfileView({ consultant, freeSeconds, opinions }: ProfileViewProps) {
  return (
    <div className="consultant" data-testid="consultant-profile">
      <p className="panel__lead">{consultant.headline}</p>
      <p className="list__note">
        {availabilityWords(consultant)} · {ratingWords(consultant)} · {memberWords(consultant)}
      </p>
      <p className="price" data-testid="profile-price">{priceWords(consultant.hourlyRate, freeSeconds)}</p>
      {consultant.bio === "" ? null : <p className="plain-text plain-text--lines">{consultant.bio}</p>}
      <ul className="tags" aria-label="What they know">
        {consultant.tags.map((tag) => <li key={tag} className="tag tag--plain">{tag}</li>)}
      </ul>
      {opinions.length === 0 ? null : (
        <section aria-labelledby="opinions-title">
          <h3 id="opinions-title" className="consultant__opinions">What customers said</h3>
          <ul className="list" data-testid="opinions">
            {opinions.map((opinion) => (
              <li key={opinion.createdAt} className="opinion">
                <p>
                  <span className="opinion__stars" aria-hidden="true">{"★".repeat(opinion.stars)}</span>
                  <span className="visually-hidden">{starsWords(opinion)}</span>{" "}
                  <time className="list__note" dateTime={opinion.createdAt}>
                    {new Date(opinion.createdAt).toLocaleDateString(undefined, { dateStyle: "medium" })}
                  </time>
                </p>
                {opinion.comment === null ? null : <p className="plain-text plain-text--lines">{opinion.comment}</p>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
