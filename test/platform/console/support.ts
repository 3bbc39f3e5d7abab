import { AREAS, type Area } from "../../../src/kernel/areas.ts";
import { addOperator } from "../../../src/platform/console/service.ts";
import type { OperatorContext } from "../../../src/platform/context.ts";
import type { TestApp, TestClient } from "../../support/app.ts";

/** The command line as the verbs see it: an operator with every right. */
export function machine(t: TestApp): OperatorContext {
  return {
    services: t.services,
    caller: { type: "operator", name: "root" },
    requestId: "",
    address: "",
    agent: "guildhall",
    areas: new Set(AREAS),
  };
}

/** A user with a verified address. */
export async function verifiedUser(t: TestApp, name?: string): Promise<TestClient> {
  const client = await t.signUp(name);
  await t.services.platform.db.client.execute({
    sql: "UPDATE users SET email_verified_at = 1 WHERE id = ?",
    args: [client.userId],
  });
  return client;
}

/** An operator who signed in just now, which counts as a password check. */
export async function anOperator(
  t: TestApp,
  areas: readonly Area[] = AREAS,
  name?: string,
): Promise<TestClient> {
  const client = await verifiedUser(t, name);
  await addOperator(machine(t), { email: client.identity.email, areas });
  return client;
}
