/** What a call costs, said before anything is asked. */
import { formatMoney } from "../call/billing";
import type { Money } from "../signaling/messages";

/** What so many seconds cost, rounded half up as the server rounds. */
export function priceOf(rate: Money, seconds: number): Money {
  return { ...rate, amount: Math.floor((rate.amount * seconds * 2 + 3_600) / 7_200) };
}

/** An amount without its zeros where it is a whole one: `$120`. */
export function plainMoney(money: Money, locale?: string): string {
  try {
    const format = new Intl.NumberFormat(locale, { style: "currency", currency: money.currency.toUpperCase() });
    const digits = format.resolvedOptions().maximumFractionDigits;
    if (digits === 0 || money.amount % 10 ** digits !== 0) return formatMoney(money, locale);
    return new Intl.NumberFormat(locale, {
      style: "currency", currency: money.currency.toUpperCase(), minimumFractionDigits: 0, maximumFractionDigits: 0,
    }).format(money.amount / 10 ** digits);
  } catch {
    return formatMoney(money, locale);
  }
}

/** `10 minutes`, `20 seconds`, `1 minute 30 seconds`. */
export function freeTime(seconds: number): string {
  const part = (value: number, unit: string) => (value === 0 ? [] : [`${value} ${unit}${value === 1 ? "" : "s"}`]);
  const parts = [...part(Math.floor(seconds / 60), "minute"), ...part(seconds % 60, "second")];
  return parts.length === 0 ? "0 seconds" : parts.join(" ");
}

/** `$120/h, free under 10 minutes, then $20.00, then by the second`. */
export function priceWords(rate: Money, freeSeconds: number | null, locale?: string): string {
  const perHour = `${plainMoney(rate, locale)}/h`;
  if (freeSeconds === null) return perHour;
  if (freeSeconds === 0) return `${perHour}, by the second`;
  const first = formatMoney(priceOf(rate, freeSeconds), locale);
  return `${perHour}, free under ${freeTime(freeSeconds)}, then ${first}, then by the second`;
}

/** The same before a rate is known. */
export function freeWords(freeSeconds: number | null): string {
  return freeSeconds === null || freeSeconds === 0
    ? "You pay by the second."
    : `A call that ends within ${freeTime(freeSeconds)} costs nothing.`;
}

/** Why a card is asked for. */
export function withoutCard(freeSeconds: number | null): string {
  return freeSeconds === null || freeSeconds === 0
    ? "Without a card no call can be paid for."
    : `Calls are free under ${freeTime(freeSeconds)}; without a card a call ends then.`;
}
