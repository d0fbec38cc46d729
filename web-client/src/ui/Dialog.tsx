import { useEffect, useId, useRef } from "react";
import type { ReactNode } from "react";
import { IconButton } from "./Button";

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  /** One that is not modal leaves the page around it in reach, and what others lay over the page above it. */
  readonly isModal?: boolean;
  readonly children: ReactNode;
}

/** A dialog, modal unless it is told otherwise. The browser's own element keeps the focus inside, closes on Escape and gives the focus back. */
export function Dialog({ title, onClose, isModal = true, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null || dialog.open) return undefined;
    const before = document.activeElement;
    if (isModal) dialog.showModal();
    else dialog.show();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, [isModal]);

  return (
    <dialog
      ref={ref}
      className={`dialog ${isModal ? "" : "dialog--beside"}`}
      aria-labelledby={titleId}
      onKeyDown={(event) => {
        if (!isModal && event.key === "Escape") onClose();
      }}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="dialog__head">
        <h2 id={titleId}>{title}</h2>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </div>
      <div className="dialog__body">{children}</div>
    </dialog>
  );
}
