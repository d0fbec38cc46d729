/** What is said of calls to those who watch over them. */
import type { CallSide, Direction, LiveCall } from "../../../api/callShapes";
import { bitrate, decimal, milliseconds, percent } from "../../../ui/numbers";
import { gradeOf } from "../../call/receipt/receipt";
import type { Grade } from "../../call/receipt/receipt";

export function sideName({ name, userId }: Pick<CallSide, "name" | "userId">, otherwise: string): string {
  return name ?? (userId === "" ? otherwise : userId.slice(0, 8));
}

export function callTitle({ customer, consultant }: Pick<LiveCall, "customer" | "consultant">): string {
  return `${sideName(customer, "Customer")} and ${sideName(consultant, "Consultant")}`;
}

const gradeWords: { readonly [grade in Grade]: string } = { good: "good", fair: "fair", poor: "poor", unknown: "unknown" };

export function directionGrade(direction: Direction | null): Grade {
  return gradeOf(direction?.score ?? null);
}

/** `4.3, good`; the number alone says little to whom it is new. */
export function scoreText(direction: Direction | null): string {
  if (direction === null) return "nothing measured";
  return `${decimal(direction.score, 1)}, ${gradeWords[directionGrade(direction)]}`;
}

export function connectionWords(connection: CallSide["connection"]): string {
  switch (connection) {
    case "connecting":
      return "connecting";
    case "connected":
      return "connected";
    case "disconnected":
      return "connection lost, coming back";
    case "failed":
      return "connection failed";
    case "gone":
      return "not there";
  }
}

export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** Everything that is measured of one direction. */
export function factsOf(direction: Direction): readonly Fact[] {
  const { audioScore, videoScore, loss, lossAfterRecovery, jitter, roundTrip, framesPerSecond, freezes } = direction;
  const facts: readonly (Fact | null)[] = [
    { label: "Quality", value: `${decimal(direction.score, 1)} of 5, ${gradeWords[directionGrade(direction)]}` },
    audioScore === null ? null : { label: "Sound", value: decimal(audioScore, 1) },
    videoScore === null ? null : { label: "Picture", value: decimal(videoScore, 1) },
    { label: "Bit rate", value: bitrate(direction.bitrate) },
    { label: "Loss", value: `${percent(loss, 1)}${lossAfterRecovery === null ? "" : `, ${percent(lossAfterRecovery, 2)} after recovery`}` },
    { label: "Jitter", value: milliseconds(jitter) },
    roundTrip === null ? null : { label: "Round trip", value: milliseconds(roundTrip) },
    framesPerSecond === null ? null : { label: "Pictures a second", value: decimal(framesPerSecond, 0) },
    freezes === null ? null : { label: "Freezes", value: decimal(freezes, 0) },
  ];
  return facts.filter((fact): fact is Fact => fact !== null);
}
