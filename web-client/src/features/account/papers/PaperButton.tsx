import { Button } from "../../../ui/Button";
import { Trouble } from "../../../ui/Trouble";
import { useAttempt } from "../../../ui/useAttempt";
import { fileName, save } from "./save";

export interface PaperButtonProps {
  readonly label: string;
  /** Says what it is for those who do not see where it stands. */
  readonly describes: string;
  readonly load: () => Promise<Blob>;
  readonly name: string;
  readonly ending: "html" | "pdf" | "json" | "zip";
  readonly testId: string;
}

/** Gets a paper from the API, which wants to know who asks, and saves it. */
export function PaperButton({ label, describes, load, name, ending, testId }: PaperButtonProps) {
  const [attempt, begin] = useAttempt();
  return (
    <>
      <Button
        data-testid={testId}
        aria-label={`${label}: ${describes}`}
        aria-disabled={attempt.name === "sending"}
        onClick={() => begin(async () => save(await load(), fileName(name, ending)))}
      >
        {attempt.name === "sending" ? "Getting it…" : label}
      </Button>
      {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
    </>
  );
}
