import { useState } from "react";
import type { Api } from "../../api/http";
import { ChoosePassword } from "./ChoosePassword";
import { RequestReset } from "./RequestReset";

export interface ResetPasswordPageProps {
  readonly api: Api;
  readonly token: string | null;
}

/** With a link from a mail: a new password. Without one, or with a dead one: a mail with a link. */
export function ResetPasswordPage({ api, token }: ResetPasswordPageProps) {
  const [wantsLink, setWantsLink] = useState(token === null);
  if (token === null || wantsLink) return <RequestReset api={api} />;
  return <ChoosePassword api={api} token={token} onNewLink={() => setWantsLink(true)} />;
}
