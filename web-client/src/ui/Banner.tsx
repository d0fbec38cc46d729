import type { ReactNode } from "react";
import { Icon } from "./Icon";

export interface BannerProps {
  readonly tone?: "info" | "warn" | "error";
  readonly title?: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly testId?: string;
  /** Read out when it appears; errors at once, the rest when there is a pause. */
  readonly announce?: boolean;
}

export function Banner({ tone = "info", title, children, action, testId, announce = true }: BannerProps) {
  const role = announce ? { role: tone === "error" ? "alert" : "status" } : {};
  return (
    <div className={`banner banner--${tone}`} data-testid={testId} {...role}>
      <Icon name={tone === "info" ? "info" : "warning"} />
      <div className="banner__body">
        {title === undefined ? null : <p className="banner__title">{title}</p>}
        {children}
      </div>
      {action === undefined ? null : <div className="banner__action">{action}</div>}
    </div>
  );
}
