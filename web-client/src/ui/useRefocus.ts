import { useEffect } from "react";
import type { RefObject } from "react";

/** Puts the cursor where something is to be mended, each time that it is found: each refusal, `cause`, is a new one. */
export function useRefocus(field: RefObject<HTMLElement> | null, cause: unknown): void {
  useEffect(() => {
    field?.current?.focus();
  }, [field, cause]);
}
