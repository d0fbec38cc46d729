import { useState } from "react";
import type { AccountSearch } from "../../../api/ops";
import { Button } from "../../../ui/Button";
import { SelectField, TextField } from "../../../ui/Field";

export const roles = [
  { id: "customer", label: "Customers" }, { id: "consultant", label: "Consultants" }, { id: "admin", label: "Administrators" },
] as const;
export const states = [
  { id: "verified", label: "Confirmed" }, { id: "unverified", label: "Address not confirmed" }, { id: "suspended", label: "Suspended" },
  { id: "erased", label: "Deleted" },
] as const;

const any = { id: "", label: "All" };

export interface UserSearchProps extends AccountSearch {
  readonly onText: (text: string | null) => void;
  readonly onRole: (role: string | null) => void;
  readonly onState: (state: string | null) => void;
}

export function UserSearch({ q, role, state, onText, onRole, onState }: UserSearchProps) {
  const [text, setText] = useState(q ?? "");
  return (
    <form
      className="range"
      role="search"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onText(text.trim() === "" ? null : text.trim());
      }}
    >
      <TextField
        label="Name, e-mail address or id" type="text" autoComplete="off" required={false} maxLength={200} testId="user-input"
        value={text} onChange={setText}
      />
      <Button type="submit" look="primary" data-testid="search-button">Search</Button>
      <SelectField label="Role" value={role ?? ""} options={[any, ...roles]} none="" onChange={(id) => onRole(id === "" ? null : id)} />
      <SelectField label="State" value={state ?? ""} options={[any, ...states]} none="" onChange={(id) => onState(id === "" ? null : id)} />
    </form>
  );
}
