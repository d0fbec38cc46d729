import { useId } from "react";
import { Button } from "../../../ui/Button";

export interface RangeFormProps {
  readonly from: string | null;
  readonly to: string | null;
  readonly onFrom: (day: string | null) => void;
  readonly onTo: (day: string | null) => void;
}

/** From when to when; each day may be left open. */
export function RangeForm({ from, to, onFrom, onTo }: RangeFormProps) {
  const id = useId();
  const isWrong = from !== null && to !== null && from > to;
  return (
    <div className="range" role="group" aria-label="Time">
      <Day id={`${id}-from`} label="From" value={from} testId="from-input" onChange={onFrom} />
      <Day id={`${id}-to`} label="Until" value={to} testId="to-input" onChange={onTo} />
      {from === null && to === null ? null : (
        <Button
          onClick={() => {
            onFrom(null);
            onTo(null);
          }}
        >
          All time
        </Button>
      )}
      <p className="field__problem" aria-live="polite">{isWrong ? "The first day is after the last one." : null}</p>
    </div>
  );
}

interface DayProps {
  readonly id: string;
  readonly label: string;
  readonly value: string | null;
  readonly testId: string;
  readonly onChange: (day: string | null) => void;
}

function Day({ id, label, value, testId, onChange }: DayProps) {
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>{label}</label>
      <input
        id={id}
        className="field__control"
        type="date"
        value={value ?? ""}
        data-testid={testId}
        onChange={(event) => onChange(event.target.value === "" ? null : event.target.value)}
      />
    </div>
  );
}
