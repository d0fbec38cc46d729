export interface SwitchProps {
  readonly label: string;
  readonly isOn: boolean;
  /** A change is under way; it keeps the focus meanwhile. */
  readonly isBusy?: boolean;
  readonly disabled?: boolean;
  readonly testId: string;
  readonly onToggle: () => void;
}

/** On or off, with effect at once. */
export function Switch({ label, isOn, isBusy = false, disabled = false, testId, onToggle }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={isOn}
      aria-disabled={isBusy}
      className="switch"
      data-testid={testId}
      disabled={disabled}
      onClick={onToggle}
    >
      <span className="switch__track" aria-hidden="true"><span className="switch__knob" /></span>
      <span className="switch__label">{label}</span>
    </button>
  );
}
