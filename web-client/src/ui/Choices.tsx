export interface ChoicesProps<V extends string> {
  readonly label: string;
  readonly value: V;
  readonly options: readonly (readonly [value: V, label: string])[];
  readonly onChoose: (value: V) => void;
  readonly testId: string;
}

/** A few ways of looking at the same, one at a time. */
export function Choices<V extends string>({ label, value, options, onChoose, testId }: ChoicesProps<V>) {
  return (
    <div className="choices" role="group" aria-label={label}>
      {options.map(([one, name]) => (
        <button
          key={one}
          type="button"
          className="choices__choice"
          aria-pressed={one === value}
          data-testid={`${testId}-${one}`}
          onClick={() => onChoose(one)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
