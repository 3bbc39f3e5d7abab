import { openEmbedded } from "../database/embedded.ts";
import { serveMigrations } from "./migration-thread.ts";

serveMigrations(openEmbedded);
