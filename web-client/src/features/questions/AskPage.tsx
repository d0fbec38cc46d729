import { useEffect, useRef, useState } from "react";
import { ApiError } from "../../api/error";
import { postQuestion, suggestTags } from "../../api/market";
import { Drafts, edited } from "./draft";
import type { Draft } from "./draft";
import { parseAmount } from "../../api/amount";
import { hasTag, mostTags, shownTags, withTags } from "../../ui/tags";
import { TextArea, TextField } from "../../ui/Field";
import { TagField } from "../../ui/TagField";
import { Trouble } from "../../ui/Trouble";
import { SendButton } from "../../ui/SendButton";
import { Stalled } from "../../ui/Stalled";
import { useKept } from "../../ui/useKept";
import { usePersistence } from "../../ui/usePersistence";
import { AmountField } from "../../ui/AmountField";
import { useMarket } from "../../app/market";
import { useNavigate } from "../../app/navigation";
import { Shell } from "../../app/Shell";
import { NoCard } from "../account/cards/NoCard";
import { DeviceCheck } from "../call/check/DeviceCheck";
import { AvailableNow } from "../consultants/AvailableNow";
import { PriceNote } from "./PriceNote";
import { useSuggestions } from "./useSuggestions";
import type { Suggestions } from "./useSuggestions";

export function AskPage() {
  const { api, config } = useMarket();
  const freeSeconds = config.freeSeconds ?? null;
  const navigate = useNavigate();
  const [drafts] = useState(() => Drafts.inBrowser());
  const [draft, setDraft] = useState(() => drafts.find());
  const [tagText, setTagText] = useKept("question-tag");
  const [problems, setProblems] = useState<Problems>({});
  const { attempt, begin, ...stalled } = usePersistence();
  const titleField = useRef<HTMLInputElement>(null);
  const bodyField = useRef<HTMLTextAreaElement>(null);
  const budgetField = useRef<HTMLInputElement>(null);
  const suggestions = useSuggestions(api, draft.title, draft.body);
  const tags = shownTags(suggestions.tags, draft.added, draft.removed);
  const error = attempt.name === "failed" ? attempt.error : null;
  const of = (pointer: string) => error?.of(pointer).join(" ") || null;

  useEffect(() => drafts.keep(draft), [drafts, draft]);

  const edit = (changes: Partial<Draft>) => setDraft((last) => edited(last, changes));
  const addTags = (text: string) => {
    const next = withTags(tags, text, mostTags.question);
    const fresh = next.filter((tag) => !hasTag(tags, tag));
    edit({
      added: [...draft.added, ...fresh],
      removed: draft.removed.filter((tag) => !hasTag(fresh, tag)),
    });
  };
  const removeTag = (tag: string) => edit({
    added: draft.added.filter((one) => !hasTag([tag], one)),
    removed: hasTag(suggestions.tags, tag) ? [...draft.removed, tag].slice(-100) : draft.removed,
  });
  const submit = () => {
    const found = check(draft);
    setProblems(found);
    const first = found.title !== undefined ? titleField : found.body !== undefined ? bodyField
      : found.budget !== undefined ? budgetField : null;
    if (first !== null) {
      first.current?.focus();
      return;
    }
    const budget = draft.budget.trim() === "" ? null : parseAmount(draft.budget, draft.currency);
    const own = withTags(draft.added, tagText, mostTags.question);
    const isOwn = own.length > 0 || draft.removed.length > 0;
    // Suggestions for an older text are no choice of the customer's. Then the server chooses, or where the customer has chosen, too, it
    // is asked for what goes beside that: once, so that the same question stays the same however often it is sent.
    let suggested = suggestions.state === "fresh" ? suggestions.tags : isOwn ? null : [];
    begin(async () => {
      suggested ??= await suggestTags(api, draft.title.trim(), draft.body.trim()).catch(noneUnlessAway);
      const chosen = shownTags(suggested, own, draft.removed);
      const question = await postQuestion(api, {
        title: draft.title.trim(),
        body: draft.body.trim(),
        ...(chosen.length > 0 ? { tags: chosen } : {}),
        ...(budget === null ? {} : { budget }),
      }, draft.key);
      drafts.forget();
      setTagText("");
      navigate({ page: "question", id: question.id });
    });
  };
  return (
    <Shell title="What do you want to know?">
      <NoCard />
      <form
        className="panel panel--form"
        noValidate
        data-testid="question-form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {error === null || isOfField(of) ? null : <Trouble error={error} />}
        <Stalled {...stalled} />
        <TextField
          ref={titleField}
          label="Your question in one line"
          type="text"
          autoComplete="off"
          maxLength={200}
          testId="title-input"
          value={draft.title}
          problem={problems.title ?? of("/title")}
          onChange={(title) => edit({ title })}
        />
        <TextArea
          ref={bodyField}
          label="What should a consultant know beforehand?"
          rows={7}
          maxLength={10_000}
          testId="body-input"
          hint="What you want to reach, what you tried, what happened instead. It is shown to those who are asked."
          value={draft.body}
          problem={problems.body ?? of("/body")}
          onChange={(body) => edit({ body })}
        />
        <TagField
          label="What it is about"
          tags={tags}
          most={mostTags.question}
          hint={tagHint(suggestions, tags.length)}
          problem={of("/tags")}
          testId="question-tags"
          text={tagText}
          onText={setTagText}
          onAdd={addTags}
          onRemove={removeTag}
        />
        <AmountField
          ref={budgetField}
          label="Hourly budget (optional)"
          hint="Only consultants whose hour costs no more are asked."
          amount={draft.budget}
          currency={draft.currency}
          problem={problems.budget ?? of("/budget/amount") ?? of("/budget")}
          testId="budget-input"
          required={false}
          onAmount={(budget) => edit({ budget })}
          onCurrency={(currency) => edit({ currency })}
        />
        <PriceNote freeSeconds={freeSeconds} budget={draft.budget} currency={draft.currency} />
        <SendButton
          isSending={attempt.name === "sending"}
          label="Find a consultant now"
          labelWhileSending="Posting…"
          testId="ask-button"
        />
      </form>
      <DeviceCheck />
      <AvailableNow
        api={api}
        freeSeconds={freeSeconds}
        title="Who is free now"
        tags={tags}
        nobody="Nobody is free at this moment. You can ask all the same: your question waits in line, and whoever comes is asked at once."
      />
    </Shell>
  );
}

/** Suggestions that are refused are not waited for; a network that is away is. */
function noneUnlessAway(error: unknown): readonly string[] {
  if (error instanceof ApiError && error.failure.kind === "network") throw error;
  return [];
}

interface Problems {
  readonly title?: string;
  readonly body?: string;
  readonly budget?: string;
}

function check({ title, body, budget, currency }: Draft): Problems {
  return {
    ...(Array.from(title.trim()).length < 3 ? { title: "Put your question into a line of at least 3 characters." } : {}),
    ...(body.trim() === "" ? { body: "Write a few words about it: they decide who is asked." } : {}),
    ...(budget.trim() !== "" && parseAmount(budget, currency) === null
      ? { budget: "Write an amount like 120 or 99.50, or leave it empty." } : {}),
  };
}

function isOfField(of: (pointer: string) => string | null): boolean {
  return ["/title", "/body", "/tags", "/budget", "/budget/amount"].some((pointer) => of(pointer) !== null);
}

function tagHint({ state }: Suggestions, count: number): string {
  switch (state) {
    case "none":
      return "Suggested from what you write. Take away what is wrong, and add what is missing.";
    case "asking":
      return "Looking for fitting tags…";
    case "fresh":
      return count === 0
        ? "Nothing stands out. Add a word or two, or leave it to us."
        : "Take away what is wrong, and add what is missing.";
    case "failed":
      return "No suggestions at the moment. Add some yourself, or leave it to us.";
  }
}
