/**
 * What the page lends to scripts that come later (the other pages, the player): one Preact, one set of services, one of
 * each part.
 *
 * The build takes these names from here instead of bundling what they stand for a second time; see vite.config.ts.
 */
export { Fragment } from "preact";
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
export { jsx, jsxs } from "preact/jsx-runtime";
export { ApiError, imageUrl, queryString, WRONG_PASSPHRASE } from "../shared/api";
export { channelName, clock, fileSize, timeOfDay } from "../shared/format";
export { addWords } from "../shared/i18n";
export { isPlayable, isSong } from "../shared/playable";
export { build, renew } from "./build";
export { useServices, useText } from "./context";
export { LAYER } from "./input";
export { bring } from "./later";
export { openItem } from "./open";
export { folderOf, whereabouts } from "./parts/facts";
export { Facts } from "./parts/hero";
export { addIcons, Beam, Brand, Icon } from "./parts/icons";
export { Failure, Notice, Spinner } from "./parts/notice";
export { Backdrop, Picture } from "./parts/picture";
export { Row } from "./parts/row";
export { cardsVisible, laneHeight, rem, WIDE } from "./parts/sizes";
export { quietFocus, useHeldFocus, usePageFocus } from "./use-focus";
export { usePresses } from "./use-presses";
