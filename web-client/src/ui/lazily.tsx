import { useCallback, useEffect, useState } from "react";
import type { ComponentType } from "react";
import { Banner } from "./Banner";
import { Button } from "./Button";

export interface Lazily<P> {
  (props: P): JSX.Element;
  /** Gets it ahead of time; whether that worked is nobody's business yet. */
  readonly preload: () => void;
}

/** A page whose part of the program is loaded when it is first shown, or ahead of that. */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): Lazily<P> {
  let loaded: ComponentType<P> | null = null;
  let loading: Promise<ComponentType<P>> | null = null;
  const get = () => {
    loading ??= load().then(
      (component) => {
        loaded = component;
        return component;
      },
      (error: unknown) => {
        loading = null;
        throw error;
      },
    );
    return loading;
  };

  function Lazy(props: P) {
    const [Component, setComponent] = useState<ComponentType<P> | null>(() => loaded);
    const [{ failures, attempt }, setTries] = useState({ failures: 0, attempt: 0 });

    useEffect(() => {
      let isShown = true;
      get().then(
        (component) => isShown && setComponent(() => component),
        () => isShown && setTries((last) => ({ ...last, failures: last.failures + 1 })),
      );
      return () => {
        isShown = false;
      };
    }, [attempt]);
    const retry = useCallback(() => {
      // Some browsers keep a failure for as long as the page is open, and a new version has other names.
      if (failures > 1 && navigator.onLine) window.location.reload();
      else setTries((last) => ({ ...last, attempt: last.attempt + 1 }));
    }, [failures]);
    useEffect(() => {
      if (failures === 0) return undefined;
      window.addEventListener("online", retry);
      return () => window.removeEventListener("online", retry);
    }, [failures, retry]);

    return Component === null ? <NotLoaded hasFailed={failures > 0} onRetry={retry} /> : <Component {...props} />;
  }
  return Object.assign(Lazy, { preload: () => void get().catch(() => undefined) });
}

export interface NotLoadedProps {
  readonly hasFailed: boolean;
  readonly onRetry: () => void;
}

export function NotLoaded({ hasFailed, onRetry }: NotLoadedProps) {
  return (
    <div className="page">
      <main className="card card--late">
        {hasFailed ? (
          <Banner
            tone="error" title="This page could not be loaded" testId="error"
            action={<Button onClick={onRetry}>Try again</Button>}
          >
            <p>Check your connection, then try again.</p>
          </Banner>
        ) : <p role="status" className="waiting"><span className="spinner" /> One moment…</p>}
      </main>
    </div>
  );
}
