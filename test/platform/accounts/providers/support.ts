import type { TestApp, TestClient } from "../../../support/app.ts";
import { testApp } from "../../../support/app.ts";
import { type OAuthProvider, type Person, startOAuth } from "../../../support/oauth.ts";

export const thrall = {
  id: "80351110224678912",
  username: "thrall",
  global_name: "Thrall",
  email: "thrall@example.test",
  verified: true,
};
export const rexxar = { sub: "4711", id: 4711, battletag: "Rexxar#1234" };

export type Providers = Awaited<ReturnType<typeof appWithProviders>>;

/** The product, registered with two fake providers on this machine. */
export async function appWithProviders(env: Record<string, string> = {}) {
  const oauth = await startOAuth();
  const publicUrl = env["PUBLIC_URL"] ?? "http://localhost";
  for (const id of ["discord", "battlenet"] as const) {
    oauth[id].redirectUris.add(`${publicUrl}/sign-in/${id}/callback`);
  }
  const t = await testApp({ ...oauth.env, ...env });
  const close = async () => {
    await t.close();
    await oauth.close();
  };
  return { t, oauth, close, [Symbol.asyncDispose]: close };
}

/** A browser: it keeps cookies, follows no redirects, and names the origin of its requests. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #t: TestApp;
  readonly #origin: string;

  constructor(t: TestApp, origin = "http://localhost") {
    this.#t = t;
    this.#origin = origin;
  }

  /** The browser of a person who is signed in. */
  static of(t: TestApp, person: TestClient): Browser {
    const browser = new Browser(t);
    browser.cookies.set("guildhall", person.identity.token);
    return browser;
  }

  async get(path: string, headers: Record<string, string> = {}) {
    return await this.#send(path, { headers: { "sec-fetch-site": "same-origin", ...headers } });
  }

  async submit(path: string, fields: Record<string, string>) {
    const headers = { origin: this.#origin, "sec-fetch-site": "same-origin" };
    return await this.#send(path, { method: "POST", body: new URLSearchParams(fields), headers });
  }

  /** Starts a sign-in. Returns the provider's address. */
  async begin(path: string): Promise<URL> {
    const { status, location, text } = await this.get(path);
    if (status !== 303 || !location?.includes("/authorize?")) {
      throw new Error(`${path} answered ${status} ${location}: ${text}`);
    }
    return new URL(location);
  }

  /** Follows the provider's redirect back to us. */
  async comeBack(url: URL) {
    return await this.get(url.pathname + url.search, { "sec-fetch-site": "cross-site" });
  }

  /** A complete sign-in: starts, agrees, and comes back. */
  async through(provider: OAuthProvider, path: string, person: Person) {
    return await this.comeBack(provider.agree(await this.begin(path), person));
  }

  /** The account this browser is signed in as; undefined without a session. */
  async whoAmI(): Promise<{ id: string; email: string; emailVerified: boolean } | undefined> {
    const { status, text } = await this.get("/api/session");
    return status === 200 ? JSON.parse(text).user : undefined;
  }

  async #send(path: string, init: RequestInit) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await this.#t.request(`${this.#origin}${path}`, {
      redirect: "manual",
      ...init,
      headers: { ...(init.headers as Record<string, string>), ...(cookie && { cookie }) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(";", 1)[0]!.split("=") as [string, string];
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, text, location: headers.get("location") };
  }
}

/** How many people and sessions there are, to see that a refusal left nothing behind. */
export async function counts({ services }: TestApp) {
  return await services.platform.db.first(`SELECT (SELECT count(*) FROM users) AS users,
    (SELECT count(*) FROM sessions) AS sessions, (SELECT count(*) FROM identities) AS identities`);
}

/** Marks the address of a person as verified, as the mailed link would. */
export async function proveAddress({ services }: TestApp, person: TestClient): Promise<void> {
  await services.platform.db.client.execute({
    sql: "UPDATE users SET email_verified_at = 1 WHERE id = ?",
    args: [person.userId],
  });
}
