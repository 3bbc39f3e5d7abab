import { openEmbedded } from "../../src/database/embedded.ts";
import { serveMigrations } from "../../src/node/migration-thread.ts";
import { splitting } from "./steps.ts";

// The thread of a rollout as it must not be: a kill between its two transactions tears a guild apart.
serveMigrations(splitting(openEmbedded));
