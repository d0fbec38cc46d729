import type { ApiError } from "../api/error";
import { Banner } from "./Banner";
import { troubleWords } from "./troubleWords";

/** What went wrong with a request that can be made again. */
export function Trouble({ error }: { readonly error: ApiError }) {
  const { title, whatToDo } = troubleWords(error);
  return (
    <Banner tone="error" title={title} testId="error">
      <p>{whatToDo}</p>
    </Banner>
  );
}
