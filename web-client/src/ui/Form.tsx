import type { FormHTMLAttributes } from "react";

export interface FormProps extends Omit<FormHTMLAttributes<HTMLFormElement>, "onSubmit" | "noValidate"> {
  readonly onSubmit: () => void;
}

/** A form that the page checks and sends: the browser would say what is wrong in a language and a place of its own. */
export function Form({ onSubmit, className = "card__form", ...rest }: FormProps) {
  return (
    <form
      {...rest}
      className={className}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    />
  );
}
