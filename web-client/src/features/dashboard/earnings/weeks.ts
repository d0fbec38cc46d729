/** Earnings by week, ready to be drawn: for each currency every week, those without a call, too. */
import type { Earnings } from "../../../api/moneyShapes";
import type { Money } from "../../../signaling/messages";

type Week = Earnings["weeks"][number];

export interface WeekBar {
  /** The Monday it begins with, as `2026-11-23`. */
  readonly start: string;
  readonly sessions: number;
  readonly charged: Money;
  readonly fee: Money;
  readonly earned: Money;
  /** Part of the highest week of this currency, 0 to 1. */
  readonly part: number;
}

export interface WeekChart {
  readonly currency: string;
  readonly bars: readonly WeekBar[];
}

const week = 7 * 86_400_000;
/** More bars than this cannot be told apart; the newest are shown. */
const mostBars = 53;

export function chartsOf({ weeks }: Pick<Earnings, "weeks">): readonly WeekChart[] {
  const currencies = Array.from(new Set(weeks.map(({ earned }) => earned.currency)));
  return currencies.map((currency) => ({
    currency, bars: barsOf(weeks.filter(({ earned }) => earned.currency === currency), currency),
  }));
}

function barsOf(weeks: readonly Week[], currency: string): readonly WeekBar[] {
  const known = new Map(weeks.map((one) => [one.start.slice(0, 10), one]));
  const days = Array.from(known.keys()).sort();
  const first = Date.parse(`${days[0] ?? ""}T00:00:00Z`);
  const last = Date.parse(`${days[days.length - 1] ?? ""}T00:00:00Z`);
  if (Number.isNaN(first) || Number.isNaN(last)) return [];
  const none = { amount: 0, currency };
  const highest = Math.max(1, ...weeks.map(({ earned }) => earned.amount));
  const bars: WeekBar[] = [];
  for (let time = Math.max(first, last - (mostBars - 1) * week); time <= last; time += week) {
    const start = new Date(time).toISOString().slice(0, 10);
    const { sessions, charged, fee, earned } = known.get(start) ?? { sessions: 0, charged: none, fee: none, earned: none };
    bars.push({ start, sessions, charged, fee, earned, part: Math.max(0, earned.amount) / highest });
  }
  return bars;
}
