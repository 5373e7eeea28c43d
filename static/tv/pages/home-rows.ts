/** What the home page shows: which rows, in which order, and how they are fetched. */
import { ApiError } from "../../shared/api";
import type { Api } from "../../shared/api";
import type { StringKey } from "../../shared/i18n";
import type { Item, ItemQuery } from "../../shared/types";
import type { CardShape } from "../parts/sizes";
import { PHOTO, WIDE } from "../parts/sizes";

export interface HomeRow {
  id: string;
  /** A key of the string table, or a folder's own name. */
  heading: { key: StringKey } | { name: string };
  items: Item[];
  shape: CardShape;
  /** Where "see all" leads, null when everything is here. */
  all: "videos" | "photos" | "folders" | Item | null;
}

/** Cards in a row before "see all". */
const ROW_LIMIT = 20;
/** Folders that get a row of their own. */
const FOLDER_ROWS = 6;
const ALL_ROOT_FOLDERS = 100;

function shapeOf(items: Item[]): CardShape {
  return items.length > 0 && items.every((item) => item.kind === "photo") ? PHOTO : WIDE;
}

async function row(api: Api, id: string, heading: HomeRow["heading"], query: ItemQuery, all: HomeRow["all"]): Promise<HomeRow> {
  const page = await api.items({ ...query, limit: ROW_LIMIT });
  return { id, heading, items: page.items, shape: shapeOf(page.items), all: page.next === null ? null : all };
}

/** What was begun on any screen; null where the server does not keep positions. */
export async function loadContinueRow(api: Api): Promise<HomeRow | null> {
  try {
    return await row(api, "continue", { key: "home.continue" }, { kind: "video", sort: "-watched", begun: "true" }, null);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 400 || error.status === 422)) {
      return null;
    }
    throw error;
  }
}

/** Fetch the rows that are always there; those without items are left out. */
export async function loadFirstRows(api: Api): Promise<HomeRow[]> {
  const rows = await Promise.all([
    row(api, "recent", { key: "home.recent" }, { kind: "video", sort: "-added" }, "videos"),
    row(api, "photos", { key: "home.photos" }, { kind: "photo", sort: "-taken" }, "photos"),
    loadFolderRow(api),
  ]);
  return rows.filter((one) => one.items.length > 0);
}

async function loadFolderRow(api: Api): Promise<HomeRow> {
  const page = await api.items({ limit: ALL_ROOT_FOLDERS });
  const folders = page.items.filter((item) => item.kind === "folder");
  const others = page.items.length > folders.length || page.next !== null;
  return { id: "folders", heading: { key: "home.folders" }, items: folders, shape: WIDE, all: others ? "folders" : null };
}

/** Fetch a row for each of the first folders, with what lies in it. */
export async function loadFolderRows(api: Api, folders: Item[]): Promise<HomeRow[]> {
  const rows = await Promise.all(
    folders
      .slice(0, FOLDER_ROWS)
      .map((folder) => row(api, "folder-" + folder.id, { name: folder.title }, { folder: folder.id }, folder)),
  );
  return rows.filter((one) => one.items.length > 0);
}
