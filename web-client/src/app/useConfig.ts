import { useCallback, useEffect, useState } from "react";
import { loadConfig } from "../api/config";
import type { ClientConfig } from "../api/config";

/** The server's addresses; null while they are being learnt. And a way to try again. */
export function useConfig(): readonly [ClientConfig | Error | null, () => void] {
  const [config, setConfig] = useState<ClientConfig | Error | null>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let current = true;
    loadConfig().then(
      (loaded) => current && setConfig(loaded),
      (error: unknown) => current && setConfig(error instanceof Error ? error : new Error(String(error))),
    );
    return () => {
      current = false;
    };
  }, [attempt]);

  const retry = useCallback(() => {
    setConfig(null);
    setAttempt((count) => count + 1);
  }, []);
  return [config, retry];
}
