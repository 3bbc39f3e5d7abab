import { createHash, randomBytes } from "node:crypto";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { html } from "hono/html";
import { type CryptoKey, generateKeyPair, SignJWT } from "jose";
import { seen } from "./secrets/seen.ts";

/** A person who is signed in at a provider: what its user endpoint says of them. */
export type Person = Readonly<Record<string, unknown>>;

/** How a provider may fail us. */
interface Faults {
  /** Names another issuer in the redirect. */
  iss?: string;
  /** Its token names another person than its user endpoint. */
  idTokenSubject?: string;
  /** The token endpoint answers with this status. */
  tokenStatus?: number;
  /** The user endpoint's answer, instead of a person. */
  user?: unknown;
  /** The token endpoint answers this much later. */
  delayMs?: number;
}

/** A token that was given out, for another server that accepts it. */
interface IssuedToken {
  readonly token: string;
  readonly person: Person;
  /** The rights that were asked for and agreed to, with spaces in between. */
  readonly scope: string;
}

interface Grant {
  readonly person: Person;
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly scope: string;
}

export type OAuthProvider = ReturnType<typeof provider>;
export type OAuthServer = Awaited<ReturnType<typeof startOAuth>>;

/** The parts of Discord and Battle.net that sign-in needs: authorize, token with PKCE check, user. */
export async function startOAuth() {
  const app = new Hono();
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  const origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  // Made once: on a busy machine it takes longer than the timeout of a sign-in.
  const { privateKey } = await generateKeyPair("RS256");
  const discord = provider(`${origin}/discord`, "id", privateKey);
  const battlenet = provider(`${origin}/battlenet`, "sub", privateKey);
  app.route("/discord", discord.app).route("/battlenet", battlenet.app);
  return {
    discord,
    battlenet,
    env: { ...discord.env("DISCORD"), ...battlenet.env("BATTLENET") },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function provider(base: string, subjectField: string, privateKey: CryptoKey) {
  const clientId = randomBytes(8).toString("hex");
  const clientSecret =
    subjectField === "sub"
      ? randomBytes(16).toString("hex")
      : `-_${randomBytes(16).toString("hex")}`;
  const codes = new Map<string, Grant>();
  const tokens = new Map<string, Person>();
  const faults: Faults = {};
  const redirectUris = new Set<string>();
  const secrets = [clientSecret];
  const shown: string[] = [];
  const issued: IssuedToken[] = [];
  const app = new Hono();
  const self = {
    app,
    base,
    faults,
    /** Every secret that it issued. Tests search for them where none may be. */
    secrets,
    /** Every code that its token endpoint received. */
    shown,
    /** Every token that it gave out. */
    issued,
    person: {} as Person,
    /** The redirect addresses it accepts, compared exactly. */
    redirectUris,
    env: (prefix: string): Record<string, string> => ({
      [`${prefix}_CLIENT_ID`]: clientId,
      [`${prefix}_CLIENT_SECRET`]: clientSecret,
      [`${prefix}_ISSUER`]: base,
      [`${prefix}_AUTHORIZE_URL`]: `${base}/authorize`,
      [`${prefix}_TOKEN_URL`]: `${base}/token`,
      [`${prefix}_USER_URL`]: `${base}/user`,
    }),
    /** Lets this person agree. Returns the address their browser is redirected to. */
    agree: (asked: URL, person: Person): URL => {
      const query = asked.searchParams;
      const redirectUri = query.get("redirect_uri") ?? "";
      if (query.get("client_id") !== clientId || query.get("response_type") !== "code") {
        throw new Error("This is not a request for a code of ours.");
      }
      if (!redirectUris.has(redirectUri)) throw new Error(`${redirectUri} is not registered.`);
      const isS256 = query.get("code_challenge_method") === "S256";
      const code = randomBytes(16).toString("hex");
      const challenge = isS256 ? query.get("code_challenge") : null;
      const scope = query.get("scope") ?? "";
      codes.set(code, { person, redirectUri, challenge, scope });
      secrets.push(code);
      seen.secret("token", code);
      return back(redirectUri, { code, state: query.get("state") ?? "" });
    },
    refuse: (asked: URL): URL =>
      back(asked.searchParams.get("redirect_uri") ?? "", {
        error: "access_denied",
        state: asked.searchParams.get("state") ?? "",
      }),
  };
  const back = (redirectUri: string, parameters: Record<string, string>): URL => {
    const url = new URL(redirectUri);
    const all = { ...parameters, iss: faults.iss ?? base };
    for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
    return url;
  };

  // Like the real ones: Discord reads the form, Battle.net the header, and it decodes nothing.
  const isOurClient = (header: string | undefined, form: Record<string, unknown>): boolean =>
    subjectField === "sub"
      ? header === `Basic ${btoa(`${clientId}:${clientSecret}`)}`
      : form["client_id"] === clientId && form["client_secret"] === clientSecret;

  app.get("/authorize", (c) =>
    c.html(html`<!doctype html><title>Provider</title><h1>May Guildhall know who you are?</h1>
      <a id="agree" href="${self.agree(new URL(c.req.url), self.person).href}">Agree</a>
      <a id="refuse" href="${self.refuse(new URL(c.req.url)).href}">No</a>`),
  );
  app.post("/token", async (c) => {
    if (faults.delayMs) await new Promise((resolve) => setTimeout(resolve, faults.delayMs));
    if (faults.tokenStatus) return c.text("out of order", faults.tokenStatus as 500);
    const form = await c.req.parseBody();
    shown.push(String(form["code"]));
    if (!isOurClient(c.req.header("authorization"), form)) {
      return c.json({ error: "invalid_client" }, 401);
    }
    const code = String(form["code"]);
    const grant = codes.get(code);
    codes.delete(code);
    const challenge = createHash("sha256")
      .update(String(form["code_verifier"]))
      .digest("base64url");
    const isGood = grant?.redirectUri === form["redirect_uri"] && grant?.challenge === challenge;
    if (!grant || !isGood) return c.json({ error: "invalid_grant" }, 400);
    const token = randomBytes(16).toString("hex");
    tokens.set(token, grant.person);
    secrets.push(token);
    seen.secret("token", token);
    issued.push({ token, person: grant.person, scope: grant.scope });
    const subject = faults.idTokenSubject ?? String(grant.person[subjectField]);
    const idToken =
      subjectField === "sub" && grant.scope.includes("openid")
        ? await idTokenFor(base, clientId, subject, privateKey)
        : undefined;
    return c.json({
      access_token: token,
      token_type: "Bearer",
      expires_in: 600,
      scope: grant.scope,
      id_token: idToken,
      // Discord names the server on which the person installed the bot.
      ...(grant.person["guild"] !== undefined && { guild: grant.person["guild"] }),
    });
  });
  app.get("/user", (c) => {
    const person = tokens.get((c.req.header("authorization") ?? "").replace("Bearer ", ""));
    if (person === undefined) return c.json({ message: "401: Unauthorized" }, 401);
    return c.json((faults.user ?? person) as Record<string, string>);
  });
  return self;
}

async function idTokenFor(
  issuer: string,
  audience: string,
  subject: string,
  privateKey: CryptoKey,
): Promise<string> {
  return await new SignJWT()
    .setProtectedHeader({ alg: "RS256" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime("5 minutes")
    .sign(privateKey);
}
