/**
 * What the page lends to scripts that come later (the player): one Preact, one set of services, one of each part.
 *
 * The build takes these names from here instead of bundling what they stand for a second time; see vite.config.ts.
 */
export { Fragment } from "preact";
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
export { jsx, jsxs } from "preact/jsx-runtime";
export { ApiError } from "../shared/api";
export { sameTongue } from "../shared/tongues";
export { clock, timeOfDay } from "../shared/format";
export { useServices, useText } from "./context";
export { LAYER } from "./input";
export { isPlayable, isSong } from "../shared/playable";
export { folderOf } from "./parts/facts";
export { Icon } from "./parts/icons";
export { Failure, Notice, Spinner } from "./parts/notice";
export { Picture } from "./parts/picture";
export { rem } from "./parts/sizes";
export { aboutLines, audioName, subtitleName } from "./parts/tracks";
export { quietFocus, useHeldFocus } from "./use-focus";
export { usePresses } from "./use-presses";
