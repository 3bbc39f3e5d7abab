import { cloneOne } from "../../provisioning/cli/guilds/files.ts";
import { Output } from "../../provisioning/cli/output.ts";
import type { NodeServices } from "../../src/node/services.ts";

/** The address of the clone. */
export const CLONE = "iron-lab";

/** What `guildhall guilds clone` does, for the owner of the guild itself. */
export async function cloneOnce(services: NodeServices, slug: string): Promise<void> {
  const owner = await services.platform.db.first<{ email: string }>(
    `SELECT u.email FROM users u JOIN guilds g ON g.owner_id = u.id WHERE g.slug = ?`,
    slug,
  );
  const output = new Output({ quiet: true });
  await cloneOne(services, output, slug, { slug: CLONE, ownerEmail: owner!.email });
}
