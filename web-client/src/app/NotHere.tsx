import { Link } from "./navigation";
import { Shell } from "./Shell";

/** A page of the other role. */
export function NotHere() {
  return (
    <Shell title="This page is not for your account">
      <p>It is for another role: customers ask and pay, consultants answer and earn.</p>
      <p><Link to={{ page: "home" }}>Go to your start page</Link></p>
    </Shell>
  );
}
