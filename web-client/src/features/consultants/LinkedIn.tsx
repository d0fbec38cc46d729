import { useId, useRef, useState } from "react";
import { previewLinkedIn } from "../../api/linkedin";
import type { LinkedInPreview } from "../../api/linkedin";
import { useMarket } from "../../app/market";
import { Button } from "../../ui/Button";
import { Banner } from "../../ui/Banner";
import { Dialog } from "../../ui/Dialog";
import { Trouble } from "../../ui/Trouble";
import { useAttempt } from "../../ui/useAttempt";
import type { ImportPart } from "./draft";
import { importOf } from "./files";
import { ImportPreview } from "./ImportPreview";

export interface LinkedInProps {
  /** Puts the chosen parts into the form, where they can be changed before they are stored. */
  readonly onTake: (preview: LinkedInPreview, parts: readonly ImportPart[]) => void;
}

/** Fills the form from LinkedIn's data export. */
export function LinkedIn({ onTake }: LinkedInProps) {
  const { api } = useMarket();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [attempt, begin] = useAttempt();
  const [problem, setProblem] = useState<string | null>(null);
  const [preview, setPreview] = useState<LinkedInPreview | null>(null);
  const [news, setNews] = useState("");

  const read = (files: readonly File[]) => {
    setNews("");
    setProblem(null);
    begin(async () => {
      const content = await importOf(files);
      if (typeof content === "string") setProblem(content);
      else setPreview(await previewLinkedIn(api, content));
    });
  };
  const error = attempt.name === "failed" ? attempt.error : null;
  const unreadable = error?.failure.kind === "refused" && error.failure.status === 422 ? error.failure.errors : [];
  return (
    <section className="panel" aria-labelledby={`${id}-title`} data-testid="linkedin">
      <h2 id={`${id}-title`}>Fill it in from LinkedIn</h2>
      <p className="field__hint" id={`${id}-hint`}>
        LinkedIn sends you your data under Settings, Data privacy, Get a copy of your data. Choose Profile.csv, Positions.csv and
        Skills.csv of it together. You see what they bring before anything changes.
      </p>
      {problem === null ? null : <Banner tone="error" title="These files cannot be read" testId="error"><p>{problem}</p></Banner>}
      {error === null || unreadable.length > 0 ? null : <Trouble error={error} />}
      {unreadable.length === 0 ? null : (
        <Banner tone="error" title="These files cannot be read" testId="error">
          <p>{unreadable.map(({ pointer, detail }) => `${pointer.replace(/^\/(files\/)?/, "")}: ${detail}`).join(" ")}</p>
        </Banner>
      )}
      <input
        ref={input}
        id={`${id}-files`}
        className="visually-hidden"
        type="file"
        accept=".csv,.json,text/csv,application/json"
        multiple
        tabIndex={-1}
        aria-label="Files of LinkedIn’s data export"
        data-testid="linkedin-files"
        onChange={(event) => {
          const files = Array.from(event.target.files ?? []);
          event.target.value = "";
          if (files.length > 0) read(files);
        }}
      />
      <div className="panel__actions">
        <Button
          data-testid="linkedin-button"
          aria-describedby={`${id}-hint`}
          aria-disabled={attempt.name === "sending"}
          onClick={() => input.current?.click()}
        >
          {attempt.name === "sending" ? "Reading…" : "Choose the files…"}
        </Button>
      </div>
      <p role="status" data-testid="linkedin-news">{news}</p>
      {preview === null ? null : (
        <Dialog title="What LinkedIn brings" onClose={() => setPreview(null)}>
          <ImportPreview
            preview={preview}
            onCancel={() => setPreview(null)}
            onTake={(parts) => {
              onTake(preview, parts);
              setPreview(null);
              setNews("It stands in the form below. Look it over, then save it.");
            }}
          />
        </Dialog>
      )}
    </section>
  );
}
