/** The player as a script of its own: fetched when somebody is about to watch, not when the page opens. */
import "../same-build";
import { bring } from "../later";
import { Player } from "./player";

bring("player", Player);
