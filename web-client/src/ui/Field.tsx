import { forwardRef, useId } from "react";

export interface Option {
  readonly id: string;
  readonly label: string;
}

export interface SelectFieldProps {
  readonly label: string;
  readonly value: string | null;
  readonly options: readonly Option[];
  readonly onChange: (id: string) => void;
  /** Said in place of a choice when there is nothing to choose. */
  readonly none: string;
}

export function SelectField({ label, value, options, onChange, none }: SelectFieldProps) {
  const id = useId();
  const known = options.some((option) => option.id === value);
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className="field__control"
        value={known ? value ?? "" : options[0]?.id ?? ""}
        disabled={options.length === 0}
        onChange={(event) => onChange(event.target.value)}
      >
        {options.length === 0 ? <option value="">{none}</option> : null}
        {options.map((option) => (
          <option key={option.id} value={option.id}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}

export interface CheckFieldProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function CheckField({ label, checked, onChange }: CheckFieldProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  );
}

export interface TextAreaProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly rows: number;
  readonly maxLength: number;
  readonly hint?: string;
  readonly problem?: string | null;
  readonly testId?: string;
  readonly required?: boolean;
}

/** Several lines of plain text. */
export const TextArea = forwardRef<HTMLTextAreaElement, TextAreaProps>(function TextArea(
  { label, value, onChange, rows, maxLength, hint, problem = null, testId, required = true },
  ref,
) {
  const id = useId();
  const described = [hint === undefined ? null : `${id}-hint`, problem === null ? null : `${id}-problem`];
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>{label}</label>
      <textarea
        ref={ref}
        id={id}
        className="field__control field__control--lines"
        rows={rows}
        maxLength={maxLength}
        required={required}
        value={value}
        aria-invalid={problem !== null}
        aria-describedby={described.filter((name) => name !== null).join(" ") || undefined}
        data-testid={testId}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint === undefined ? null : <p id={`${id}-hint`} className="field__hint">{hint}</p>}
      <p id={`${id}-problem`} className="field__problem" aria-live="polite">{problem}</p>
    </div>
  );
});

export interface TextFieldProps {
  readonly label: string;
  readonly type: "email" | "password" | "text";
  readonly autoComplete: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  /** What is wrong with the value; null where nothing is. Read out when it appears, and with the field. */
  readonly problem?: string | null;
  readonly testId?: string;
  readonly required?: boolean;
  readonly inputMode?: "decimal" | "text";
  readonly maxLength?: number;
}

export const TextField = forwardRef<HTMLInputElement, TextFieldProps>(function TextField(
  { label, type, autoComplete, value, onChange, hint, problem = null, testId, required = true, inputMode, maxLength },
  ref,
) {
  const id = useId();
  const described = [hint === undefined ? null : `${id}-hint`, problem === null ? null : `${id}-problem`];
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>{label}</label>
      <input
        ref={ref}
        id={id}
        className="field__control"
        type={type}
        autoComplete={autoComplete}
        inputMode={inputMode}
        maxLength={maxLength}
        autoCapitalize={type === "text" ? undefined : "none"}
        spellCheck={type === "text"}
        required={required}
        value={value}
        aria-invalid={problem !== null}
        aria-describedby={described.filter((name) => name !== null).join(" ") || undefined}
        data-testid={testId}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint === undefined ? null : <p id={`${id}-hint`} className="field__hint">{hint}</p>}
      <p id={`${id}-problem`} className="field__problem" aria-live="polite">{problem}</p>
    </div>
  );
});
