import { base } from "./base.ts";
import { components } from "./components.ts";
import { forms } from "./forms.ts";
import { landing } from "./landing.ts";
import { layout } from "./layout.ts";
import { live } from "./live.ts";
import { tables } from "./tables.ts";
import { tinctures } from "./tinctures.ts";
import { tokens } from "./tokens.ts";

/** The style sheet, from general to specific rules. */
export const styles = [
  tokens,
  tinctures,
  base,
  layout,
  forms,
  components,
  tables,
  live,
  landing,
].join("");
