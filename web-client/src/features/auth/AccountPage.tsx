import { useMemo } from "react";
import { Api } from "../../api/http";
import type { Route } from "../../app/route";
import { StartPage } from "../../app/StartPage";
import { useConfig } from "../../app/useConfig";
import { CardPage } from "../../ui/CardPage";
import { ResetPasswordPage } from "./ResetPasswordPage";
import { VerifyEmailPage } from "./VerifyEmailPage";

export interface AccountPageProps {
  readonly route: Extract<Route, { page: "verify-email" | "reset-password" }>;
}

/** The pages for what can be done about an account without being signed in. */
export function AccountPage({ route }: AccountPageProps) {
  const [config, retry] = useConfig();
  const address = config === null || config instanceof Error ? undefined : config.api;
  const api = useMemo(() => (typeof address === "string" ? new Api(address) : null), [address]);

  if (config === null || config instanceof Error) return <StartPage error={config} onRetry={retry} />;
  if (api === null) return <NoAccounts />;
  switch (route.page) {
    case "verify-email":
      return <VerifyEmailPage api={api} token={route.token} />;
    case "reset-password":
      return <ResetPasswordPage api={api} token={route.token} />;
  }
}

export function NoAccounts() {
  return (
    <CardPage title="This server has no accounts" testId="no-accounts">
      <p>It carries calls, and nothing else. Open the link in the mail at the address that the mail names.</p>
    </CardPage>
  );
}
