import { CardPage } from "../ui/CardPage";

/** At an address that leads nowhere: it was mistyped, or a page has gone. */
export function Nowhere() {
  return (
    <CardPage title="There is no page here" testId="nowhere">
      <p>The address may be misspelt, or the page has gone.</p>
      <a className="button button--primary" href="/">Go to the start page</a>
    </CardPage>
  );
}
