import { Banner } from "./Banner";
import { Button } from "./Button";
import type { Persistence } from "./usePersistence";

/** Says so while a request is made again by itself. */
export function Stalled({ isStalled, giveUp }: Pick<Persistence, "isStalled" | "giveUp">) {
  if (!isStalled) return null;
  return (
    <Banner tone="warn" title="The server does not answer" testId="stalled" action={<Button onClick={giveUp}>Stop trying</Button>}>
      <p>Trying again by itself. Nothing is lost, and nothing is done twice.</p>
    </Banner>
  );
}
