import type { Session } from "../../../api/shapes";
import { ReportPanel } from "./report/ReportPanel";

/** What the customer thought of a call, as its consultant reads it. */
export function ReceivedRating({ session: { id, customerName, rating, reported } }: {
  readonly session: Pick<Session, "id" | "customerName" | "rating" | "reported">;
}) {
  if (rating === undefined || rating === null) return null;
  const { stars, comment, commentHidden = false } = rating;
  return (
    <section className="panel" aria-labelledby="received-title" data-testid="rating-received" data-stars={stars}>
      <h2 id="received-title">The rating</h2>
      <p>
        <span className="opinion__stars" aria-hidden="true">{"★".repeat(stars)}</span> {stars} of 5
      </p>
      {commentHidden ? <p className="list__note" data-testid="comment-hidden">There was a comment. An administrator has hidden it.</p> : null}
      {comment === null || comment === "" ? null : (
        <>
          <p className="plain-text plain-text--lines">{comment}</p>
          <div className="panel__actions">
            <ReportPanel session={id} kind="comment" name={customerName} wasReported={reported?.includes("comment") ?? false} />
          </div>
        </>
      )}
    </section>
  );
}
