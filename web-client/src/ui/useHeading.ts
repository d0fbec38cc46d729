import { useEffect, useRef } from "react";
import type { RefObject } from "react";

/** A page's heading, with `tabIndex={-1}`: it takes the focus, so that whoever listens hears that something is new. */
export function useHeading(title = ""): RefObject<HTMLHeadingElement> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, [title]);
  return heading;
}
