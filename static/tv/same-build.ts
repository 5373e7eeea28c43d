/** The first thing that a script does that comes later: make sure that it fits the page. */
import { build, renew } from "./build";

/** As in `build.ts`, but of this script. */
declare const LANTERNE_BUILD: string;

if (build !== LANTERNE_BUILD) {
  renew();
  throw new Error("this script is of another build than the page");
}
