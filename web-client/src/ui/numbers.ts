/** Numbers as people of this browser's language read them. */
export const unknown = "–";

export function percent(value: number | null, digits = 0): string {
  if (value === null) return unknown;
  return new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: digits }).format(value);
}

export function decimal(value: number | null, digits: number): string {
  if (value === null) return unknown;
  return new Intl.NumberFormat(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

export function count(value: number): string {
  return new Intl.NumberFormat().format(value);
}

const units = { day: 86_400, hour: 3_600, minute: 60, second: 1 } as const;

/** A length of time by its two largest units: `2 min 5 s`, `3 h`, `1 d 4 h`. */
export function duration(seconds: number | null): string {
  if (seconds === null) return unknown;
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const unit of Object.keys(units) as (keyof typeof units)[]) {
    const amount = Math.floor(rest / units[unit]);
    rest -= amount * units[unit];
    const isBegun = parts.length > 0;
    if (amount > 0) parts.push(new Intl.NumberFormat(undefined, { style: "unit", unit, unitDisplay: "short" }).format(amount));
    if (isBegun) break;
  }
  return parts.length === 0 ? new Intl.NumberFormat(undefined, { style: "unit", unit: "second", unitDisplay: "short" }).format(0) : parts.join(" ");
}

export function bitrate(bits: number | null): string {
  if (bits === null) return unknown;
  const isLarge = bits >= 1_000_000;
  const unit = isLarge ? "megabit-per-second" : "kilobit-per-second";
  return new Intl.NumberFormat(undefined, { style: "unit", unit, maximumFractionDigits: isLarge ? 1 : 0 })
    .format(bits / (isLarge ? 1_000_000 : 1_000));
}

export function milliseconds(seconds: number | null): string {
  if (seconds === null) return unknown;
  return new Intl.NumberFormat(undefined, { style: "unit", unit: "millisecond", maximumFractionDigits: 0 }).format(seconds * 1000);
}
