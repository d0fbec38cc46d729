import { Dialog } from "../../ui/Dialog";
import { CheckField } from "../../ui/Field";

const keys = [
  ["m", "Mute or unmute"],
  ["v", "Camera on or off"],
  ["s", "Share the screen or stop"],
  ["c", "Open or close the chat"],
  ["l", "Pictures side by side, or the other one large"],
  ["o", "Show or hide your own picture"],
  ["f", "Full screen, or back"],
  ["Esc", "Close the chat or a dialog"],
  ["?", "This help"],
] as const;

export interface HelpDialogProps {
  readonly shortcuts: boolean;
  readonly onShortcuts: (on: boolean) => void;
  readonly onClose: () => void;
}

export function HelpDialog({ shortcuts, onShortcuts, onClose }: HelpDialogProps) {
  return (
    <Dialog title="Help" onClose={onClose}>
      <p>
        The clock shows the time that counts: it runs only while sound or pictures arrive from both sides, and the server
        alone keeps it.
      </p>
      <dl className="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <CheckField label="Use single-key shortcuts" checked={shortcuts} onChange={onShortcuts} />
    </Dialog>
  );
}
