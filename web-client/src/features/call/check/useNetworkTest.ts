import { useCallback, useEffect, useState } from "react";
import { websocketAddress } from "../../../api/config";
import { ApiError } from "../../../api/error";
import { beginNetworkCheck } from "../../../api/market";
import { useMarket } from "../../../app/market";
import { Trial } from "../../../call/probe/trial";
import type { TrialOutcome, TrialStep } from "../../../call/probe/trial";
import { measure } from "../../../call/roundTrips";
import type { NetworkReport } from "../../../call/roundTrips";

export type NetworkFinding =
  | { readonly kind: "asking" }
  | { readonly kind: "trying"; readonly step: TrialStep }
  | { readonly kind: "pinging"; readonly done: number }
  /** A call was tried. */
  | { readonly kind: "tried"; readonly outcome: Exclude<TrialOutcome, { readonly kind: "straight" | "unable" }> }
  /** No call could be tried, so the server was asked; `isStraight`: because calls do not go through it. */
  | { readonly kind: "pinged"; readonly report: NetworkReport; readonly isStraight: boolean }
  | { readonly kind: "too-often"; readonly seconds: number | null };

export interface NetworkTest {
  readonly finding: NetworkFinding;
  readonly isOver: boolean;
  readonly again: () => void;
}

/**
 * Tries a call with the server; where that cannot be, asks it some questions over this tab's own connection. All that is open
 * for it is closed when the page goes.
 */
export function useNetworkTest(): NetworkTest {
  const { api, connection } = useMarket();
  const [round, setRound] = useState(0);
  const [finding, setFinding] = useState<NetworkFinding>({ kind: "asking" });

  useEffect(() => {
    let isCurrent = true;
    let trial: Trial | null = null;
    const tell = (next: NetworkFinding) => {
      if (isCurrent) setFinding(next);
    };
    const ping = async (isStraight: boolean) => {
      const report = await measure(() => connection.request("ping", {}), (done) => tell({ kind: "pinging", done }));
      tell({ kind: "pinged", report, isStraight });
    };
    const go = async () => {
      const { token, returnToken, url } = await beginNetworkCheck(api);
      if (!isCurrent) return;
      trial = new Trial(
        { token, returnToken, url: websocketAddress(url, document.baseURI) }, (step) => tell({ kind: "trying", step }));
      const outcome = await trial.outcome;
      if (outcome === null) return;
      if (outcome.kind === "straight" || outcome.kind === "unable") await ping(outcome.kind === "straight");
      else tell({ kind: "tried", outcome });
    };
    // oxlint-disable-next-line react/set-state-in-effect
    setFinding({ kind: "asking" });
    go().catch(async (error: unknown) => {
      const failure = error instanceof ApiError ? error.failure : null;
      if (failure?.kind === "refused" && failure.status === 429) tell({ kind: "too-often", seconds: failure.retryAfter });
      else if (isCurrent) await ping(false);
    });
    return () => {
      isCurrent = false;
      trial?.stop();
    };
  }, [api, connection, round]);

  const again = useCallback(() => setRound((count) => count + 1), []);
  const isOver = finding.kind === "tried" || finding.kind === "pinged" || finding.kind === "too-often";
  return { finding, isOver, again };
}
