import type { GuildId } from "../../src/kernel/ids.ts";
import { openProvisioning } from "./provisioning.ts";
import { makeTursoHost } from "./turso-platform.ts";

// A separate process that works on one guild in the fake of Turso's cloud. The fake may kill it
// while a call is under way. Arguments: the data folder; `provision` or `deprovision`; the cloud.
const [dataDir, verb, cloud] = process.argv.slice(2) as [string, string, string];
const elsewhere = await makeTursoHost(JSON.parse(cloud));
const { provisioner, platform, close } = await openProvisioning(dataDir, { elsewhere });
const guild = await platform.db.first<{ id: GuildId }>("SELECT id FROM guilds");
if (verb === "provision") await provisioner.provision(guild!.id);
else await provisioner.deprovision(guild!.id);
await close();
