// @ts-check
// The address bar holds a link to what is shown. In place: an entry in the browser's history for
// every edit would keep its Back button from ever leaving the page.

/** @param {{data: {link: string}}} options */
export default function ({ data }) {
  const address = new URL(window.location.href);
  if ((address.searchParams.get("e") ?? "") === data.link) return;
  if (data.link) address.searchParams.set("e", data.link);
  else address.searchParams.delete("e");
  window.history.replaceState(window.history.state, "", address);
}
