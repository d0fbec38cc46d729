import { useCallback, useRef, useState } from "react";
import { myProfile, setProfile } from "../../api/market";
import type { ProfileContent } from "../../api/market";
import type { Profile } from "../../api/shapes";
import { amountText, parseAmount } from "../../api/amount";
import { hasTag, mostTags, withTags } from "../../ui/tags";
import { TextArea, TextField } from "../../ui/Field";
import { TagField } from "../../ui/TagField";
import { Trouble } from "../../ui/Trouble";
import { SendButton } from "../../ui/SendButton";
import { useAttempt } from "../../ui/useAttempt";
import type { Attempt } from "../../ui/useAttempt";
import { AmountField } from "../../ui/AmountField";
import { useMarket } from "../../app/market";
import { Link } from "../../app/navigation";
import { Shell } from "../../app/Shell";
import { useLoaded } from "../../ui/useLoaded";
import { Waiting } from "../../ui/Waiting";

export function ProfilePage() {
  const { api } = useMarket();
  const { value, error, reload } = useLoaded(useCallback(() => myProfile(api), [api]));
  const [attempt, begin] = useAttempt();
  return (
    <Shell title="Your profile">
      {value === null ? <Waiting error={error} onRetry={reload} /> : (
        <ProfileForm
          profile={value}
          attempt={attempt}
          onSave={(content) => begin(() => setProfile(api, content).then(() => undefined))}
        />
      )}
    </Shell>
  );
}

export interface ProfileFormProps {
  readonly profile: Profile;
  readonly attempt: Attempt;
  readonly onSave: (content: ProfileContent) => void;
}

interface Problems {
  readonly headline?: string;
  readonly tags?: string;
  readonly rate?: string;
}

export function ProfileForm({ profile, attempt, onSave }: ProfileFormProps) {
  const [headline, setHeadline] = useState(profile.headline);
  const [bio, setBio] = useState(profile.bio);
  const [tags, setTags] = useState(profile.tags);
  const [tagText, setTagText] = useState("");
  const [rate, setRate] = useState(profile.hourlyRate === null ? "" : amountText(profile.hourlyRate));
  const [currency, setCurrency] = useState(profile.hourlyRate?.currency ?? "usd");
  const [problems, setProblems] = useState<Problems>({});
  const headlineField = useRef<HTMLInputElement>(null);
  const rateField = useRef<HTMLInputElement>(null);
  const error = attempt.name === "failed" ? attempt.error : null;
  const of = (...pointers: readonly string[]) => pointers.flatMap((pointer) => error?.of(pointer) ?? []).join(" ") || null;
  const isOfField = of("/headline", "/bio", "/tags", "/hourlyRate", "/hourlyRate/amount") !== null;

  const submit = () => {
    const all = withTags(tags, tagText, mostTags.profile);
    const hourlyRate = parseAmount(rate, currency);
    const found: Problems = {
      ...(headline.trim() === "" ? { headline: "Say in one line what you can help with." } : {}),
      ...(all.length === 0 ? { tags: "Add at least one tag: they decide which questions come to you." } : {}),
      ...(hourlyRate === null ? { rate: "Write an amount like 120 or 99.50." } : {}),
    };
    setProblems(found);
    setTags(all);
    setTagText("");
    if (found.headline !== undefined) headlineField.current?.focus();
    else if (found.rate !== undefined) rateField.current?.focus();
    else if (hourlyRate !== null && all.length > 0) {
      onSave({ headline: headline.trim(), bio: bio.trim(), tags: all, hourlyRate });
    }
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
        onChange={setHeadline}
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
        onChange={setBio}
      />
      <TagField
        label="Your fields"
        tags={tags}
        most={mostTags.profile}
        hint="One after the other, or several with commas between them: PostgreSQL, tax law."
        problem={problems.tags ?? of("/tags")}
        testId="profile-tags"
        text={tagText}
        onText={setTagText}
        onAdd={(text) => setTags(withTags(tags, text, mostTags.profile))}
        onRemove={(tag) => setTags(tags.filter((one) => !hasTag([tag], one)))}
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
        onAmount={setRate}
        onCurrency={setCurrency}
      />
      <SendButton
        isSending={attempt.name === "sending"} label="Save the profile" labelWhileSending="Saving…" testId="save-button"
      />
      <p role="status" data-testid="saved">
        {attempt.name === "done" ? <>Saved. <Link to={{ page: "desk" }}>Go to your desk</Link> to become available.</> : null}
      </p>
    </form>
  );
}
