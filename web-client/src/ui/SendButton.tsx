import { Button } from "./Button";

export interface SendButtonProps {
  readonly isSending: boolean;
  readonly label: string;
  readonly labelWhileSending: string;
  readonly testId: string;
  /** Without it, the button sends its form. */
  readonly onClick?: () => void;
}

/** Keeps the focus while a request is under way, which a disabled button would lose. */
export function SendButton({ isSending, label, labelWhileSending, testId, onClick }: SendButtonProps) {
  return (
    <Button
      look="primary"
      type={onClick === undefined ? "submit" : "button"}
      aria-disabled={isSending}
      data-testid={testId}
      onClick={onClick}
    >
      {isSending ? labelWhileSending : label}
    </Button>
  );
}
