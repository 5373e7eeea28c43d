/** Which build the page is of: a server that was updated meanwhile hands out scripts that fit another one. */
import { browserStore, Preferences } from "../shared/preferences";

/** Written by the build: a digest of all that it was made of. */
declare const LANTERNE_BUILD: string;

/** Of the page. */
export const build = LANTERNE_BUILD;

const RENEWED = "renewed";

/** Fetch the page anew, once: what stands in between may keep the old one and hand it out again. */
export function renew(): void {
  const store = new Preferences(browserStore());
  if (store.get(RENEWED) !== build) {
    store.set(RENEWED, build);
    window.location.reload();
  }
}
