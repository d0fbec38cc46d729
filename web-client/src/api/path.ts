/** Paths of the API with what is to be found out by them. */

/** A path with those parameters that are given. */
export function query(path: string, parameters: { readonly [name: string]: string | null }): string {
  const given = Object.entries(parameters).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

/** One thing of a collection, or what lies below it. */
export const one = (path: string, id: string, rest = "") => `${path}/${encodeURIComponent(id)}${rest}`;
