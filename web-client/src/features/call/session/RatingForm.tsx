import { useState } from "react";
import { rateSession } from "../../../api/market";
import { TextArea } from "../../../ui/Field";
import { Trouble } from "../../../ui/Trouble";
import { SendButton } from "../../../ui/SendButton";
import { useAttempt } from "../../../ui/useAttempt";
import type { Attempt } from "../../../ui/useAttempt";
import { useMarket } from "../../../app/market";

export function RatingForm({ id, name }: { readonly id: string; readonly name: string }) {
  const { api } = useMarket();
  const [attempt, begin] = useAttempt();
  return <Rating name={name} attempt={attempt} onSend={(stars, comment) => begin(() => rateSession(api, id, stars, comment))} />;
}

export interface RatingProps {
  readonly name: string;
  readonly attempt: Attempt;
  readonly onSend: (stars: number, comment: string) => void;
}

const labels = ["No help at all", "Little help", "Some help", "Good help", "Just what I needed"] as const;

export function Rating({ name, attempt, onSend }: RatingProps) {
  const [stars, setStars] = useState(0);
  const [comment, setComment] = useState("");
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
                    setStars(index + 1);
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
          onChange={setComment}
        />
        <SendButton
          isSending={attempt.name === "sending"} label="Send the rating" labelWhileSending="Sending…" testId="rating-send"
        />
      </form>
    </section>
  );
}
