/** `75` → `1:15`, `3675` → `1:01:15`; the minutes of a short time have two digits: `01:15`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** In words, for screen readers and sentences: `1 minute 15 seconds`. */
export function spokenDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const part = (value: number, unit: string) => (value === 0 ? [] : [`${value} ${unit}${value === 1 ? "" : "s"}`]);
  const parts = [
    ...part(Math.floor(whole / 3600), "hour"),
    ...part(Math.floor(whole / 60) % 60, "minute"),
    ...part(whole % 60, "second"),
  ];
  return parts.length === 0 ? "0 seconds" : parts.join(" ");
}
