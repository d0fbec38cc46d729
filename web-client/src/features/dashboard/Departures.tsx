import type { Departed } from "./desk";
import { IconButton } from "../../ui/Button";
import { departedWords } from "./words";

export interface DeparturesProps {
  readonly departed: readonly Departed[];
  readonly onDismiss: (requestId: string) => void;
}

/** Requests that vanished, with a word why. */
export function Departures({ departed, onDismiss }: DeparturesProps) {
  return (
    <div role="status">
      <ul className="departures" aria-label="No longer open">
        {departed.map(({ requestId, title, reason }) => (
          <li key={requestId} className="departure" data-testid="departed" data-reason={reason}>
            <span><strong className="plain-text">{title}</strong> {departedWords(reason)}</span>
            <IconButton icon="close" label={`Dismiss: ${title}`} onClick={() => onDismiss(requestId)} />
          </li>
        ))}
      </ul>
    </div>
  );
}
