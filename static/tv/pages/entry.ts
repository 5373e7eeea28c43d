/** The pages as a script of their own: fetched soon after the first one was drawn, or when one of them is the first. */
import "../same-build";
import { bring } from "../later";
import * as pages from "./all";

bring("pages", pages);
