/** Why a slug cannot be used, whoever asks; undefined from `slugProblem` means it can. */
export type SlugProblem = "too-short" | "too-long" | "characters" | "double-hyphen" | "reserved";

export const SLUG_CHARS_MIN = 3;
export const SLUG_CHARS_MAX = 32;

// A guild may live at a subdomain, so names of our own paths, of hosts that software looks for by
// itself, and of offices that a stranger would trust are nobody's.
const RESERVED = new Set(
  `about abuse access account accounts admin administrator api app apps assets auth autoconfig
   autodiscover backup billing blog broadcasthost browse cdn cgi-bin config console contact cookies
   demo dev discord dns docs doc download email error faq favicon feed feedback ftp git
   guild guildhall guilds health help home hostmaster http https imap img invitations invite info
   internal isatap jobs js legal list lists live localdomain localhost login logout mail mailer-daemon
   manifest me media members metrics mobile mta-sts mx my new news nobody noc noreply no-reply
   ns ns1 ns2 oauth official onboarding openapi operator operators owner payments plans platform pop
   pop3 postmaster preferences pricing privacy problems public register reset robots root rss sales
   security server session sessions settings setup shop sign-in sign-out sign-up signin signout
   signup site sitemap smtp sql ssl sso ssladmin ssladministrator sslwebmaster staff staging static
   stats status store stream support sysadmin system team terms test tls upload usenet user users
   uucp verify webhook webhooks webmaster well-known wpad ws www www1 www2`.split(/\s+/),
);

/** The pairs that `slugLooks` folds, in order; SQL folds by the same list. */
export const LOOK_ALIKES: readonly (readonly [from: string, to: string])[] = [
  ["rn", "m"],
  ["vv", "w"],
  ["0", "o"],
  ["1", "l"],
  ["i", "l"],
];

const RESERVED_LOOKS = new Set([...RESERVED].map(slugLooks));

/** Tells why `slug` breaks the rule, or undefined when nothing but another guild is in the way. */
export function slugProblem(slug: string): SlugProblem | undefined {
  if (slug.length < SLUG_CHARS_MIN) return "too-short";
  if (slug.length > SLUG_CHARS_MAX) return "too-long";
  if (!/^[a-z][a-z0-9-]*[a-z0-9]$/.test(slug)) return "characters";
  // Also keeps `xn--` out, which browsers show as another alphabet.
  if (slug.includes("--")) return "double-hyphen";
  return RESERVED_LOOKS.has(slugLooks(slug)) ? "reserved" : undefined;
}

/** What a hurried reader sees: two slugs with the same looks can be taken for one another. */
export function slugLooks(slug: string): string {
  return LOOK_ALIKES.reduce((text, [from, to]) => text.replaceAll(from, to), slug);
}

/** A guild's name folded for comparison: case, width, spacing and look-alike letters are one. */
export function nameKey(name: string): string {
  const folded = name.normalize("NFKC").toLowerCase().trim().replace(/\s+/g, " ");
  const latin = [...folded].map((letter) => LATIN_LOOKS[letter] ?? letter).join("");
  return slugLooks(latin);
}

/** A realm folded for comparison: people write Kel'Thuzad in many ways. */
export function realmKey(realm: string): string {
  return realm
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** A slug made of a name; always keeps the rule, whatever the name is. */
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
  return slugProblem(slug) === undefined ? slug : cut(`${slug}-guild`, SLUG_CHARS_MAX);
}

/** The `number`-th variant of a slug, for when others took those before: `name`, `name-2`, … */
export function numberedSlug(slug: string, number: number): string {
  const suffix = number === 1 ? "" : `-${number}`;
  return cut(slug, SLUG_CHARS_MAX - suffix.length) + suffix;
}

function cut(slug: string, charsMax: number): string {
  return slug.slice(0, charsMax).replace(/-+$/, "");
}

const pairs = (from: string, to: string): [string, string][] =>
  [...from].map((letter, index) => [letter, [...to][index]!]);

// Cyrillic and Greek letters of which the small or the capital form prints like a Latin one.
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
