import { Resolver } from "node:dns/promises";
import { limits } from "../limits.ts";
import type { TxtAnswer } from "../platform/domains/rules.ts";
import type { TxtRecords } from "../platform/domains/txt-records.ts";

/** The name does not exist, or it has no TXT records. */
const ABSENT: ReadonlySet<string> = new Set(["ENOTFOUND", "ENODATA"]);

/** TXT records from the system's name servers, or from `servers` if there are any. */
export class DnsTxtRecords implements TxtRecords {
  readonly #servers: readonly string[];

  constructor(servers: readonly string[]) {
    this.#servers = servers;
  }

  async lookup(name: string): Promise<TxtAnswer> {
    // A resolver of its own for each question, because a resolver remembers answers.
    const { dnsTimeoutMs: timeout, dnsTries: tries } = limits.domains;
    const resolver = new Resolver({ timeout, tries });
    if (this.#servers.length > 0) resolver.setServers(this.#servers);
    try {
      const records = await resolver.resolveTxt(name);
      return { type: "found", texts: records.map((parts) => parts.join("")) };
    } catch (error) {
      const reason = error instanceof Error && "code" in error ? String(error.code) : "failed";
      return ABSENT.has(reason) ? { type: "absent" } : { type: "unreachable", reason };
    }
  }
}
