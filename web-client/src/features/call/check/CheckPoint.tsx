import type { ReactNode } from "react";
import { Icon } from "../../../ui/Icon";
import type { IconName } from "../../../ui/Icon";
import type { Grade, Verdict } from "./words";

export interface CheckPointProps {
  readonly name: string;
  readonly testId: string;
  readonly verdict: Verdict;
  readonly action?: ReactNode;
}

const icons: { readonly [grade in Grade]: IconName } = { waiting: "info", good: "signal", fair: "warning", bad: "warning" };

/** One thing that was checked, and what is to be said of it. */
export function CheckPoint({ name, testId, verdict, action }: CheckPointProps) {
  return (
    <li className={`check__point check__point--${verdict.grade}`} data-testid={testId} data-grade={verdict.grade}>
      <Icon name={icons[verdict.grade]} />
      <div className="check__words">
        <p className="check__name">{name}</p>
        <p aria-live="polite">{verdict.text}</p>
        {verdict.detail === undefined ? null : <p className="check__detail">{verdict.detail}</p>}
      </div>
      {action === undefined ? null : <div className="check__actions">{action}</div>}
    </li>
  );
}
