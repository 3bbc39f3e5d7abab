import { foldName } from "../../kernel/names.ts";

/** Why a slug is invalid. `slugProblem` returns undefined for a valid one. */
export type SlugProblem = "too-short" | "too-long" | "characters" | "double-hyphen" | "reserved";

const SLUG_CHARS_MIN = 3;
export const SLUG_CHARS_MAX = 32;

// A guild may have a subdomain. Reserved are names of our own paths, of hosts that software looks for
// by itself, and of offices that a stranger would trust.
const RESERVED = new Set(
  `about abuse access account accounts admin administrator api app apps assets auth autoconfig
   autodiscover backup billing blog broadcasthost browse cdn cgi-bin config console contact cookies
   demo dev discord dns docs doc download email error faq favicon feed feedback ftp git
   everyone false guild guildhall guilds health help here home hostmaster http https imap img invitations invite info
   internal isatap jobs js legal list lists live localdomain localhost login logout mail mailer-daemon
   manifest me media members metrics mobile mta-sts mx my new news nobody noc noreply no-reply
   ns ns1 ns2 oauth official onboarding openapi operator operators owner payments plans platform pop
   pop3 postmaster preferences pricing privacy problems public register reset robots root rss sales
   security server session sessions settings setup shop sign-in sign-out sign-up signin signout
   signup site sitemap smtp sql ssl sso ssladmin ssladministrator sslwebmaster staff staging static
   stats status store stream support sysadmin system team terms test tls upload usenet user users
   true undefined null uucp verify webhook webhooks webmaster well-known wpad ws www www1 www2`.split(
    /\s+/,
  ),
);

// Device names of Windows, where no folder can have such a name.
const DEVICES = [
  ...["con", "prn", "aux", "nul", "conin", "conout", "clock"],
  ...["com", "lpt"].flatMap((port) => Array.from({ length: 10 }, (_, number) => port + number)),
];

// Words in both languages of the product: Spanish people trust `soporte` as others do `support`.

/** Words that only the platform may use for itself, anywhere in a slug. */
const OFFICIAL = `guildhall support official moderator administrator sysadmin helpdesk webmaster
  postmaster hostmaster customerservice soporte oficial moderador administracion`.split(/\s+/);

/** The same at the beginning of a part. Elsewhere they occur in ordinary words, such as badminton. */
const OFFICIAL_BEGINNINGS = ["admin", "billing", "password", "signin", "login", "verif"];

/** Offices and machines of the platform. Slugs made only of these words and fillers are reserved. */
const OFFICES =
  `abuse access account accounts auth billing console cookies dns email ftp help hostmaster
  imap internal legal login logout mail mailer mod mods noc noreply oauth operator operators password
  payments platform pop3 postmaster privacy root sales secure security server smtp sql ssl ssladmin
  sso staff status sysadmin system terms usenet user users webmail webmaster webhook webhooks
  ayuda contacto contrasena correo cuenta cuentas facturacion pagos plataforma privacidad seguridad
  servidor sistema usuario usuarios`.split(/\s+/);

/** Words that leave the meaning of a reserved word as it is: `help-desk`, `the-staff`. */
const FILLERS = new Set(
  `a an and app bot center central centre chat contact department dept desk for group inbox
   live my of office one online our page portal site team the us your
   aqui centro con de del el en equipo la las los mi para su tu un una y`.split(/\s+/),
);

/** The pairs that `slugLooks` folds, in order. The SQL in slug-guard.ts uses the same list. */
export const LOOK_ALIKES: readonly (readonly [from: string, to: string])[] = [
  ["rn", "m"],
  ["vv", "w"],
  ["0", "o"],
  ["1", "l"],
  ["i", "l"],
];

const RESERVED_LOOKS = new Set([...RESERVED, ...DEVICES].map(slugLooks));
const OFFICE_LOOKS = new Set(OFFICES.map(slugLooks));
const OFFICIAL_LOOKS = OFFICIAL.map(slugLooks);
const OFFICIAL_BEGINNING_LOOKS = OFFICIAL_BEGINNINGS.map(slugLooks);

/** Why `slug` is invalid. Undefined when only another guild could be in the way. */
export function slugProblem(slug: string): SlugProblem | undefined {
  if (slug.length < SLUG_CHARS_MIN) return "too-short";
  if (slug.length > SLUG_CHARS_MAX) return "too-long";
  if (!/^[a-z][a-z0-9-]*[a-z0-9]$/.test(slug)) return "characters";
  // Also excludes `xn--`, which browsers show in another alphabet.
  if (slug.includes("--")) return "double-hyphen";
  return [slug, plainLetters(slug)].some(isReserved) ? "reserved" : undefined;
}

/** Whether it is a reserved word, or another name for an office of the platform. */
function isReserved(slug: string): boolean {
  const joined = slugLooks(slug.replaceAll("-", ""));
  if (RESERVED_LOOKS.has(slugLooks(slug)) || RESERVED_LOOKS.has(joined)) return true;
  if (OFFICIAL_LOOKS.some((word) => joined.includes(word))) return true;
  const parts = slug.split("-");
  const begins = (part: string) =>
    OFFICIAL_BEGINNING_LOOKS.some((word) => slugLooks(part).startsWith(word));
  if (parts.some(begins)) return true;
  const words = parts.filter((part) => !FILLERS.has(part) && !/^\d+$/.test(part));
  const isOffice = (part: string) =>
    OFFICE_LOOKS.has(slugLooks(part)) || OFFICE_LOOKS.has(slugLooks(part.replace(/\d+$/, "")));
  return words.length > 0 && words.every(isOffice);
}

/** Replaces digits that are read as letters. 0 and 1 are look-alikes already. */
function plainLetters(slug: string): string {
  return slug.replace(/[34578]/g, (digit) => DIGIT_LETTERS[digit] ?? digit);
}

const DIGIT_LETTERS: Readonly<Record<string, string>> = { 3: "e", 4: "a", 5: "s", 7: "t", 8: "b" };

/** Folds look-alike characters. Two slugs with the same result can be mistaken for each other. */
export function slugLooks(slug: string): string {
  return LOOK_ALIKES.reduce((text, [from, to]) => text.replaceAll(from, to), slug);
}

/** A guild's name folded for comparison. Case, width, spacing and look-alike letters do not count. */
export function nameKey(name: string): string {
  const folded = foldName(name);
  const latin = [...folded].map((letter) => LATIN_LOOKS[letter] ?? letter).join("");
  return slugLooks(latin);
}

/** The key of a realm in earlier releases, which kept accents. Stored keys may still be these. */
export function formerRealmKey(realm: string): string {
  return realm
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** Derives a valid slug from any name. */
export function suggestSlug(name: string): string {
  const ascii = [...name.normalize("NFKD").toLowerCase()]
    .map((letter) => TRANSLITERATION[letter] ?? letter)
    .join("")
    .normalize("NFKD")
    .replace(/[\p{M}'’`]/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const named = /^[a-z]/.test(ascii) ? ascii : `guild-${ascii}`;
  const slug = cut(named, SLUG_CHARS_MAX);
  const candidates = [slug, cut(`${slug}-guild`, SLUG_CHARS_MAX), `guild-${cut(slug, 20)}`];
  return candidates.find((one) => slugProblem(one) === undefined) ?? FALLBACK_SLUG;
}

/** For names that are reserved in every form. */
const FALLBACK_SLUG = "unnamed-company";

/** The `number`-th variant of a slug, if others took the earlier ones: `name`, `name-2`, … */
export function numberedSlug(slug: string, number: number): string {
  const suffix = number === 1 ? "" : `-${number}`;
  // A digit can be read as a letter, so a number can complete a reserved word: `g-l-7` reads `git`.
  const candidates = [slug, `${cut(slug, 20)}-guild`, FALLBACK_SLUG].map(
    (one) => cut(one, SLUG_CHARS_MAX - suffix.length) + suffix,
  );
  return candidates.find((one) => slugProblem(one) === undefined) ?? candidates[0]!;
}

function cut(slug: string, charsMax: number): string {
  return slug.slice(0, charsMax).replace(/-+$/, "");
}

const pairs = (from: string, to: string): [string, string][] =>
  [...from].map((letter, index) => [letter, [...to][index]!]);

// Cyrillic and Greek letters whose small or capital form looks like a Latin one.
const LATIN_LOOKS: Readonly<Record<string, string>> = Object.fromEntries([
  ...pairs("асеіјорѕхуԁһӏԛԝвнкмт", "aceijopsxydhlqwbhkmt"),
  ...pairs("νοραικτυβεζημχ", "vopaiktubezhmx"),
]);

const TRANSLITERATION: Readonly<Record<string, string>> = Object.fromEntries([
  ...pairs("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye"),
  ...pairs("іўґџ", "iugd"),
  ...pairs("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo"),
  ...pairs("øðđłıħ", "oddlih"),
  ["ж", "zh"],
  ["х", "kh"],
  ["ц", "ts"],
  ["ч", "ch"],
  ["ш", "sh"],
  ["щ", "shch"],
  ["ю", "yu"],
  ["я", "ya"],
  ["є", "ie"],
  ["ъ", ""],
  ["ь", ""],
  ["θ", "th"],
  ["χ", "ch"],
  ["ψ", "ps"],
  ["ß", "ss"],
  ["æ", "ae"],
  ["œ", "oe"],
  ["þ", "th"],
]);
