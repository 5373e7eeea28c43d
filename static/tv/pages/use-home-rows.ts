/** The rows of the home page: loaded, refreshed while the server still looks through the vault. */
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Positions } from "../../shared/positions";
import { useServices } from "../context";
import { WIDE } from "../parts/sizes";
import type { HomeRow } from "./home-rows";
import { loadContinueRow, loadFirstRows, loadFolderRows } from "./home-rows";

const SCAN_POLL_MS = 3000;

interface HomeData {
  rows: HomeRow[] | null;
  error: unknown;
  retry: () => void;
}

export function useHomeRows(memory: Record<string, unknown>): HomeData {
  const { api, failed, language, learn, positions, say } = useServices();
  const [rows, setRows] = useState<HomeRow[] | null>((memory.rows as HomeRow[] | undefined) || null);
  const [begun, setBegun] = useState<HomeRow | null>((memory.begun as HomeRow | undefined) || null);
  const [error, setError] = useState<unknown>(null);

  const load = useCallback(async (): Promise<void> => {
    try {
      const [watched, first] = await Promise.all([loadContinueRow(api), loadFirstRows(api)]);
      first.concat(watched || []).forEach((row) => { row.items.forEach(learn); });
      memory.begun = watched;
      setBegun(watched);
      memory.rows = first;
      setRows((shown) => shown || first);
      const folders = first.filter((row) => row.id === "folders")[0]?.items || [];
      const loaded = first.concat(await loadFolderRows(api, folders));
      memory.rows = loaded;
      setError(null);
      setRows(loaded);
    } catch (problem) {
      failed(problem);
      setError(problem);
    }
  }, [api, failed, learn, memory]);

  useEffect(() => {
    void load();
  }, [load]);

  useEffect(() => {
    let timer = 0;
    let stopped = false;
    let wasRunning = false;
    const poll = async (): Promise<void> => {
      try {
        const scan = await api.scan();
        if (stopped) {
          return;
        }
        if (scan.running) {
          const values = { n: scan.done, total: scan.total === null ? "" : scan.total };
          say(language.t(scan.total === null ? "home.scanning" : "home.scanningOf", values));
        }
        if (scan.running || wasRunning) {
          await load();
          timer = window.setTimeout(() => void poll(), SCAN_POLL_MS);
        }
        wasRunning = scan.running;
      } catch (problem) {
        failed(problem);
      }
    };
    void poll();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [api, failed, language, load, say]);

  const watched = rows === null ? null : begun ? stillBegun(begun, positions) : continueRow(rows, positions.recent());
  return {
    rows: rows === null ? null : watched ? [watched, ...rows] : rows,
    error,
    retry: () => {
      void load();
    },
  };
}

/** The server's row without what this screen has seen to its end since. */
function stillBegun(row: HomeRow, positions: Positions): HomeRow | null {
  const items = row.items.filter((item) => positions.of(item) !== null);
  return items.length > 0 ? { ...row, items } : null;
}

/** What was left in the middle since the page was opened, among the items that the rows know. */
function continueRow(rows: HomeRow[], ids: string[]): HomeRow | null {
  const known = ids
    .map((id) => {
      for (const row of rows) {
        const found = row.items.filter((item) => item.id === id)[0];
        if (found) {
          return found;
        }
      }
      return null;
    })
    .filter((item) => item !== null);
  return known.length > 0
    ? { id: "continue", heading: { key: "home.continue" }, items: known, shape: WIDE, all: null }
    : null;
}
