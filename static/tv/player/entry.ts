/** The player as a script of its own: fetched when somebody is about to watch, not when the page opens. */
import { Player } from "./player";

(window as unknown as { lanternePlayer?: typeof Player }).lanternePlayer = Player;
