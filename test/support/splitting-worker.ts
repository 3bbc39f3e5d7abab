import { openEmbedded } from "../../src/database/embedded.ts";
import { serveMigrations } from "../../src/node/migration-thread.ts";
import { splitting } from "./steps.ts";

// A rollout's thread with a fault: a kill between its two transactions leaves a guild half migrated.
serveMigrations(splitting(openEmbedded));
