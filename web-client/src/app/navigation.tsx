import { createContext, useContext } from "react";
import type { AnchorHTMLAttributes } from "react";
import { pathOf } from "./route";
import type { MarketRoute } from "./route";

export type Navigate = (to: MarketRoute, how?: "push" | "replace") => void;

/** Without anybody who listens, links still lead where they say. */
export const NavigationContext = createContext<Navigate | null>(null);

export function useNavigate(): Navigate {
  const navigate = useContext(NavigationContext);
  return navigate ?? ((to) => window.location.assign(pathOf(to)));
}

export interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> {
  readonly to: MarketRoute;
}

/** A real link that changes the page without loading it anew; a new tab and the rest stay the browser's business. */
export function Link({ to, children, onClick, ...rest }: LinkProps) {
  const navigate = useContext(NavigationContext);
  return (
    <a
      {...rest}
      href={pathOf(to)}
      onClick={(event) => {
        onClick?.(event);
        const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
        if (navigate === null || !isPlain || event.defaultPrevented) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}
