import { useState } from "react";
import type { ReactNode } from "react";
import { rateSession } from "../../../api/market";
import type { Session } from "../../../api/shapes";
import { Once } from "../../../api/once";
import { TextArea } from "../../../ui/Field";
import { Trouble } from "../../../ui/Trouble";
import { SendButton } from "../../../ui/SendButton";
import { Stalled } from "../../../ui/Stalled";
import { useKept } from "../../../ui/useKept";
import { usePersistence } from "../../../ui/usePersistence";
import type { Attempt } from "../../../ui/useAttempt";
import { useMarket } from "../../../app/market";

export interface RatingFormProps {
  readonly session: Pick<Session, "id" | "consultantName" | "rating">;
}

/** What a customer thought of a call: asked for once, and shown from then on. */
export function RatingForm({ session: { id, consultantName, rating } }: RatingFormProps) {
  const { api } = useMarket();
  const { attempt, begin, ...stalled } = usePersistence();
  const [once] = useState(() => Once.inBrowser(`rating.${id}`));
  const [stars, setStars] = useKept(`rating-stars.${id}`);
  const [comment, setComment] = useKept(`rating-comment.${id}`);
  // What this page sent itself is thanked for; what was said before is shown.
  const [wasGiven] = useState(rating ?? null);

  if (wasGiven !== null) return <Given {...wasGiven} />;
  const send = (given: number, words: string) => begin(async () => {
    await once.send(JSON.stringify([given, words]), (key) => rateSession(api, id, given, words, key));
    setStars("");
    setComment("");
  });
  return (
    <Rating
      name={consultantName}
      attempt={attempt}
      stars={Number(stars) || 0}
      comment={comment}
      onStars={(count) => setStars(String(count))}
      onComment={setComment}
      onSend={send}
    >
      <Stalled {...stalled} />
    </Rating>
  );
}

function Given({ stars, comment, commentHidden = false }: NonNullable<Session["rating"]>) {
  return (
    <section className="panel" aria-labelledby="given-title" data-testid="rating-given" data-stars={stars}>
      <h2 id="given-title">Your rating</h2>
      <p>
        <span className="opinion__stars" aria-hidden="true">{"★".repeat(stars)}</span>{" "}
        {stars} of 5: {labels[stars - 1] ?? ""}
      </p>
      {comment === null || comment === "" ? null : <p className="plain-text plain-text--lines">{comment}</p>}
      {commentHidden ? <p className="list__note" data-testid="comment-hidden">Nobody else reads these words: an administrator has hidden them.</p> : null}
    </section>
  );
}

export interface RatingProps {
  readonly name: string;
  readonly attempt: Attempt;
  /** From 1 to 5; 0 while none are chosen. */
  readonly stars: number;
  readonly comment: string;
  readonly onStars: (stars: number) => void;
  readonly onComment: (comment: string) => void;
  /** Stands above the form: that it is tried again, say. */
  readonly children?: ReactNode;
  readonly onSend: (stars: number, comment: string) => void;
}

const labels = ["No help at all", "Little help", "Some help", "Good help", "Just what I needed"] as const;

export function Rating({ name, attempt, stars, comment, onStars, onComment, onSend, children }: RatingProps) {
  const [isMissing, setIsMissing] = useState(false);
  const wasRated = attempt.name === "failed" && attempt.error.is("already_rated");

  if (attempt.name === "done" || wasRated) {
    return (
      <section className="panel" data-testid="rating-done">
        <p role="status">{wasRated ? "You have rated this call already." : "Thank you. Your rating helps others to choose."}</p>
      </section>
    );
  }
  return (
    <section className="panel" aria-labelledby="rating-title" data-testid="rating">
      <h2 id="rating-title">How was the call with {name}?</h2>
      {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
      {children}
      <form
        className="card__form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setIsMissing(stars === 0);
          if (stars > 0) onSend(stars, comment.trim());
        }}
      >
        <fieldset className="stars">
          <legend className="field__label">Stars</legend>
          <div className="stars__row">
            {labels.map((label, index) => (
              <label key={label} className={`star ${index < stars ? "star--on" : ""}`} title={label}>
                <input
                  type="radio"
                  name="stars"
                  value={index + 1}
                  checked={stars === index + 1}
                  data-testid={`rating-${index + 1}`}
                  onChange={() => {
                    onStars(index + 1);
                    setIsMissing(false);
                  }}
                />
                <span aria-hidden="true">★</span>
                <span className="visually-hidden">{`${index + 1}: ${label}`}</span>
              </label>
            ))}
            <span className="stars__label">{labels[stars - 1] ?? ""}</span>
          </div>
          <p className="field__problem" aria-live="polite">{isMissing ? "Choose one to five stars." : null}</p>
        </fieldset>
        <TextArea
          label="What should others know? (optional)"
          rows={3}
          maxLength={1000}
          required={false}
          hint="Shown on the consultant's profile, without your name."
          testId="rating-comment"
          value={comment}
          onChange={onComment}
        />
        <SendButton
          isSending={attempt.name === "sending"} label="Send the rating" labelWhileSending="Sending…" testId="rating-send"
        />
      </form>
    </section>
  );
}
