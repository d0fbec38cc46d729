export interface RadioListProps<V extends string> {
  readonly legend: string;
  readonly name: string;
  readonly value: V | null;
  readonly options: readonly { readonly id: V; readonly label: string; readonly text?: string }[];
  readonly problem?: string | null;
  readonly onChoose: (value: V) => void;
  /** Each radio button has it with its value behind. */
  readonly testId: string;
}

/** One of several, each with what it means. */
export function RadioList<V extends string>({ legend, name, value, options, problem = null, onChoose, testId }: RadioListProps<V>) {
  return (
    <fieldset className="choice">
      <legend className="field__label">{legend}</legend>
      {options.map(({ id, label, text }) => (
        <label key={id} className="choice__option">
          <input
            type="radio" name={name} value={id} checked={value === id} data-testid={`${testId}-${id}`}
            onChange={() => onChoose(id)}
          />
          <span>{label}</span>
          {text === undefined ? null : <span className="choice__text">{text}</span>}
        </label>
      ))}
      <p className="field__problem" aria-live="polite">{problem}</p>
    </fieldset>
  );
}
