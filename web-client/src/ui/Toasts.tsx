export interface Toast {
  readonly id: string;
  readonly text: string;
}

/** Short messages that pass by themselves. They are not read out here: the live region says what matters. */
export function Toasts({ toasts }: { readonly toasts: readonly Toast[] }) {
  return (
    <div className="toasts" aria-hidden="true">
      {toasts.map((toast) => (
        <div key={toast.id} className="toast">
          {toast.text}
        </div>
      ))}
    </div>
  );
}
