import { useCallback, useEffect, useState } from "react";

function read(name: string): string | null {
  const text = new URLSearchParams(window.location.search).get(name)?.trim() ?? "";
  return text === "" ? null : text;
}

/** A choice that stands in the address, so that a reload and a link keep it. */
export function useParameter(name: string): readonly [string | null, (value: string | null) => void] {
  const [value, setValue] = useState(() => read(name));

  useEffect(() => {
    const onPop = () => setValue(read(name));
    window.addEventListener("popstate", onPop);
    return () => window.removeEventListener("popstate", onPop);
  }, [name]);

  const choose = useCallback((next: string | null) => {
    const parameters = new URLSearchParams(window.location.search);
    if (next === null) parameters.delete(name);
    else parameters.set(name, next);
    const text = parameters.toString();
    window.history.replaceState(window.history.state, "", window.location.pathname + (text === "" ? "" : `?${text}`));
    setValue(next);
  }, [name]);
  return [value, choose];
}
