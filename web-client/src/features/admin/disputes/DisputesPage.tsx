import { Shell } from "../../../app/Shell";
import { useParameter } from "../../../ui/useParameter";
import { SessionSearch } from "../payments/SessionSearch";
import { Disputes } from "./Disputes";

/** Charges that customers went to their banks about: all of them, or a session's. */
export function DisputesPage() {
  const [session, setSession] = useParameter("session");
  return (
    <Shell title="Disputes" wide>
      <SessionSearch key={session ?? ""} session={session} of="disputes" onSearch={setSession} />
      <Disputes session={session} />
    </Shell>
  );
}
