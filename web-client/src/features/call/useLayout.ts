import { useCallback, useState } from "react";
import type { Layout } from "./Stage";

export interface View {
  readonly layout: Layout;
  readonly selfView: boolean;
  readonly toggleLayout: () => void;
  readonly toggleSelfView: () => void;
}

const place = "consult.layout";

function stored(): { readonly layout: Layout; readonly selfView: boolean } {
  try {
    const [layout, own] = (localStorage.getItem(place) ?? "").split(" ");
    return { layout: layout === "side" ? "side" : "speaker", selfView: own !== "hidden" };
  } catch {
    return { layout: "speaker", selfView: true };
  }
}

/** How the pictures lie on the stage. The choice stays for the next call. */
export function useLayout(): View {
  const [view, setView] = useState(stored);
  const change = useCallback((next: (last: ReturnType<typeof stored>) => ReturnType<typeof stored>) => setView((last) => {
    const { layout, selfView } = next(last);
    try {
      localStorage.setItem(place, `${layout} ${selfView ? "shown" : "hidden"}`);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    return { layout, selfView };
  }), []);
  const toggleLayout = useCallback(() => change((last) => ({
    // Side by side without oneself would be one picture.
    ...(last.layout === "side" ? { layout: "speaker", selfView: last.selfView } : { layout: "side", selfView: true }),
  })), [change]);
  const toggleSelfView = useCallback(() => change((last) => ({ ...last, selfView: !last.selfView })), [change]);
  return { ...view, toggleLayout, toggleSelfView };
}
