import { useEffect, useState } from "react";
import { readToken, tokenInFragment } from "../api/roomToken";
import { EndedPage } from "../features/call/EndedPage";
import { Visits } from "../features/call/Visits";
import { LinkPage } from "../features/call/join/LinkPage";
import { StartPage } from "./StartPage";
import { useConfig } from "./useConfig";

/** The page of a link with a room token: a call without an account. */
export function App() {
  const [reading, setReading] = useState(() => readToken(tokenInFragment(window.location.hash)));
  const [config, retry] = useConfig();

  useEffect(() => {
    const onHash = () => setReading(readToken(tokenInFragment(window.location.hash)));
    window.addEventListener("hashchange", onHash);
    return () => window.removeEventListener("hashchange", onHash);
  }, []);

  if (reading.kind !== "room") {
    return (
      <LinkPage
        key={reading.kind}
        trouble={reading.kind}
        onToken={(token) => {
          window.location.hash = `token=${token}`;
        }}
      />
    );
  }
  if (config === null || config instanceof Error) {
    return <StartPage error={config} onRetry={retry} />;
  }
  return (
    <Visits
      key={reading.token}
      websocket={config.websocket}
      reading={reading}
      ended={(state, reason, onRejoin) => <EndedPage state={state} reason={reason} onRejoin={onRejoin} />}
    />
  );
}
