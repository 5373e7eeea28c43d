/** Words of the player. Importing this makes them known. */
import { addWords } from "../../i18n";
import { de } from "./de";
import { en } from "./en";
import { fr } from "./fr";

addWords({ en, de, fr });
