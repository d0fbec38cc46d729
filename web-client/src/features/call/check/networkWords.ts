/** What the check says of the network, in words of somebody who wants to call. */
import { judgeReading, weakDirection } from "../../../call/probe/judge";
import type { Direction, Reading } from "../../../call/probe/reading";
import type { TrialOutcome, TrialStep } from "../../../call/probe/trial";
import { rounds } from "../../../call/roundTrips";
import type { NetworkReport } from "../../../call/roundTrips";
import type { NetworkFinding } from "./useNetworkTest";
import type { Verdict } from "./words";

const nearer = "Go nearer to your router or take a cable, and stop downloads meanwhile.";

export function networkVerdict(finding: NetworkFinding): Verdict {
  switch (finding.kind) {
    case "asking":
      return { grade: "waiting", text: "Asking the server for a trial call…" };
    case "trying":
      return { grade: "waiting", text: stepWords(finding.step) };
    case "pinging":
      return { grade: "waiting", text: `Asking the server… ${finding.done} of ${rounds}` };
    case "tried":
      return trialVerdict(finding.outcome);
    case "pinged":
      return pingVerdict(finding.report, finding.isStraight);
    case "too-often":
      return { grade: "waiting", text: `You have tested often. Test again ${later(finding.seconds)}.` };
  }
}

function later(seconds: number | null): string {
  if (seconds === null || seconds > 90) return "in a few minutes";
  return seconds === 1 ? "in a second" : `in ${seconds} seconds`;
}

function stepWords(step: TrialStep): string {
  switch (step.name) {
    case "entering":
      return "Calling the server…";
    case "connecting":
      return "Looking for a way through your network…";
    case "measuring":
      return `Trying a call with the server… ${step.seconds} s`;
  }
}

function trialVerdict(outcome: Exclude<TrialOutcome, { readonly kind: "straight" | "unable" }>): Verdict {
  switch (outcome.kind) {
    case "measured":
      return readingVerdict(outcome.reading);
    case "blocked":
      return {
        grade: "bad",
        text: "Calls cannot get through your network, although web pages can. Try another network, your phone's for instance, or switch "
          + "a VPN off. In a company, ask those who run the network to let calls through to this site.",
      };
    case "unreachable":
      return { grade: "bad", text: "The server that connects calls does not answer. Check your connection, then test again." };
    case "away":
      return { grade: "waiting", text: "The test stopped when you left this page. Test again, and stay here for some seconds." };
  }
}

function readingVerdict(reading: Reading): Verdict {
  const detail = `${wayWords(reading)} ${figures(reading)}`;
  switch (judgeReading(reading)) {
    case "video":
      return { grade: "good", text: "Your connection is good for video.", detail };
    case "choppy":
      return { grade: "fair", text: `Video will be choppy${blame(reading)}; sound should be fine. ${nearer}`, detail };
    case "sound":
      return {
        grade: "fair", text: `Your connection carries sound, but hardly video${blame(reading)}. Leave your camera off, or: ${lower(nearer)}`, detail,
      };
    case "weak":
      return { grade: "bad", text: `Your connection is too weak for a call${blame(reading)}. ${nearer} Then test again.`, detail };
  }
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function blame(reading: Reading): string {
  switch (weakDirection(reading)) {
    case "up":
      return " for the other side";
    case "down":
      return " for you";
    case null:
      return "";
  }
}

function wayWords({ way }: Reading): string {
  switch (way) {
    case "udp":
      return "Calls take the direct way.";
    case "tcp":
      return "Your network blocks the fast way (UDP), so calls take a slower one.";
    case "turn":
      return "Your network blocks the direct way, so calls take a detour.";
  }
}

function figures({ roundTrip, up, down }: Reading): string {
  const trip = roundTrip === null ? "" : `, ${roundTrip} ms there and back`;
  return `Sent ${rate(up)}, received ${rate(down)}${trip}, ${percent(Math.max(up.loss, down.loss))} lost.`;
}

function rate({ bitrate }: Direction): string {
  return bitrate >= 1_000_000 ? `${(bitrate / 1_000_000).toFixed(1)} Mbit/s` : `${Math.round(bitrate / 1_000)} kbit/s`;
}

function percent(part: number): string {
  if (part === 0) return "nothing";
  return part < 0.01 ? "less than 1 %" : `${Math.round(part * 100)} %`;
}

function pingVerdict(report: NetworkReport, isStraight: boolean): Verdict {
  const measured = isStraight
    ? "Only the way to the server was measured: calls here go straight between you and the other side."
    : "Only the way to the server was measured; a trial call was not possible just now.";
  switch (report.grade) {
    case "good":
      return { grade: "good", text: `Your network is good: the server answers within ${report.roundTrip} ms.`, detail: measured };
    case "fair":
      return {
        grade: "fair",
        text: `Your network will do: the server answers within ${report.roundTrip} ms, give or take ${report.spread} ms. Pictures may stutter; near your router it gets better.`,
        detail: measured,
      };
    case "poor":
      return {
        grade: "bad",
        text: `Your network is weak: ${report.answered} of ${report.asked} answers came, within ${report.roundTrip} ms. ${nearer}`,
        detail: measured,
      };
    case "none":
      return { grade: "bad", text: "The server does not answer. Check your connection, then test again." };
  }
}
