import { useCallback, useState } from "react";
import type { Layout } from "./Stage";

export interface View {
  readonly layout: Layout;
  readonly selfView: boolean;
  readonly toggleLayout: () => void;
  readonly toggleSelfView: () => void;
}

const place = "consult.layout";

type Choice = Pick<View, "layout" | "selfView">;

function stored(): Choice {
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
  const change = useCallback((next: (last: Choice) => Choice) => setView((last) => {
    const { layout, selfView } = next(last);
    try {
      localStorage.setItem(place, `${layout} ${selfView ? "shown" : "hidden"}`);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    return { layout, selfView };
  }), []);
  const toggleLayout = useCallback(() => change(({ layout, selfView }) => (
    // Side by side without oneself would be one picture.
    layout === "side" ? { layout: "speaker", selfView } : { layout: "side", selfView: true })), [change]);
  const toggleSelfView = useCallback(() => change((last) => ({ ...last, selfView: !last.selfView })), [change]);
  return { ...view, toggleLayout, toggleSelfView };
}
