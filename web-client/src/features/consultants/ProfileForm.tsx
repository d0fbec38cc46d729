import { useRef, useState } from "react";
import type { ProfileContent } from "../../api/market";
import { Link } from "../../app/navigation";
import { AmountField } from "../../ui/AmountField";
import { TextArea, TextField } from "../../ui/Field";
import { SendButton } from "../../ui/SendButton";
import { TagField } from "../../ui/TagField";
import { hasTag, mostTags, withTags } from "../../ui/tags";
import { Trouble } from "../../ui/Trouble";
import type { Attempt } from "../../ui/useAttempt";
import { readDraft } from "./draft";
import type { ProfileDraft, ProfileProblems } from "./draft";

export interface ProfileFormProps {
  readonly draft: ProfileDraft;
  readonly isChanged: boolean;
  readonly attempt: Attempt;
  readonly onEdit: (changes: Partial<ProfileDraft>) => void;
  readonly onSave: (content: ProfileContent) => void;
}

export function ProfileForm({ draft, isChanged, attempt, onEdit, onSave }: ProfileFormProps) {
  const { headline, bio, tags, tagText, rate, currency } = draft;
  const [problems, setProblems] = useState<ProfileProblems>({});
  const headlineField = useRef<HTMLInputElement>(null);
  const rateField = useRef<HTMLInputElement>(null);
  const error = attempt.name === "failed" ? attempt.error : null;
  const of = (...pointers: readonly string[]) => pointers.flatMap((pointer) => error?.of(pointer) ?? []).join(" ") || null;
  const isOfField = of("/headline", "/bio", "/tags", "/hourlyRate", "/hourlyRate/amount") !== null;

  const submit = () => {
    const reading = readDraft(draft);
    const found = reading.name === "problems" ? reading.problems : {};
    setProblems(found);
    onEdit({ tags: withTags(tags, tagText, mostTags.profile), tagText: "" });
    if (found.headline !== undefined) headlineField.current?.focus();
    else if (found.rate !== undefined) rateField.current?.focus();
    else if (reading.name === "content") onSave(reading.content);
  };
  return (
    <form
      className="panel panel--form"
      noValidate
      data-testid="profile-form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {error === null || isOfField ? null : <Trouble error={error} />}
      <TextField
        ref={headlineField}
        label="What you can help with, in one line"
        type="text"
        autoComplete="off"
        maxLength={200}
        testId="headline-input"
        value={headline}
        problem={problems.headline ?? of("/headline")}
        onChange={(text) => onEdit({ headline: text })}
      />
      <TextArea
        label="What you have done (optional)"
        rows={6}
        maxLength={10_000}
        required={false}
        testId="bio-input"
        hint="Questions are matched with what stands here, too."
        value={bio}
        problem={of("/bio")}
        onChange={(text) => onEdit({ bio: text })}
      />
      <TagField
        label="Your fields"
        tags={tags}
        most={mostTags.profile}
        hint="One after the other, or several with commas between them: PostgreSQL, tax law."
        problem={problems.tags ?? of("/tags")}
        testId="profile-tags"
        text={tagText}
        onText={(text) => onEdit({ tagText: text })}
        onAdd={(text) => onEdit({ tags: withTags(tags, text, mostTags.profile) })}
        onRemove={(tag) => onEdit({ tags: tags.filter((one) => !hasTag([tag], one)) })}
      />
      <AmountField
        ref={rateField}
        label="Hourly rate"
        hint="What an hour with you costs. The first minutes of a call are free."
        amount={rate}
        currency={currency}
        problem={problems.rate ?? of("/hourlyRate", "/hourlyRate/amount", "/hourlyRate/currency")}
        testId="rate-input"
        required
        onAmount={(text) => onEdit({ rate: text })}
        onCurrency={(code) => onEdit({ currency: code })}
      />
      <SendButton
        isSending={attempt.name === "sending"} label="Save the profile" labelWhileSending="Saving…" testId="save-button"
      />
      <p role="status" data-testid="saved">
        {isChanged ? "Not saved yet." : null}
        {attempt.name === "done" && !isChanged
          ? <>Saved. <Link to={{ page: "desk" }}>Go to your desk</Link> to become available.</>
          : null}
      </p>
    </form>
  );
}
