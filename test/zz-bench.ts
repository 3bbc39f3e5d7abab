import { mkdtemp, open, rename, rm, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os"; import { join } from "node:path";
import { drizzle } from "drizzle-orm/libsql"; import { migrate as dmigrate } from "drizzle-orm/libsql/migrator"; import { createClient } from "@libsql/client";
import { openProvisioning, guildSchema } from "./support/provisioning.ts";
import { newDatabaseName } from "../provisioning/hosts/host.ts";
import { migrateFleet } from "../provisioning/fleet.ts";
const dir = await mkdtemp(join("/tmp/bench", "b-"));
const s = await openProvisioning(dir);
const p = (xs: number[], q: number) => xs.sort((a,b)=>a-b)[Math.floor(xs.length*q)]!.toFixed(2);
async function time(name: string, n: number, f: (i:number)=>Promise<unknown>) { const xs:number[]=[]; for (let i=0;i<n;i++){const t=performance.now(); await f(i); xs.push(performance.now()-t);} console.log(name.padEnd(44), "p50", p(xs,.5), "p95", p(xs,.95)); return xs; }
const bytes = await s.template(); await mkdir(join(dir,"floor")); await mkdir(join(dir,"dz"));
const floor = async (i:number) => { const d=join(dir,"floor"); const t=join(d,`t${i}`); const f=await open(t,"w"); await f.writeFile(bytes); await f.sync(); await f.close(); await rename(t,join(d,`f${i}-${Math.random()}`)); const h=await open(d,"r"); await h.sync(); await h.close(); };
const ids: any[] = []; for (let i=0;i<620;i++) ids.push(await s.recordGuild(`g-${i}`));
for (let round=0; round<2; round++) {
await time("floor: write+fsync+rename+fsync dir", 200, floor);
await time("host.create", 200, () => s.host.create(newDatabaseName()));
await time("provisioner.provision (whole saga)", 300, (i) => s.provisioner.provision(ids[round*300+i]));
await time("drizzle migrate() of a new file", 100, async (i) => { const c = createClient({url:`file:${join(dir,"dz",`d${round}-${i}.db`)}`}); await dmigrate(drizzle(c), {migrationsFolder:"tenant-migrations"}); c.close(); });
}
console.log("bytes", bytes.length);
const rows=[]; for (let i=0;i<10000;i++) rows.push({sql:`INSERT INTO guilds (id,slug,name,name_key,realm,realm_key,region,faction,owner_id,plan,status,host,database_name,settings,created_at,updated_at,schema_version,schema_hash) SELECT 'x'||?1,'x'||?1,?1,'n'||?1,'r','r','eu','horde',owner_id,'free','ready','file','x'||?1,'{}',1,1,schema_version,schema_hash FROM guilds WHERE status='ready' LIMIT 1`,args:[String(i)]});
await s.platform.db.client.batch(rows,"write");
await time("noop over 10,600 guilds", 10, async () => { const r = await migrateFleet({...s.fleet, openClient: () => { throw new Error("opened") }}, {lanes:4,canaries:1,failuresMax:1}); if (r.behind!==0 || r.failed.length) throw r; });
await s.close(); await rm(dir,{recursive:true});
