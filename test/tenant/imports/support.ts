import { type Answer, type TestApp, type TestClient, testApp } from "../../support/app.ts";

/** A guild with an owner, on a clock that is later than the dates in the files. */
export async function importApp() {
  const t = await testApp();
  const { owner, id } = await t.guild("iron-vow");
  return { t, owner, id, [Symbol.asyncDispose]: () => t[Symbol.asyncDispose]() };
}

export async function upload(owner: TestClient, text: string, query = ""): Promise<Answer> {
  return await owner.sendText("POST", `/imports${query}`, text, "text/plain");
}

/** Commits and waits until the import is done, with the job if the request left something. */
export async function commit(t: TestApp, owner: TestClient, id: string): Promise<Answer> {
  const begun = await owner.post(`/imports/${id}/commitment`, {});
  if (begun.status !== 202) return begun;
  await t.services.importRunner.drain();
  return await owner.get(`/imports/${id}`);
}

export async function revert(t: TestApp, owner: TestClient, id: string): Promise<Answer> {
  const begun = await owner.post(`/imports/${id}/reversal`, {});
  if (begun.status !== 202) return begun;
  await t.services.importRunner.drain();
  return await owner.get(`/imports/${id}`);
}

/** Uploads and commits a text that has no questions. */
export async function imported(t: TestApp, owner: TestClient, text: string, query = "") {
  const uploaded = await upload(owner, text, query);
  if (uploaded.status !== 202)
    throw new Error(`upload answered ${uploaded.status}: ${uploaded.text}`);
  const done = await commit(t, owner, uploaded.body.id);
  if (done.body.state !== "done") throw new Error(`commit answered ${done.status}: ${done.text}`);
  return done.body;
}

/** The points of everyone by name. */
export async function balances(owner: TestClient): Promise<Record<string, string>> {
  const { body } = await owner.get("/standings?limit=200");
  const rows = (body.items as { name: string; points: string }[]).map(({ name, points }) => [
    name,
    points,
  ]);
  return Object.fromEntries(rows);
}

/** Whether the ledger proves its balances. */
export async function isProved(owner: TestClient): Promise<boolean> {
  return (await owner.get("/dkp/verification")).body.isRight;
}
