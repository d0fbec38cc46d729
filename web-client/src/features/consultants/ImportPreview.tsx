import { useState } from "react";
import type { LinkedInPreview } from "../../api/linkedin";
import { Button } from "../../ui/Button";
import { CheckField } from "../../ui/Field";
import { partsOf } from "./draft";
import type { ImportPart } from "./draft";

export interface ImportPreviewProps {
  readonly preview: LinkedInPreview;
  readonly onTake: (parts: readonly ImportPart[]) => void;
  readonly onCancel: () => void;
}

const labels: { readonly [part in ImportPart]: string } = {
  headline: "Headline", bio: "What you have done", tags: "Fields",
};

/** What an import would bring, each part to be taken or left. */
export function ImportPreview({ preview, onTake, onCancel }: ImportPreviewProps) {
  const brought = partsOf(preview);
  const [left, setLeft] = useState<readonly ImportPart[]>([]);
  const taken = brought.filter((part) => !left.includes(part));
  if (brought.length === 0) {
    return (
      <>
        <p data-testid="linkedin-nothing">They bring nothing that your profile does not say already.</p>
        <div className="panel__actions"><Button onClick={onCancel}>Close</Button></div>
      </>
    );
  }
  return (
    <>
      <div className="import" data-testid="linkedin-preview">
        {brought.map((part) => (
          <div key={part} className="import__part">
            <CheckField
              label={labels[part]}
              checked={taken.includes(part)}
              onChange={(on) => setLeft(on ? left.filter((one) => one !== part) : [...left, part])}
            />
            <Brought part={part} preview={preview} />
          </div>
        ))}
      </div>
      <div className="panel__actions">
        <Button look="primary" data-testid="linkedin-take" disabled={taken.length === 0} onClick={() => onTake(taken)}>
          Put it into the form
        </Button>
        <Button onClick={onCancel}>Leave it</Button>
      </div>
    </>
  );
}

function Brought({ part, preview }: { readonly part: ImportPart; readonly preview: LinkedInPreview }) {
  switch (part) {
    case "headline":
      return <p className="plain-text">{preview.headline}</p>;
    case "bio":
      return <div className="plain-text plain-text--lines import__text" role="region" aria-label={labels.bio} tabIndex={0}>{preview.bio}</div>;
    case "tags":
      return (
        <ul className="tags">
          {preview.suggestedTags.map((tag) => <li key={tag} className="tag tag--plain">{tag}</li>)}
        </ul>
      );
  }
}
