import { forwardRef, useId } from "react";
import { currencies } from "../api/amount";

export interface AmountFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly amount: string;
  readonly currency: string;
  readonly problem: string | null;
  readonly testId: string;
  readonly required: boolean;
  readonly onAmount: (text: string) => void;
  readonly onCurrency: (currency: string) => void;
}

/** An amount of money and its currency. */
export const AmountField = forwardRef<HTMLInputElement, AmountFieldProps>(function AmountField(
  { label, hint, amount, currency, problem, testId, required, onAmount, onCurrency },
  ref,
) {
  const id = useId();
  const known: readonly string[] = currencies;
  const options = known.includes(currency) ? known : [currency, ...known];
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>{label}</label>
      <div className="amount">
        <input
          ref={ref}
          id={id}
          className="field__control amount__number"
          type="text"
          inputMode="decimal"
          autoComplete="off"
          maxLength={13}
          required={required}
          value={amount}
          aria-invalid={problem !== null}
          aria-describedby={`${id}-hint ${id}-problem`}
          data-testid={testId}
          onChange={(event) => onAmount(event.target.value)}
        />
        <select
          className="field__control amount__currency"
          aria-label={`${label}: currency`}
          value={currency}
          onChange={(event) => onCurrency(event.target.value)}
        >
          {options.map((code) => <option key={code} value={code}>{code.toUpperCase()}</option>)}
        </select>
      </div>
      <p id={`${id}-hint`} className="field__hint">{hint}</p>
      <p id={`${id}-problem`} className="field__problem" aria-live="polite">{problem}</p>
    </div>
  );
});
