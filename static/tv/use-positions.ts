/** Where films were left, told to the server and learnt from it. */
import { useCallback, useMemo, useRef } from "preact/hooks";
import { ApiError } from "../shared/api";
import type { Api } from "../shared/api";
import { Positions } from "../shared/positions";
import type { Item } from "../shared/types";

interface PositionServices {
  positions: Positions;
  report: (id: string, position_s: number) => void;
  learn: (item: Item) => void;
}

export function usePositions(api: Api): PositionServices {
  const positions = useMemo(() => new Positions(), []);
  /** Whether the server keeps positions; null while nobody asked. */
  const keeps = useRef<boolean | null>(null);
  const report = useCallback(
    (id: string, position_s: number): void => {
      if (keeps.current === false) {
        return;
      }
      api.putPosition(id, position_s).then(
        () => {
          keeps.current = true;
        },
        (problem: unknown) => {
          const status = problem instanceof ApiError ? problem.status : 0;
          // Of a server that has kept positions it says that this film is gone, and nothing of others.
          if (keeps.current === null && (status === 404 || status === 405)) {
            keeps.current = false;
          }
        },
      );
    },
    [api],
  );
  const learn = useCallback(
    (item: Item): void => {
      positions.learn(item, keeps.current === true, Date.now());
    },
    [positions],
  );
  return { positions, report, learn };
}
