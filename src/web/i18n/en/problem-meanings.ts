/**
 * What each code means, for the pages that explain them. The errors themselves speak English and name
 * numbers and names besides; codes with a sentence in another section are not repeated here.
 */
export const meanings: Readonly<Record<string, string>> = {
  "auctions/bad-points": "Write a valid number of points.",
  "auctions/bad-terms": "One of the terms is not right. See each field.",
  "auctions/bid-stays": "A bid in an open auction stays: others have bid against it.",
  "auctions/bid-too-high": "The bid is above the highest that this auction allows.",
  "auctions/bid-too-low": "The bid is below the lowest that this auction takes now.",
  "auctions/closed": "This auction takes no more bids.",
  "auctions/insufficient-points":
    "You have too few free points: other bids of yours may hold the rest.",
  "auctions/no-bid": "You have no bid in this auction.",
  "auctions/not-eligible": "None of your characters may use this item.",
  "auctions/not-found": "This guild has no such auction.",
  "auctions/not-in-roster": "Only people of the roster can bid.",
  "auctions/not-open": "This auction is over. It can be opened again.",
  "auctions/off-spec": "This auction is for main specs only.",
  "auctions/outbid": "Somebody was faster: bid higher to lead.",
  "auctions/reopened-already": "This auction was opened again already.",
  "auctions/spec-change": "You have bid for your main spec; that cannot become an off-spec bid.",
  "auctions/still-open": "This auction still goes on. Cancel it first.",
  "auctions/too-many": "The guild has as many auctions at once as it may. Let some end first.",
  "audit/no-secret":
    "Nothing can be signed without the server's secret. Set GUILDHALL_SECRET as the server has it.",
  "audit/sealed-already": "Somebody else sealed these rows. Go on.",
  "auth/bad-token": "This token is not valid. Sign in again for another.",
  "auth/proof-required": "Prove once more that it is you to do this.",
  "auth/required": "Sign in to do this.",
  "auth/session-required": "An access token opens one guild only. Use the session token for this.",
  "auth/sign-up-closed":
    "Nobody can make an account here just now. Ask whoever runs this platform.",
  "backup/not-found": "There is no such copy. List those there are.",
  "backup/not-good": "This copy was never found to be whole. Take another.",
  "backup/not-here":
    "Copies are made where there is a disk. Ask whoever runs this platform for one.",
  "backup/too-many": "That were enough copies for one day. Wait for tomorrow.",
  "configuration/no-such-plan": "There is no such plan.",
  "database/busy": "The database is busy. Nothing was changed; try again in a moment.",
  "database/damaged":
    "This database is damaged and an operator has to look. Do not try again before.",
  "database/storage-full":
    "This server's disk is full. Nothing was changed; try again when its operator has made room.",
  "database/unavailable": "The server cannot open its files just now. Try again in a moment.",
  "database/unreachable":
    "The database did not answer. Try again: with the same Idempotency-Key nothing is done twice.",
  "dkp/already-reversed":
    "This entry was reversed before. Make a new entry to give the points again.",
  "dkp/bad-people":
    "Some of these people are not active in this roster, or named twice. Load the list again.",
  "dkp/bad-points": "Write a valid number of points.",
  "dkp/bad-reason": "Say why, in fewer words.",
  "dkp/bad-rules": "One of the rules is not right. See each field.",
  "dkp/bad-time": "Points are given for what happened already, and not too long ago.",
  "dkp/balance-too-large":
    "A balance would become larger than we can keep exactly. Use smaller amounts.",
  "dkp/behind-decay": "The pool has decayed since then. Give what would be left of it now instead.",
  "dkp/entry-not-found": "There is no such entry in this guild's ledger.",
  "dkp/insufficient-balance": "The balance is too low for this price.",
  "dkp/no-decay": "This pool has no decay. Set how much in its rules first.",
  "dkp/pool-archived": "This pool is archived. Choose another one.",
  "dkp/pool-has-entries": "Points were given already, so the kind of the pool stays as it is.",
  "dkp/pool-in-use": "Auctions hold points of this pool. Let them end.",
  "dkp/pool-is-default": "The guild's default pool stays.",
  "dkp/pool-name-taken": "A pool of another kind has this name. Rename it first.",
  "dkp/pool-not-found": "This guild has no such pool. List the pools first.",
  "dkp/reversal-is-final": "A reversal stands. Make a new entry to give the points again.",
  "dkp/rules-changed": "Somebody changed these rules just now. Look again.",
  "guild/ambiguous":
    "The address, the X-Guild-ID header and the token do not name the same guild. Send one.",
  "guild/beyond-own-rights":
    "You can only hand on rights that you have yourself. Choose a lower role or fewer rights.",
  "guild/higher-denial":
    "A higher role took this right away. Only that role or a higher one can give it back.",
  "guild/name-differs": "Type the guild's name as it is.",
  "guild/not-found": "The guild of this copy is not there any more.",
  "guild/operation-lost": "Another process has taken over this guild.",
  "guild/operation-running": "This guild is being worked on. Try again soon.",
  "guild/provisioning": "This guild's database is being made.",
  "guild/provisioning-failed": "This guild's database could not be made. The owner can try again.",
  "guild/older-than-known":
    "This guild's database is older than what was acknowledged. An operator has to restore it.",
  "guild/quarantined":
    "This guild's database does not look right, so it is not served. An operator has to look.",
  "guild/migration-waits":
    "This guild needs an update that an operator has to run. Its data is safe. Try again later.",
  "guild/schema-behind": "This guild is being updated. Try again.",
  "guild/status-changed": "This guild has changed meanwhile. Look again.",
  "guild/storage-full":
    "There is no room left to save this. Nothing was changed; delete what is not needed.",
  "guild/suspended": "This guild is suspended. Ask whoever runs it.",
  "guild/too-busy": "Too much is going on in this guild. Try again.",
  "guild/writes-blocked":
    "This guild takes no changes right now. Nothing was changed; try again soon.",
  "idempotency/bad-key": "Use an Idempotency-Key of up to 255 visible characters.",
  "idempotency/in-progress": "The first request is still under way. Wait.",
  "idempotency/key-reused":
    "This Idempotency-Key was used for another request. Make a new key for a new request.",
  "idempotency/shown-once":
    "This was done, and its secret was shown once. If it did not reach you, revoke it and make another with a new Idempotency-Key.",
  "job/lost": "Another process has taken this job over.",
  "job/not-found": "This job is done or gone. Look at what was done.",
  "job/under-way": "Somebody is at it right now. Look again in a moment.",
  "invitation/removed-since":
    "You were taken out of this guild after this link was made. Ask for a new invitation.",
  "keys/rotated-already": "This key was rotated already. Rotate its successor.",
  "keys/not-found": "This guild has no such key, or it was revoked.",
  "logs/bad-archive": "This archive cannot be read. Send the log as it is.",
  "logs/bomb": "This file unpacks to far more than a log does.",
  "logs/boss-not-found": "There is no such boss in this guild's logs.",
  "logs/empty-chunk": "There are no bytes in this request.",
  "logs/fight-not-found": "There is no such fight in this guild's logs.",
  "logs/longer-than-said": "More bytes came than the upload announced.",
  "logs/nested-archive":
    "This archive holds another one, which is not unpacked. Send the log itself.",
  "logs/no-disk": "This server has no disk to keep logs on. Run Guildhall on Node for that.",
  "logs/no-file": "Choose a file that is not empty.",
  "logs/not-cancelable": "This report is finished. Delete it instead.",
  "logs/not-receiving": "This log has arrived already, or was canceled.",
  "logs/not-stored": "The log itself is not kept, so it cannot be read again.",
  "logs/not-yours": "Somebody else sends this log. Only officers may take part.",
  "logs/report-not-found": "There is no such report in this guild.",
  "logs/still-parsing": "This log is being read. Cancel that first.",
  "logs/out-of-memory": "Reading this log takes more memory than one log may. Split it.",
  "logs/ticket-for-people": "A program says hello with its key itself.",
  "logs/too-large": "This log is larger than a log may be. Split it.",
  "logs/too-many-fights": "This log holds more fights or dungeon runs than one log may. Split it.",
  "logs/too-many-files": "This archive holds too many files. Send the log itself.",
  "logs/too-many-names": "This log names more units or spells than one log may. Split it.",
  "logs/too-many-uploads":
    "Too many uploads were begun and not ended. Finish or cancel one of them.",
  "logs/upload-under-way": "This log is being sent from elsewhere already.",
  "logs/unreadable": "This file could not be read. Send the log as the game wrote it.",
  "logs/wrong-offset": "The log arrived up to another byte. Go on from there.",
  "loot/bad-loot": "Something about this loot is not right. See each field.",
  "loot/council-not-found": "This guild has no such council.",
  "loot/council-over": "This council has decided already.",
  "loot/not-found": "This guild has no such loot.",
  "loot/reverted-already": "This award was taken back already.",
  "onboarding/example-is-there": "The example is there already.",
  "operator/email-unverified":
    "Nobody has proved that this mailbox is theirs. The account has to confirm it first.",
  "operator/forbidden": "You are not trusted with this part of the platform.",
  "operator/impersonating":
    "You act for somebody else. Only they can do this: accounts, keys and ownership are theirs.",
  "operator/is-operator": "Nobody acts as another operator, nor as themselves.",
  "operator/no-account": "No account has this address. Let them sign up first.",
  "operator/no-areas": "Name at least one area.",
  "operator/no-such-account": "No account has this address or id. Look for it in the list.",
  "operator/verified-already": "This address is confirmed already. There is nothing to send.",
  "operator/no-such-guild": "No guild has this id. Look for it in the list.",
  "operator/not-found": "This account is no operator.",
  "payment/bad-signature": "This message is not signed by the payment provider, or it is too old.",
  "payment/known": "This message was taken in before.",
  "payment/not-configured":
    "Nothing can be paid here. Ask whoever runs this platform for a larger plan.",
  "payment/unavailable":
    "The payment provider does not answer. Nothing was paid; try again in a while.",
  "plan/analytics": "Analytics belong to the premium plan. The owner of this guild can upgrade.",
  "plan/changed": "Another process ended it, or it goes on.",
  "plan/keys": "The guild's plan has room for no more keys. Revoke one, or let its owner upgrade.",
  "plan/log-storage":
    "There is no room for this log on the guild's plan. Delete old ones, or upgrade.",
  "plan/no-grant": "No operator gave this guild a plan.",
  "plan/not-for-sale": "This plan cannot be bought here.",
  "plan/not-found": "There is no such plan.",
  "plan/not-paid": "Nothing was paid for this guild yet.",
  "plan/paid-already": "This guild's plan is paid for. Change it instead.",
  "plan/past": "This day is over. Choose one to come, or none.",
  "plan/read-only":
    "The plan has become too small, so this can be read but not changed. The guild's owner can upgrade.",
  "platform/closing": "The server is closing.",
  "platform/data-moved":
    "The folder of the databases is not where it was, so nothing was written. Try again in a moment.",
  "raids/already-there": "You are in the raid already.",
  "raids/bad-people": "Some of these people are not active in this roster. Load the list again.",
  "raids/bad-time": "Choose a day, or at least one weekday.",
  "raids/begun": "This raid has begun or is over, so it stays as it is.",
  "raids/bench-closed": "The bench is open from an hour before the raid until its end.",
  "raids/nobody-there": "Nobody is in this raid yet.",
  "raids/not-begun": "This raid has not begun yet.",
  "raids/not-found": "This guild has no such raid.",
  "raids/not-planned": "This raid has begun already, or was canceled.",
  "raids/not-running": "This raid is not going on.",
  "raids/over": "This raid is over or canceled.",
  "raids/series-not-found": "This guild has no such weekly raid.",
  "raids/too-many-series": "The guild has as many weekly raids as it may. End one first.",
  "live/too-many-strangers":
    "Too many live connections of your address have not said hello. Say it, or close some.",
  "live/too-many-streams":
    "You have as many live pages open as we allow. Close one and load this page again.",
  "request/bad-address":
    "The address of this request could not be read. Check it for odd characters.",
  "request/cut-off": "The connection ended before the whole request had arrived. Send it again.",
  "request/malformed-form":
    "The form could not be read. Load the page again and send it once more.",
  "request/too-many-bodies":
    "Too many requests from your address have not arrived whole. Finish some of them first.",
  "request/too-slow": "The request did not arrive in time. Send it again over a faster line.",
  "request/two-hosts": "This request names more than one host. Send exactly one Host header.",
  "request/bad-cursor": "This page link is not one of ours. Start the list again.",
  "request/bad-text":
    "A text holds a character that cannot be kept. Type it again without pasting.",
  "request/cross-site":
    "This request seems to come from another site. Open the page here and try again.",
  "request/malformed": "The request could not be read. Check its JSON.",
  "request/no-such-page": "There is nothing at this address.",
  "request/no-websocket":
    "This server takes no WebSocket. Send the log when the night is over, or run Guildhall on Node.",
  "request/too-complex":
    "This request has more fields, or deeper ones, than we read. Send fewer at once.",
  "request/too-large": "This is more than we take at once.",
  "request/unknown-host": "This address is not served here.",
  "rollout/bad-wave":
    "One of the waves is not understood. Write a number, a share such as 10%, or rest.",
  "rollout/destructive": "This schema takes data away. Look at the plan; if that is meant, say so.",
  "rollout/finished": "This rollout is over. Begin another one.",
  "rollout/none": "There was no rollout yet. Begin one.",
  "rollout/not-found": "There is no such rollout.",
  "rollout/not-here":
    "Rollouts are run by a server or from the command line. Use guildhall migrate.",
  "rollout/not-ours": "Another process has taken this rollout up. Look at its status.",
  "rollout/revert-differs":
    "A guild was given back a database that is not the one of before. Look at it at once.",
  "rollout/not-running": "This rollout is not running.",
  "rollout/nothing-to-do": "Every guild has this schema already.",
  "rollout/under-way": "Another rollout is under way in another process.",
  "roster/already-linked":
    "This person belongs to a member already, or to the example. Look at the roster again.",
  "roster/character-not-found":
    "There is no such character in this roster. Look at the person again.",
  "roster/name-taken": "Somebody in the guild has this name already.",
  "roster/person-not-found": "There is no such person in this roster.",
  "secrets/not-configured":
    "No secrets can be kept here yet. Whoever runs this server has to set SECRETS_KEYS.",
  "secrets/not-right": "This cannot be right. Copy it once more from there.",
  "secrets/not-set": "This is not set. Look again.",
  "secrets/unreadable":
    "A stored secret cannot be read. Save it again; if that does not help, tell us.",
};
