import { CardPage } from "../../../ui/CardPage";
import { LinkForm } from "./LinkForm";
import type { LinkTrouble } from "./LinkForm";

export interface LinkPageProps {
  readonly trouble: LinkTrouble;
  readonly onToken: (token: string) => void;
}

/** Where one lands without a usable link, on a server that carries calls and nothing else. */
export function LinkPage({ trouble, onToken }: LinkPageProps) {
  return (
    <CardPage title="Join a call">
      <LinkForm trouble={trouble} isMain onToken={onToken} />
    </CardPage>
  );
}
