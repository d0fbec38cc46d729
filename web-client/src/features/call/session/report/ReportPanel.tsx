import { useState } from "react";
import type { Report, ReportKind } from "../../../../api/moderation";
import { Button } from "../../../../ui/Button";
import { ReportDialog } from "./ReportDialog";

export interface ReportPanelProps {
  readonly session: string;
  readonly kind: ReportKind;
  /** Whom it is about. */
  readonly name: string;
  /** Whether this person has reported it before. */
  readonly wasReported: boolean;
}

/** The way to tell an administrator of the other side, or of what was written; once it is told, that it is. */
export function ReportPanel({ session, kind, name, wasReported }: ReportPanelProps) {
  const [isOpen, setOpen] = useState(false);
  const [made, setMade] = useState<Report | null>(null);
  if (wasReported || made !== null) {
    return (
      <p className="list__note" role={made === null ? undefined : "status"} data-testid={`reported-${kind}`}>
        You have reported {kind === "session" ? name : "this comment"}. Somebody looks at it; {name} does not learn that it was you.
      </p>
    );
  }
  return (
    <>
      <Button look="plain" data-testid={`report-${kind}-button`} onClick={() => setOpen(true)}>
        {kind === "session" ? `Report ${name}…` : "Report this comment…"}
      </Button>
      {isOpen ? (
        <ReportDialog
          session={session}
          kind={kind}
          name={name}
          onClose={() => setOpen(false)}
          onMade={(report) => {
            setMade(report);
            setOpen(false);
          }}
        />
      ) : null}
    </>
  );
}
