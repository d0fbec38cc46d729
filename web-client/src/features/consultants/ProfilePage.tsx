import { useCallback, useState } from "react";
import { myProfile, setProfile } from "../../api/market";
import type { Profile } from "../../api/shapes";
import { useMarket } from "../../app/market";
import { Shell } from "../../app/Shell";
import { useAttempt } from "../../ui/useAttempt";
import { useLoaded } from "../../ui/useLoaded";
import { Waiting } from "../../ui/Waiting";
import { ProfileDrafts, draftOf, isChanged, withImport } from "./draft";
import type { ProfileDraft } from "./draft";
import { LinkedIn } from "./LinkedIn";
import { ProfileForm } from "./ProfileForm";
import { Seen } from "./Seen";

/** What a consultant shows of themselves. */
export function ProfilePage() {
  const { api } = useMarket();
  const { value, error, reload, put } = useLoaded(useCallback(() => myProfile(api), [api]));
  return (
    <Shell title="Your profile">
      {value === null ? <Waiting error={error} onRetry={reload} /> : <Editor profile={value} onSaved={put} />}
    </Shell>
  );
}

interface EditorProps {
  readonly profile: Profile;
  readonly onSaved: (profile: Profile) => void;
}

function Editor({ profile, onSaved }: EditorProps) {
  const { api, user } = useMarket();
  const [attempt, begin] = useAttempt();
  const [drafts] = useState(() => ProfileDrafts.inBrowser());
  const [draft, setDraft] = useState(() => drafts.find(profile));
  const edit = (next: ProfileDraft) => {
    drafts.keep(isChanged(next, profile) ? next : null);
    setDraft(next);
  };
  return (
    <>
      <LinkedIn onTake={(preview, parts) => edit(withImport(draft, preview, parts))} />
      <ProfileForm
        draft={draft}
        isChanged={isChanged(draft, profile)}
        attempt={attempt}
        onEdit={(changes) => edit({ ...draft, ...changes })}
        onSave={(content) => begin(async () => {
          const saved = await setProfile(api, content);
          drafts.keep(null);
          setDraft(draftOf(saved));
          onSaved(saved);
        })}
      />
      <Seen name={user.name} draft={draft} />
    </>
  );
}
