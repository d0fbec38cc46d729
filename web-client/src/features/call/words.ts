/** The one place where reasons become sentences. */
import { formatMoney, secondsLeft, timeLeft } from "../../call/billing";
import type { Warning } from "../../call/billing";
import { formatClock, spokenDuration } from "../../call/clock";
import type { MediaProblem } from "../../call/mediaProblem";
import type { CallState, ConnectionSummary, EndedReason, JoinError, WeakSide } from "../../call/state";
import { counterpart, summarize } from "../../call/state";
import type { BillingStatus, Money, Quality } from "../../signaling/messages";
import type { Advice } from "../../ui/advice";

type SourceName = "microphone" | "camera" | "screen";

export function adviceFor(problem: MediaProblem, source: SourceName): Advice {
  const Source = source === "camera" ? "Camera" : source === "microphone" ? "Microphone" : "Screen";
  switch (problem) {
    case "refused":
      return {
        title: `${Source} access was refused`,
        whatToDo: `Allow the ${source} for this site in the browser's address bar, then try again.`,
      };
    case "absent":
      return {
        title: `No ${source} was found`,
        whatToDo: `Connect one and try again, or join without it.`,
      };
    case "busy":
      return {
        title: `The ${source} could not be started`,
        whatToDo: "Another program may be using it. Close that program and try again.",
      };
    case "insecure":
      return {
        title: `This page may not use the ${source}`,
        whatToDo: "Browsers allow that on secure pages only. Open the link with https:// to be seen and heard.",
      };
    case "gone":
      return {
        title: `The ${source} was disconnected`,
        whatToDo: "Connect it again or choose another one in the device settings.",
      };
    case "unknown":
      return { title: `The ${source} could not be started`, whatToDo: "Try again, or choose another device." };
  }
}

export function joinErrorWords(error: JoinError): Advice {
  const reason = error.reason.startsWith("token_") && error.reason !== "token_expired"
    ? "unauthenticated"
    : error.reason;
  switch (reason) {
    case "room_full":
      return { title: "The room is full", whatToDo: "Two people are in this call already. Ask them for a new link." };
    case "token_expired":
      return { title: "This link has expired", whatToDo: "Ask for a new one." };
    case "unauthenticated":
    case "forbidden":
    case "wrong_user":
      return {
        title: "The server does not accept this link",
        whatToDo: "It may have expired or belong to another server. Ask for a new link.",
      };
    case "replaced":
      return { title: "You joined elsewhere", whatToDo: "The call goes on in the other tab or on the other device." };
    case "rejected":
      return {
        title: "The server refused this connection",
        whatToDo: "Reload the page to get the current version, then join again.",
      };
    case "server_full":
    case "draining":
    case "busy":
    case "rate_limited":
    case "unavailable":
    case "timeout":
      return { title: "The server is busy", whatToDo: "Wait a moment, then join again." };
    default:
      return { title: "Joining did not work", whatToDo: `The server said: ${error.message || error.reason}.` };
  }
}

export function connectionWords(summary: ConnectionSummary): string {
  switch (summary) {
    case "connecting":
      return "Connecting";
    case "waiting":
      return "Waiting";
    case "connected":
      return "Connected";
    case "reconnecting":
      return "Reconnecting";
    case "offline":
      return "Offline";
    case "peer-reconnecting":
      return "Other side reconnecting";
    case "failed":
      return "No media";
    case "ended":
      return "Ended";
  }
}

export interface ConnectionNotice extends Advice {
  readonly tone: "info" | "warn" | "error";
  readonly canRetry: boolean;
}

/** What stands across the top of the stage; null while all is well. */
export function connectionNotice(state: CallState, summary: ConnectionSummary): ConnectionNotice | null {
  const name = counterpart(state)?.name ?? "The other side";
  const { signaling } = state;
  switch (summary) {
    case "connected":
    case "ended":
      return null;
    case "waiting":
      if (state.departed === null) {
        return {
          tone: "info",
          title: "You are the first here",
          whatToDo: "The call starts as soon as the other side joins.",
          canRetry: false,
        };
      }
      return {
        tone: "info",
        title: state.departed.reason === "left"
          ? `${state.departed.name} left the call`
          : `${state.departed.name} lost the connection`,
        whatToDo: "You can wait here: they can come back with the same link.",
        canRetry: false,
      };
    case "connecting":
      return {
        tone: "info",
        title: state.phase.name === "call" ? `Connecting with ${name}…` : "Joining…",
        whatToDo: signaling.name === "waiting" && signaling.cause === "full"
          ? "The server is full at the moment. Trying again by itself."
          : "This takes a moment.",
        canRetry: signaling.name === "waiting",
      };
    case "offline":
      return {
        tone: "warn",
        title: "You are offline",
        whatToDo: "The call goes on as soon as the network is back.",
        canRetry: false,
      };
    case "reconnecting":
      return {
        tone: "warn",
        title: "Connection lost, reconnecting…",
        whatToDo: signaling.name === "waiting" && signaling.cause === "full"
          ? "The server is full at the moment. Trying again by itself."
          : "You stay in the call; nothing is lost.",
        canRetry: signaling.name === "waiting",
      };
    case "peer-reconnecting":
      return {
        tone: "warn",
        title: `${name} is reconnecting…`,
        whatToDo: "The media clock stands still meanwhile.",
        canRetry: false,
      };
    case "failed":
      return { tone: "error", title: "No picture and sound", whatToDo: mediaErrorWords(state), canRetry: false };
  }
}

function mediaErrorWords(state: CallState): string {
  return state.mediaError === "no_common_codec"
    ? "The two browsers have no format in common. Try another browser."
    : "The server did not accept this browser's media. Reload the page, or try another browser.";
}

export interface WarningWords {
  readonly text: string;
  readonly countdown: string;
}

/** @param firstPrice what the end of the free time costs whoever reads it; null where that is nothing. */
export function warningWords(
  warning: Warning, billing: BillingStatus | null, now: number, firstPrice: Money | null = null,
): WarningWords {
  const countdown = formatClock(secondsLeft(warning, billing, now));
  switch (warning.reason) {
    case "threshold":
      return {
        text: firstPrice === null
          ? "The free minutes end soon. After them the call is paid for."
          : `The free minutes end soon. Then ${formatMoney(firstPrice)} is charged, and every further second is paid for.`,
        countdown,
      };
    case "horizon":
      return { text: "The time that is paid for ends soon.", countdown };
    case "unpaid":
      return { text: "The next minutes are not paid for. Without payment the call ends.", countdown };
  }
}

export function timeLeftWords(billing: BillingStatus): string | null {
  const left = timeLeft(billing);
  if (left === null) return null;
  if (billing.state === "grace") return "grace period";
  const clock = formatClock(left.seconds);
  return left.until === "threshold" ? `${clock} free left` : `${clock} paid for`;
}

export function endedWords(reason: EndedReason): Advice {
  switch (reason) {
    case "hangup":
      return { title: "You left the call", whatToDo: "You can go back in with the same link while the room is open." };
    case "left":
      return { title: "The call has ended", whatToDo: "Everybody has left the room." };
    case "unpaid":
      return {
        title: "The call ended: unpaid time",
        whatToDo: "The free minutes are over and there was no payment for the time after them.",
      };
    case "ended":
      return { title: "The call is over", whatToDo: "It was ended for both sides." };
    case "closed":
      return { title: "The call was closed", whatToDo: "The room is no longer open." };
    case "shutdown":
      return { title: "The server is shutting down", whatToDo: "The call had to end. Try again in a few minutes." };
    case "replaced":
      return { title: "You joined elsewhere", whatToDo: "The call goes on in your other tab or on your other device." };
    case "rejected":
      return {
        title: "The server closed the connection",
        whatToDo: "It refused what this page sent. Reload the page to get the current version, then join again.",
      };
    case "unauthenticated":
      return { title: "Your link is no longer valid", whatToDo: "It may have expired. Ask for a new link." };
    case "refused":
      return { title: "The room could not be entered again", whatToDo: "Try again, or ask for a new link." };
  }
}

/** Whether joining again may work. */
export function canRejoin(reason: EndedReason): boolean {
  return reason === "hangup" || reason === "replaced" || reason === "rejected" || reason === "refused"
    || reason === "shutdown";
}

export function chargeWords(billing: BillingStatus | null): string | null {
  if (billing === null) return null;
  if (billing.charged !== null && billing.charged.amount > 0) return formatMoney(billing.charged);
  switch (billing.state) {
    case "unmetered":
      return "This call was not metered.";
    case "free":
      return "The call stayed within the free time.";
    case "paid":
    case "grace":
    case "closed":
      return null;
  }
}

const weak = 2.5;

/** Where the server does not say whose connection is weak: what one sends is one's own, what arrives is theirs. */
function judged({ up, down }: CallState["quality"]): WeakSide | null {
  const bad = (direction: Quality | null) => direction !== null && direction.score < weak;
  if (bad(up)) return bad(down) ? "both" : "yours";
  return bad(down) ? "theirs" : null;
}

export function qualityWords(quality: CallState["quality"]): string | null {
  switch (quality.weak === undefined ? judged(quality) : quality.weak) {
    case "yours":
      return "Your connection is weak";
    case "theirs":
      return "Their connection is weak";
    case "both":
      return "Both connections are weak";
    case null:
      return null;
  }
}

/** What is worth being read out of a change; null if nothing is. */
export function announcement(before: CallState, after: CallState): string | null {
  if (before.phase.name !== after.phase.name) {
    if (after.phase.name === "call") return "You are in the call.";
    if (after.phase.name === "ended") return endedWords(after.phase.reason).title;
  }
  const was = counterpart(before);
  const is = counterpart(after);
  if (was === null && is !== null) return `${is.name} is in the call.`;
  if (was !== null && is === null && after.departed !== null) return `${was.name} left the call.`;
  if (was !== null && is !== null && was.userId === is.userId) {
    if (was.media.screen !== is.media.screen) {
      return is.media.screen ? `${is.name} shares the screen.` : `${is.name} stopped sharing the screen.`;
    }
    if (was.media.mic !== is.media.mic) return is.media.mic ? `${is.name} is audible.` : `${is.name} is muted.`;
    if (was.media.camera !== is.media.camera) {
      return is.media.camera ? `${is.name} turned the camera on.` : `${is.name} turned the camera off.`;
    }
  }
  const quality = summarize(after) === "connected" ? qualityWords(after.quality) : null;
  if (quality !== null && quality !== qualityWords(before.quality)) return `${quality}.`;
  return newMessage(before, after);
}

function newMessage(before: CallState, after: CallState): string | null {
  if (before.chat.entries === after.chat.entries) return null;
  const known = new Set(before.chat.entries.map(({ id }) => id));
  const fresh = after.chat.entries.filter(({ id, own }) => !own && !known.has(id));
  const last = fresh[fresh.length - 1];
  return last === undefined ? null : `${last.name}: ${last.text}`;
}

export function clockLabel(seconds: number): string {
  return `Call time: ${spokenDuration(seconds)}`;
}
