// @ts-check
// Where a link leads: the first page of this very server, whatever folder it is served under.

/**
 * The address that opens an experiment, as seen from the page at `href`.
 *
 * @param {string} href
 * @param {string} packed
 */
export function addressOf(href, packed) {
  const address = new URL(".", href);
  address.search = packed ? `?e=${packed}` : "";
  address.hash = "";
  return address.href;
}
