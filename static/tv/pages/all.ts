/** The pages that come after the first paint, as a script of their own. */
import "../../shared/strings/pages/all";

export { ApprovePage } from "./approve";
export { Detail } from "./detail";
export { LockDialog } from "./lock-dialog";
export { LockedPage } from "./locked";
export { PairPage } from "./pairing";
export { ServerPage } from "./server";
export { Viewer } from "./viewer";
