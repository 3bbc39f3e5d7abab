import { expect, test } from "vitest";
import { MINUTE_MS } from "../platform/accounts/support.ts";
import { testApp } from "../support/app.ts";

const GUESSED = [
  ...[
    "aaaaaaaa",
    "        ",
    "Password123!",
    "P@ssw0rd1",
    "p4ssw0rd",
    "p.a.s.s.w.o.r.d",
    "drowssap1",
  ],
  ...[
    "Summer2024!",
    "Welcome1!",
    "letmein1",
    "Dragon123",
    "1password1",
    "Passw0rd!!!!!!",
    "19841231",
  ],
  ...[
    "qwertyuiop",
    "1qaz2wsx",
    "!QAZ2wsx",
    "asdf;lkj",
    "azertyuiop",
    "abcd1234",
    "987654321",
    "a1b2c3d4",
  ],
  ...[
    "abababab",
    "aaaabbbb",
    "password password",
    "12341234",
    "!!!!!!!!",
    "ｐａｓｓｗｏｒｄ",
    "pässwörd1",
  ],
  ...["2026-11-30", "30.11.1985", "555-123-4567"],
  ...["guildhall1", "gu1ldhall!", "Warcraft1", "azeroth123", "Contraseña1", "Hermandad1"],
];
const GOOD = [
  "correct horse battery staple",
  "mi perro come pizza",
  "Xk29vbQp",
  "the raid starts at nine",
];

test(
  "S83 a password that everybody tries first is refused at sign-up, change and reset",
  async () => {
    await using t = await testApp({
      RATE_LIMITS: "sign-in.account=off,sign-in.address=off,sign-up.address=off",
    });
    const owner = await t.signUp();
    const guild = await t.guild("ironvow");
    await t.join(owner.userId, guild, "raider");
    await t.services.platform.db.client.execute({
      sql: "UPDATE guilds SET name = 'Iron Vow' WHERE id = ?",
      args: [guild.id],
    });
    const { password: currentPassword } = owner.identity;
    const refused = { status: 422, body: { type: "/problems/auth/weak-password" } };
    const signUp = (password: string, name: string) =>
      t.anonymous.post("/api/users", { email: `${name}@example.test`, name, password });
    for (const [at, password] of GUESSED.entries()) {
      expect(await signUp(password, `nina${at}`), password).toMatchObject(refused);
      const changed = await owner.post("/api/account/password", { currentPassword, password });
      expect(changed, password).toMatchObject(refused);
    }
    // A guild's name is a word that all its members think of.
    for (const password of ["IronVow2024!", "iron vow!!"]) {
      const changed = await owner.post("/api/account/password", { currentPassword, password });
      expect(changed, password).toMatchObject(refused);
    }
    for (const [at, password] of GOOD.entries()) {
      expect((await signUp(password, `mila${at}`)).status, password).toBe(201);
    }
  },
  2 * MINUTE_MS,
);
