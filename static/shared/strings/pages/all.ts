/** Words of the pages that come after the first. Importing this makes them known. */
import { addWords } from "../../i18n";
import { de } from "./de";
import { en } from "./en";
import { fr } from "./fr";

addWords({ en, de, fr });
