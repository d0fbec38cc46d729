import { useCallback } from "react";
import { myPerformance, myProfile } from "../../api/market";
import { useMarket } from "../../app/market";
import { Link } from "../../app/navigation";
import { Shell } from "../../app/Shell";
import { Banner } from "../../ui/Banner";
import { useLoaded } from "../../ui/useLoaded";
import { Waiting } from "../../ui/Waiting";
import { DeviceCheck } from "../call/check/DeviceCheck";
import { Alerts } from "./Alerts";
import { Availability } from "./Availability";
import { NoPayouts } from "./earnings/NoPayouts";
import { Incoming } from "./Incoming";
import { Figures } from "./PerformancePanel";
import { Recent } from "./Recent";
import { missingList } from "./words";

/** A consultant's start page: who is asking, whether one can be asked, and how one does. */
export function DeskPage() {
  const { api, workplace } = useMarket();
  const profile = useLoaded(useCallback(() => myProfile(api), [api]));
  const performance = useLoaded(useCallback(() => myPerformance(api), [api]));
  return (
    <Shell title="Your desk" wide>
      {profile.value === null ? <Waiting error={profile.error} onRetry={profile.reload} /> : null}
      {profile.value !== null && !profile.value.isComplete ? (
        <Banner
          tone="warn"
          title="Your profile is not complete"
          testId="profile-incomplete"
          action={<Link to={{ page: "profile" }} className="button button--primary">Fill it in</Link>}
        >
          <p>Before questions can come, it needs {missingList(profile.value)}.</p>
        </Banner>
      ) : null}
      <NoPayouts />
      {workplace === null ? null : <Incoming workplace={workplace} />}
      <div className="columns">
        {profile.value === null ? null : <Availability profile={profile.value} onChanged={profile.reload} />}
        <Alerts />
      </div>
      <DeviceCheck />
      {performance.value === null ? <Waiting error={performance.error} onRetry={performance.reload} /> : <Figures own={performance.value} />}
      <Recent />
    </Shell>
  );
}
