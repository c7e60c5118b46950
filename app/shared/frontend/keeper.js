// @ts-check
// Own data in the browser's storage (IndexedDB), by their digest, so that a reload, a crash of the
// tab and a restart of the server lose nothing. The newest are kept, for a month.

/** @typedef {{digest: string, text: string, used: number}} Entry */

const STORE = "data";
const MOST = 12; // entries
const MOST_CHARACTERS = 60_000_000;
const MONTH_MS = 30 * 24 * 3600 * 1000;

/** @type {Promise<IDBDatabase> | undefined} */
let opened;

/** @returns {Promise<IDBDatabase>} */
function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("nbn-lab", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "digest" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} ask
 * @returns {Promise<T>}
 */
async function inStore(mode, ask) {
  const transaction = (await database()).transaction(STORE, mode);
  const request = ask(transaction.objectStore(STORE));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

/**
 * The text that is kept, which counts as used; undefined if there is none.
 *
 * @param {string} digest
 * @param {number} now
 * @returns {Promise<string | undefined>}
 */
export async function kept(digest, now = Date.now()) {
  /** @type {Entry | undefined} */
  const entry = await inStore("readonly", (store) => store.get(digest));
  if (entry) await inStore("readwrite", (store) => store.put({ ...entry, used: now }));
  return entry?.text;
}

/**
 * @param {string} digest
 * @returns {Promise<boolean>}
 */
export async function has(digest) {
  return (await inStore("readonly", (store) => store.count(digest))) > 0;
}

/**
 * Keep a text, and remove those that were not used for longest.
 *
 * @param {string} digest
 * @param {string} text
 * @param {number} now
 */
export async function keep(digest, text, now = Date.now()) {
  await inStore("readwrite", (store) => store.put({ digest, text, used: now }));
  /** @type {Entry[]} */
  const all = await inStore("readonly", (store) => store.getAll());
  for (const old of superfluous(all, now)) await inStore("readwrite", (store) => store.delete(old));
}

/**
 * The digests of entries that are too old, or too many.
 *
 * @param {Entry[]} entries
 * @param {number} now
 * @returns {string[]}
 */
export function superfluous(entries, now) {
  let characters = 0;
  return [...entries]
    .sort((one, other) => other.used - one.used)
    .filter(({ text, used }, i) => {
      characters += text.length;
      return i > 0 && (i >= MOST || characters > MOST_CHARACTERS || now - used > MONTH_MS);
    })
    .map(({ digest }) => digest);
}

/** Forget everything. */
export async function forget() {
  await inStore("readwrite", (store) => store.clear());
}
