import { useId, useRef } from "react";
import { Button, IconButton } from "./Button";

export interface TagFieldProps {
  readonly label: string;
  readonly tags: readonly string[];
  readonly most: number;
  readonly hint: string;
  readonly problem?: string | null;
  readonly testId: string;
  /** What stands in the field and is no tag yet; whoever sends the form takes it along. */
  readonly text: string;
  readonly onText: (text: string) => void;
  /** Gets what was typed; it may name several tags with commas between them. */
  readonly onAdd: (text: string) => void;
  readonly onRemove: (tag: string) => void;
}

/** A list of tags, each with a button that takes it away, and a field for more. */
export function TagField({ label, tags, most, hint, problem = null, testId, text, onText, onAdd, onRemove }: TagFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const isFull = tags.length >= most;

  const add = () => {
    if (text.trim() === "") return;
    onAdd(text);
    onText("");
    field.current?.focus();
  };
  return (
    <div className="field" data-testid={testId}>
      <label className="field__label" htmlFor={id}>{label}</label>
      {tags.length === 0 ? null : (
        <ul className="tags" aria-label={`${label}: chosen`}>
          {tags.map((tag) => (
            <li key={tag} className="tag" data-testid="tag">
              <span className="tag__text">{tag}</span>
              <IconButton
                icon="close"
                label={`Remove ${tag}`}
                className="tag__remove"
                onClick={() => {
                  onRemove(tag);
                  field.current?.focus();
                }}
              />
            </li>
          ))}
        </ul>
      )}
      <div className="tags__add">
        <input
          ref={field}
          id={id}
          className="field__control"
          type="text"
          autoComplete="off"
          enterKeyHint="done"
          maxLength={200}
          disabled={isFull}
          value={text}
          aria-describedby={`${id}-hint ${id}-problem`}
          aria-invalid={problem !== null}
          data-testid="tag-input"
          onChange={(event) => onText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" && event.key !== ",") return;
            event.preventDefault();
            add();
          }}
        />
        <Button data-testid="tag-add" disabled={isFull || text.trim() === ""} onClick={add}>Add</Button>
      </div>
      <p id={`${id}-hint`} className="field__hint">{isFull ? `These are as many as there can be (${most}).` : hint}</p>
      <p id={`${id}-problem`} className="field__problem" aria-live="polite">{problem}</p>
    </div>
  );
}
