import type { LocalMedia, LocalMediaState } from "../../call/localMedia";
import { Banner } from "../../ui/Banner";
import { Button } from "../../ui/Button";
import { adviceFor } from "./words";

export interface MediaProblemsProps {
  readonly media: LocalMedia;
  readonly state: LocalMediaState;
}

/** What is wrong with the microphone and the camera, and what to do about it. */
export function MediaProblems({ media, state }: MediaProblemsProps) {
  const mic = state.mic.problem;
  const camera = state.camera.problem;
  if (mic === null && camera === null) return null;

  if (mic === "insecure" || camera === "insecure") {
    return (
      <Banner tone="warn" title="This page is not secure" testId="error">
        <p>
          Browsers give camera and microphone to secure pages only. Open the link with https:// to be seen and heard. You
          can still join to watch, listen and chat.
        </p>
      </Banner>
    );
  }

  const again = () => void media.open({ mic: mic === null ? "off" : "on", camera: camera !== null });
  const both = mic !== null && mic === camera;
  const advice = both ? bothAdvice(mic) : null;
  return (
    <Banner tone="warn" testId="error" action={<Button onClick={again}>Try again</Button>}>
      {advice !== null ? <Lines title={advice.title} text={advice.whatToDo} /> : null}
      {!both && camera !== null ? <ProblemLines problem={camera} source="camera" /> : null}
      {!both && mic !== null ? <ProblemLines problem={mic} source="microphone" /> : null}
    </Banner>
  );
}

type Problem = NonNullable<LocalMediaState["mic"]["problem"]>;

function bothAdvice(problem: Problem) {
  switch (problem) {
    case "refused":
      return {
        title: "Camera and microphone were refused",
        whatToDo: "Allow them for this site in the browser's address bar, then try again, or join without them.",
      };
    case "absent":
      return {
        title: "No camera and no microphone were found",
        whatToDo: "Connect them and try again, or join to watch, listen and chat.",
      };
    case "busy":
    case "insecure":
    case "gone":
    case "unknown":
      return {
        title: "Camera and microphone could not be started",
        whatToDo: "Another program may be using them. Close it and try again, or join without them.",
      };
  }
}

function ProblemLines({ problem, source }: { readonly problem: Problem; readonly source: "camera" | "microphone" }) {
  const advice = adviceFor(problem, source);
  return <Lines title={advice.title} text={advice.whatToDo} />;
}

function Lines({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <>
      <p className="banner__title">{title}</p>
      <p>{text}</p>
    </>
  );
}
