/** Every problem code of our responses, by its HTTP status. */
const CODES = {
  400: `
    auth/round-not-valid discord/install-not-valid discord/link-not-valid guild/ambiguous request/bad-address request/cut-off request/malformed
    request/malformed-form request/two-hosts request/unknown-host`,
  401: `
    auth/bad-token auth/code-required auth/required auth/wrong-code auth/wrong-credentials discord/bad-signature payment/bad-signature`,
  402: `
    plan/analytics plan/custom-domain plan/guilds plan/keys plan/log-storage plan/members plan/read-only`,
  403: `
    auctions/not-eligible auctions/not-in-roster auctions/not-present auctions/off-spec
    auth/characters-refused auth/code-refused auth/email-unverified auth/proof-required auth/session-required auth/sign-up-closed
    auth/wrong-password guild/beyond-own-rights guild/forbidden guild/higher-denial guild/rank
    invitation/other-address invitation/removed-since logs/not-yours logs/ticket-for-people
    operator/forbidden operator/impersonating operator/second-factor-required request/cross-site`,
  404: `
    auctions/not-found auth/factor-not-begun auth/factor-off auth/link-not-valid auth/no-such-provider auth/no-such-session
    auth/not-linked backup/not-found declared/no-account domain/not-found dkp/entry-not-found dkp/pool-not-found
    guild/no-such-member guild/not-found identity/character-not-found identity/issue-not-found
    identity/link-not-found identity/member-not-found identity/proof-not-found
    identity/suggestion-not-found
    imports/not-found invitation/not-found job/not-found keys/not-found logs/boss-not-found
    logs/fight-not-found logs/player-not-found logs/report-not-found loot/council-not-found loot/not-found
    operator/no-account operator/no-such-account operator/no-such-guild operator/not-found
    outbox/not-found
    persons/claim-not-found persons/join-not-found plan/not-found raids/not-found
    raids/series-not-found raids/team-not-found request/no-such-page rollout/not-found roster/character-not-found
    roster/person-not-found secrets/not-set`,
  408: `
    request/too-slow`,
  409: `
    auctions/bid-stays auctions/bid-too-high auctions/bid-too-low auctions/closed
    auctions/insufficient-points auctions/no-bid auctions/not-open auctions/outbid
    auctions/reopened-already auctions/spec-change auctions/still-open auctions/too-many
    audit/no-secret audit/sealed-already auth/email-taken auth/factor-on auth/identity-exists
    auth/identity-taken auth/last-way-in auth/link-first backup/not-good declared/guild-changed
    declared/run-lost declared/running discord/linked-already discord/not-connected
    domain/changed domain/record-missing domain/taken dkp/already-reversed dkp/balance-too-large
    dkp/behind-decay dkp/below-minimum dkp/insufficient-balance dkp/no-decay dkp/pool-archived
    dkp/pool-has-entries dkp/pool-in-use dkp/pool-is-default dkp/pool-name-taken
    dkp/reversal-is-final dkp/rules-changed dkp/same-award dkp/transfer-stays
    guild/already-owner guild/member-changed guild/name-taken guild/operation-lost
    guild/operation-running guild/owner-stays guild/protected guild/slug-taken
    guild/status-changed guild/too-many-invitations guild/too-many-slugs idempotency/in-progress
    idempotency/shown-once identity/changed identity/proved-already identity/server-taken
    identity/too-many-proofs identity/verified
    imports/changed imports/in-use imports/not-a-preview imports/not-committed
    imports/open-questions imports/too-many job/lost job/under-way keys/rotated-already
    logs/fights-moved logs/not-cancelable logs/not-receiving logs/not-stored logs/still-parsing
    logs/too-many-uploads logs/upload-under-way logs/wrong-offset loot/council-over
    loot/reverted-already onboarding/example-is-there operator/email-unverified
    operator/is-operator operator/verified-already payment/known persons/already-joined
    persons/archived persons/claim-changed
    persons/bids-need-points persons/changed persons/linked-already persons/not-joinable
    persons/two-discord-accounts persons/two-logins persons/undo-later-first
    persons/undone-already plan/changed plan/no-grant plan/not-paid plan/paid-already
    raids/already-there raids/attendance-changed raids/begun raids/bench-closed raids/nobody-there raids/not-begun
    raids/not-planned raids/not-running raids/over raids/too-many-series raids/too-many-teams raids/team-name-taken rollout/finished
    rollout/none rollout/not-ours rollout/not-running rollout/nothing-to-do
    rollout/revert-differs rollout/under-way roster/already-linked roster/name-taken`,
  413: `
    logs/bomb logs/longer-than-said logs/nested-archive logs/out-of-memory logs/too-large
    logs/too-many-fights logs/too-many-files logs/too-many-names request/too-complex
    request/too-large`,
  422: `
    auctions/bad-points auctions/bad-terms auth/weak-password configuration/no-such-plan
    declared/no-host domain/bad-name discord/channel-not-here dkp/bad-people dkp/bad-points dkp/bad-reason dkp/bad-rules dkp/bad-time
    guild/bad-slug guild/name-differs idempotency/bad-key idempotency/key-reused
    identity/bad-export identity/members-quarantined identity/not-configured
    identity/roster-quarantined imports/archive imports/bad-answer imports/bad-encoding
    imports/canceled imports/database-file imports/interrupted imports/no-rows
    imports/spreadsheet imports/too-large imports/unknown-database imports/unknown-format
    imports/unreadable imports/unsafe-xml logs/bad-archive logs/cut-off logs/empty-chunk
    logs/no-file logs/not-a-log logs/packed-otherwise logs/unreadable logs/other-encoding
    loot/bad-loot operator/no-areas plan/not-for-sale plan/past raids/bad-people
    raids/bad-time raids/other-pool raids/period-too-long request/bad-cursor request/bad-text request/invalid
    rollout/bad-wave rollout/destructive secrets/not-right`,
  429: `
    backup/too-many live/too-many-strangers live/too-many-streams rate/too-many
    request/too-many-bodies`,
  501: `
    backup/not-here domain/no-dns imports/not-here logs/no-disk payment/not-configured request/no-websocket
    rollout/not-here`,
  503: `
    auth/busy auth/provider-unavailable database/busy database/damaged database/unavailable
    database/unreachable domain/dns-unreachable guild/migration-waits guild/older-than-known guild/provisioning
    guild/provisioning-failed guild/quarantined guild/schema-behind guild/suspended
    guild/too-busy guild/writes-blocked identity/upstream-busy identity/upstream-missing
    identity/upstream-refused identity/upstream-unavailable identity/upstream-unreadable
    payment/unavailable platform/closing platform/data-moved secrets/not-configured
    secrets/unreadable`,
  507: `
    database/storage-full guild/storage-full`,
} as const;

export type ProblemStatus = keyof typeof CODES;

/** The words of a text between blanks. A line ends right after a word. */
type Words<
  Text extends string,
  Found extends string = never,
> = Text extends `${infer Head} ${infer Rest}`
  ? Words<Rest, Found | WithoutLineEnd<Head>>
  : Found | WithoutLineEnd<Text>;
type WithoutLineEnd<Word extends string> = Word extends `${infer Start}\n` ? Start : Word;

/** A code that a response may have, such as `auctions/closed`. */
export type ProblemCode = Exclude<Words<(typeof CODES)[ProblemStatus]>, "">;

/** The status of each code, in alphabetical order. */
export const PROBLEM_STATUS: ReadonlyMap<string, ProblemStatus> = new Map(
  Object.entries(CODES)
    .flatMap(([status, codes]) =>
      codes
        .trim()
        .split(/\s+/)
        .map((code) => [code, Number(status) as ProblemStatus] as const),
    )
    .toSorted(([a], [b]) => (a < b ? -1 : 1)),
);
