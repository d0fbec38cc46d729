/** Amounts as people type them, and as the API has them. */
import type { Money } from "../signaling/messages";

export const currencies = ["usd", "eur", "gbp", "chf", "jpy"] as const;

/** How many digits a currency has behind its point. */
export function digitsOf(currency: string): number {
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency: currency.toUpperCase() });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** Minor units of what was typed; null where it is no amount above zero, or has too many digits. */
export function parseAmount(text: string, currency: string): Money | null {
  const match = /^(\d{1,9})(?:[.,](\d{1,3}))?$/.exec(text.trim());
  if (match === null) return null;
  const digits = digitsOf(currency);
  const fraction = match[2] ?? "";
  if (fraction.length > digits) return null;
  // In whole numbers all the way: money is never a fraction.
  const amount = Number((match[1] ?? "") + fraction.padEnd(digits, "0"));
  return amount > 0 && amount <= 100_000_000 ? { amount, currency } : null;
}

/** The amount as it would be typed. */
export function amountText({ amount, currency }: Money): string {
  const digits = digitsOf(currency);
  if (digits === 0) return String(amount);
  const text = String(amount).padStart(digits + 1, "0");
  const fraction = text.slice(-digits);
  const whole = text.slice(0, -digits);
  return /^0+$/.test(fraction) ? whole : `${whole}.${fraction}`;
}
