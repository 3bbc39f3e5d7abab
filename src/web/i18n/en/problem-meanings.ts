/**
 * What each code means, for the pages that explain them. The errors themselves speak English and name
 * numbers and names besides; codes with a sentence in another section are not repeated here.
 */
export const meanings: Readonly<Record<string, string>> = {
  "discord/bad-signature": "Discord did not sign this request, or signed it too long ago.",
  "discord/channel-not-here":
    "A channel is not on the guild's own Discord server, or the bot cannot see it.",
  "discord/not-connected": "The bot was not added to the guild's Discord server yet.",
  "discord/install-not-valid":
    "The connection of the Discord server was started in another session, or it has expired.",
  "discord/link-not-valid": "This address of the bot was used or has expired. Type /link again.",
  "discord/linked-already":
    "An officer or another member has linked this Discord account or your person.",
  "dkp/transfer-stays":
    "These points moved because two persons became one. Undo that on the person's page.",
  "identity/bad-export":
    "This is not a whole export of the addon. Write it once more with /reload and upload it again.",
  "identity/changed":
    "The links changed at this moment. Load the page again and repeat your change.",
  "identity/character-not-found": "No source has seen this character.",
  "identity/issue-not-found": "There is no such open issue. It may be resolved already.",
  "identity/link-not-found": "There is no such link. It may have ended.",
  "identity/member-not-found": "The Discord server has no such member.",
  "identity/members-quarantined":
    "Discord's answer lacks many members. It is held back, and nothing was changed.",
  "identity/not-configured":
    "This source is not set up. Name it in the settings and store its secret in the connections.",
  "identity/proof-not-found": "You have no such open proof. Reload the page.",
  "identity/proved-already": "You have proved already that this character is yours.",
  "identity/roster-quarantined":
    "The roster lacks many characters. It is held back, and nothing was changed.",
  "identity/server-taken": "Another guild has connected this Discord server.",
  "identity/suggestion-not-found": "This pair is not suggested any more.",
  "identity/too-many-proofs":
    "You have too many open codes. Withdraw one, or wait for the next export.",
  "identity/upstream-busy": "The service asked for fewer requests. The next run tries again.",
  "identity/upstream-missing":
    "The service does not know this guild, character or server. Check the settings.",
  "identity/upstream-refused":
    "The service refused the request. Check the client or the bot in the connections.",
  "identity/upstream-unavailable": "The service did not answer. The next run tries again.",
  "identity/upstream-unreadable":
    "The service answered something that could not be read. The next run tries again.",
  "identity/verified": "The character's owner proved that it is theirs. Remove that link first.",
  "auctions/bad-points": "Enter a valid number of points.",
  "auctions/bad-terms": "Fix the fields below.",
  "auctions/bid-stays":
    "A bid in an open auction cannot be withdrawn. Other people have bid against it.",
  "auctions/bid-too-high": "The bid exceeds the maximum of this auction. Enter a lower bid.",
  "auctions/bid-too-low": "The bid is below the minimum. Enter a higher bid.",
  "auctions/closed": "This auction no longer accepts bids.",
  "auctions/insufficient-points": "You do not have enough free points. Enter a lower bid.",
  "auctions/no-bid": "You have no bid in this auction.",
  "auctions/not-eligible": "None of your characters can use this item.",
  "auctions/not-found": "This auction does not exist.",
  "auctions/not-in-roster": "Only people in the roster can bid. Ask an officer to add you.",
  "auctions/not-open": "This auction has ended. An officer can rerun it.",
  "auctions/not-present":
    "Only people who are present at the raid can bid. Ask an officer to mark you present.",
  "auctions/off-spec": "This auction is for main specs only.",
  "auctions/outbid": "Another bid came first. Enter a higher bid to lead.",
  "auctions/reopened-already": "This auction was already rerun.",
  "auctions/spec-change": "You bid for your main spec. That bid cannot become an off-spec bid.",
  "auctions/still-open": "This auction is still open. Cancel it first.",
  "auctions/too-many": "The guild has too many open auctions. Wait until some of them end.",
  "audit/no-secret":
    "Nothing can be signed without the server's secret. Set the GUILDHALL_SECRET of the server.",
  "audit/sealed-already": "Another process already sealed these rows. Continue with the next rows.",
  "auth/bad-token": "This token is not valid. Sign in again to get a new one.",
  "auth/characters-refused":
    "Battle.net did not show your characters. Start again, and agree to share your game profile.",
  "auth/proof-required": "Confirm that it is you to continue.",
  "auth/required": "Sign in to continue.",
  "auth/session-required":
    "An access token works for one guild only. Use the session token for this.",
  "auth/sign-up-closed":
    "New accounts are closed at the moment. Ask the operator of this platform.",
  "backup/not-found": "This backup does not exist. Choose one from the list.",
  "backup/not-good": "This backup was never verified. Choose another one.",
  "backup/not-here": "This server has no disk for backups. Ask the operator of this platform.",
  "backup/too-many": "You have reached the number of backups for one day. Try again tomorrow.",
  "configuration/no-such-plan": "This plan does not exist. Choose one from the list.",
  "database/busy": "The database is busy. Nothing was changed. Try again in a moment.",
  "database/damaged":
    "This database is damaged. An operator has to repair it before you can continue.",
  "database/storage-full":
    "The disk of this server is full. Nothing was changed. Try again when the operator has freed space.",
  "database/unavailable": "The server cannot open its files right now. Try again in a moment.",
  "database/unreachable":
    "The database did not answer. Try again with the same Idempotency-Key, so that nothing happens twice.",
  "dkp/already-reversed":
    "This entry was already reverted. To give the points again, record a new entry.",
  "dkp/bad-people":
    "Some people are not active in the roster or appear twice. Reload the list and choose again.",
  "dkp/bad-points": "Enter a valid number of points.",
  "dkp/bad-reason": "Enter a shorter reason.",
  "dkp/bad-rules": "Fix the fields below.",
  "dkp/bad-time": "Choose a date in the past that is not too long ago.",
  "dkp/balance-too-large":
    "A balance would exceed the largest number that we can store. Use fewer points.",
  "dkp/behind-decay": "Decay was applied since that date. Award the points that would be left now.",
  "dkp/below-minimum":
    "This person has fewer effort points than the pool's minimum. Choose another person.",
  "dkp/entry-not-found": "This entry does not exist in the ledger.",
  "dkp/insufficient-balance": "The balance is too low for this price. Enter a lower price.",
  "dkp/no-decay": "This pool has no decay. Set it in the rules first.",
  "dkp/pool-archived": "This pool is archived. Choose another one.",
  "dkp/pool-has-entries": "Points were already awarded, so the type of the pool cannot change.",
  "dkp/pool-in-use": "Open auctions use points of this pool. Wait until they end.",
  "dkp/pool-is-default": "The default pool of the guild cannot be archived.",
  "dkp/pool-name-taken": "Another pool has this name. Choose another name.",
  "dkp/pool-not-found": "This pool does not exist. Choose one from the list.",
  "dkp/reversal-is-final":
    "A reversal cannot be reverted. To give the points again, record a new entry.",
  "dkp/rules-changed":
    "Another person changed these rules since you opened them. Compare, and save again.",
  "dkp/same-award":
    "Another officer gave the same award a moment ago. Confirm if you want to give it again.",
  "guild/ambiguous":
    "The address, the X-Guild-ID header and the token name different guilds. Send only one of them.",
  "guild/beyond-own-rights":
    "You can only grant permissions that you have yourself. Choose a lower role or fewer permissions.",
  "guild/higher-denial":
    "A higher role removed this permission. Only that role or a higher one can restore it.",
  "guild/name-differs": "The name does not match. Type the exact name of the guild.",
  "guild/not-found": "This guild does not exist, or you cannot see it.",
  "guild/operation-lost": "Another process has taken over this guild. Check its status.",
  "guild/operation-running": "Another operation is running on this guild. Try again soon.",
  "guild/provisioning": "The database of this guild is being created. Try again in a moment.",
  "guild/provisioning-failed":
    "The database of this guild could not be created. The owner can try again.",
  "guild/older-than-known":
    "The database of this guild is older than its confirmed data. An operator has to restore it.",
  "guild/quarantined":
    "The database of this guild failed a check and is not served. An operator has to look at it.",
  "guild/migration-waits":
    "This guild needs an update that an operator has to run. Its data is safe. Try again later.",
  "declared/guild-changed": "This guild was changed at the same moment. Run the command again.",
  "declared/no-account":
    "No account has the address that a guild file names. Its owner signs up first.",
  "declared/no-host":
    "A guild file names a host that is not set up. Choose another one, or set it up.",
  "domain/bad-name": "This name cannot be the guild's domain. Enter another one.",
  "domain/changed": "The domain was just changed. Load the page again.",
  "domain/dns-unreachable":
    "The DNS servers of the domain did not answer. Nothing was changed. Try again in a minute.",
  "domain/no-dns":
    "This server cannot look up DNS records. Verify the domain on a server that runs Node.",
  "domain/not-found": "The guild has no domain. Enter one first.",
  "domain/record-missing":
    "The TXT record of the domain was not found. DNS changes take from minutes to hours.",
  "domain/taken":
    "Another guild has this domain, and its DNS record still exists. Remove that record first.",
  "declared/run-lost": "Another process has taken over. Run the command again to see what is left.",
  "declared/running": "Another process is applying guild files. Try again when it has ended.",
  "guild/protected": "This guild is protected. An operator has to unlock it first.",
  "guild/schema-behind": "This guild is being updated. Try again in a moment.",
  "guild/status-changed": "The status of this guild has changed. Check it and try again.",
  "guild/storage-full":
    "There is no space left to save this. Nothing was changed. Delete data that you do not need.",
  "guild/suspended": "This guild is suspended. Ask the operator of this platform.",
  "guild/too-busy": "This guild is very busy. Try again in a moment.",
  "guild/writes-blocked":
    "This guild accepts no changes right now. Nothing was changed. Try again soon.",
  "idempotency/bad-key": "Use an Idempotency-Key of up to 255 visible characters.",
  "idempotency/in-progress": "The first request is still running. Wait for its answer.",
  "idempotency/key-reused":
    "This Idempotency-Key was used for another request. Create a new key for each request.",
  "idempotency/shown-once":
    "This was already done, and its secret was shown once. If you did not receive it, revoke it and create another with a new Idempotency-Key.",
  "invitation/removed-since":
    "You were removed from this guild after this link was created. Ask for a new invitation.",
  "job/lost": "Another process has taken over this job.",
  "outbox/not-found":
    "This message is not among the undelivered ones any more. Reload the list of the outbox.",
  "job/not-found": "This job is finished or does not exist. See the finished jobs.",
  "job/under-way": "This job is running right now. Reload the page in a moment.",
  "keys/not-found": "This key does not exist or was revoked.",
  "keys/rotated-already": "This key was already rotated. Rotate its successor.",
  "imports/archive": "The file is a compressed archive. Unpack it and upload the file inside.",
  "imports/bad-answer":
    "An answer is not one of the options. Choose one of the options of the question.",
  "imports/bad-encoding":
    "The file is not in UTF-8. Save it again with the encoding UTF-8, and upload it.",
  "imports/canceled": "The import was canceled. Upload the file again to import it.",
  "imports/changed":
    "The import has changed since you opened it. Load it again before you continue.",
  "imports/database-file": "The file is a database. An operator imports it from the command line.",
  "imports/in-use": "Later changes were built on this import. Revert each listed change first.",
  "imports/interrupted": "The server stopped while it was reading the file. Upload the file again.",
  "imports/no-rows":
    "Nothing in the file can be imported. Export it again, with the whole history.",
  "imports/not-a-preview": "The import is no longer a preview. Upload the file again to import it.",
  "imports/not-committed":
    "Only an import that was committed can be reverted. Cancel a preview instead.",
  "imports/not-found": "There is no such import. Choose one from the list.",
  "imports/not-here":
    "This server cannot read files of other tools. Run Guildhall on Node to import them.",
  "imports/open-questions":
    "The import has questions that only a person can answer. Answer them first.",
  "imports/spreadsheet":
    "The file is a spreadsheet. Save the sheet as CSV (UTF-8) and upload that file.",
  "imports/too-large":
    "The file is too large or too deeply nested. Export a part of the history at a time.",
  "imports/too-many":
    "Other files of this guild are being read. Wait until their previews are ready.",
  "imports/unknown-database":
    "The file has no database of this name. The error lists the names that it has.",
  "imports/unknown-format":
    "No known tool writes this file. Choose its format, or save it as CSV with a header.",
  "imports/unreadable":
    "The file is damaged or was cut off. The error names the place. Export it again.",
  "imports/unsafe-xml": "The XML defines entities, which exports do not need. Export it again.",
  "live/too-many-strangers":
    "Too many live connections from your address have not authenticated. Authenticate or close some of them.",
  "live/too-many-streams":
    "You have too many live pages open. Close one of them and reload this page.",
  "logs/bad-archive": "This archive is damaged. Upload the plain log instead.",
  "logs/bomb": "This file unpacks to far more data than a log has. Upload the plain log instead.",
  "logs/boss-not-found": "This boss does not appear in the logs.",
  "logs/cut-off": "This archive ends too early. Upload the whole file again.",
  "logs/not-a-log": "This is not a combat log. Upload the file that the game wrote.",
  "logs/player-not-found": "This player does not appear in the logs.",
  "logs/packed-otherwise":
    "This file is packed by a method that is not read here, such as bzip2, LZMA or RAR. Pack it as .gz, " +
    "or as .zip by Deflate.",
  "logs/other-encoding": "This text is in UTF-16. Upload the file that the game wrote.",
  "logs/empty-chunk": "The request has no content. Send the next bytes of the log.",
  "logs/fight-not-found": "This fight does not exist in the logs.",
  "logs/longer-than-said": "The upload is larger than announced. Start a new upload.",
  "logs/nested-archive": "This archive contains another archive. Upload the plain log instead.",
  "logs/no-disk": "This server cannot store logs. Run Guildhall on Node to store them.",
  "logs/no-file": "Choose a file that is not empty.",
  "logs/not-cancelable": "This report is already finished. Delete it instead.",
  "logs/not-receiving": "This log is already complete or was canceled.",
  "logs/not-stored": "The log file is no longer stored, so it cannot be parsed again.",
  "logs/fights-moved":
    "Fights of this log are in another guild now. An operator can undo that transfer.",
  "logs/not-yours": "Another person is uploading this log. Only officers can change it.",
  "logs/out-of-memory": "Parsing this log needs too much memory. Split it into smaller logs.",
  "logs/report-not-found": "This report does not exist.",
  "logs/still-parsing": "This log is being parsed. Cancel that first.",
  "logs/ticket-for-people": "A program authenticates with its own key.",
  "logs/too-large": "This log is too large. Split it into smaller logs.",
  "logs/too-many-fights":
    "This log has too many fights or dungeon runs. Split it into smaller logs.",
  "logs/too-many-files": "This archive contains too many files. Upload the plain log instead.",
  "logs/too-many-names": "This log has too many units or spells. Split it into smaller logs.",
  "logs/too-many-uploads": "Too many uploads are unfinished. Finish or cancel one of them.",
  "logs/unreadable": "This file is not a readable combat log. Upload the file that the game wrote.",
  "logs/upload-under-way": "This log is already being uploaded from another place.",
  "logs/wrong-offset": "The upload continues at another byte. Resume from there.",
  "loot/bad-loot": "Fix the fields below.",
  "loot/council-not-found": "This loot council does not exist.",
  "loot/council-over": "This loot council has already decided.",
  "loot/not-found": "This item does not exist in the loot list.",
  "loot/reverted-already": "This award was already reverted.",
  "onboarding/example-is-there": "The example was already added.",
  "operator/email-unverified":
    "The address of this account is not confirmed. Its owner has to confirm it first.",
  "operator/forbidden": "You are not an operator for this part of the platform.",
  "operator/impersonating":
    "You are viewing as another person. Only they can change their account, roles, keys and ownership.",
  "operator/is-operator": "You cannot impersonate an operator or yourself.",
  "operator/no-account": "No account has this address. Its owner has to create an account first.",
  "operator/no-areas": "Choose at least one area.",
  "operator/no-such-account": "No account has this address or ID. Choose one from the list.",
  "operator/no-such-guild": "No guild has this ID. Choose one from the list.",
  "operator/not-found": "This account is not an operator.",
  "operator/verified-already": "This address is already confirmed. No e-mail is needed.",
  "payment/bad-signature":
    "This message is too old or not signed by the payment provider. Send it again.",
  "payment/known": "This message was already received.",
  "payment/not-configured":
    "Payment is not available here. Ask the operator of this platform for a larger plan.",
  "payment/unavailable": "The payment provider does not answer. Nothing was paid. Try again later.",
  "persons/already-joined": "One of these persons was joined with another one. Reload the page.",
  "persons/archived":
    "This person is archived. Restore them on their page first, or choose another person.",
  "persons/bids-need-points":
    "The open bids of one person would need more points than they have. Wait until the auctions end, or cancel one of them.",
  "persons/changed":
    "Something of these persons changed at this moment. Load the page again and repeat your change.",
  "persons/claim-changed":
    "The member has chosen another character since. Reload the page and decide again.",
  "persons/claim-not-found": "This member does not wait for a decision any more. Reload the page.",
  "persons/join-not-found": "This change of persons does not exist.",
  "persons/linked-already":
    "You already have a character in this guild. Ask an officer to change it.",
  "persons/not-joinable":
    "Choose two different people of the roster. Example people cannot be joined, and a person's only character cannot become a new person.",
  "persons/two-discord-accounts":
    "Each has a Discord account, and a person can have one. Remove the link of one account first.",
  "persons/two-logins":
    "Both have a member's account, so one account would lose its person. Remove one of the two members from the guild first.",
  "persons/undo-later-first":
    "A later change moved something of one of these persons. Undo the later change first.",
  "persons/undone-already": "This change was already undone.",
  "plan/analytics": "Analytics are part of the Premium plan. The owner of the guild can upgrade.",
  "plan/custom-domain":
    "A domain of your own is part of the Premium plan. The owner of the guild can upgrade.",
  "plan/changed": "Another process has changed this plan. Reload the page.",
  "plan/keys": "The guild has reached its plan's number of keys. Revoke one, or upgrade the plan.",
  "plan/log-storage":
    "The guild has no space left for this log. Delete old logs, or upgrade the plan.",
  "plan/no-grant": "This guild has no granted plan.",
  "plan/not-for-sale": "This plan is not for sale here. Choose another one.",
  "plan/not-found": "This plan does not exist.",
  "plan/not-paid": "This guild has no payment yet.",
  "plan/paid-already": "This guild already pays for a plan. Change that payment instead.",
  "plan/past": "This date is in the past. Choose a later date, or leave it empty.",
  "plan/read-only":
    "The guild exceeds its plan, so this is read-only. The owner of the guild can upgrade.",
  "platform/closing": "The server is shutting down. Try again in a moment.",
  "platform/data-moved":
    "The database folder is not in its place, so nothing was written. Try again in a moment.",
  "raids/already-there": "You are already in the raid.",
  "raids/attendance-changed":
    "Another person changed the attendance since you opened it. Compare, and save again.",
  "raids/bad-people": "Some people are not active in the roster. Reload the list and choose again.",
  "raids/bad-time": "Choose a day, or at least one weekday.",
  "raids/begun": "This raid has started or ended, so it cannot be changed.",
  "raids/bench-closed": "The bench is open from one hour before the raid until it ends.",
  "raids/nobody-there": "No one is marked present in this raid yet. Save the attendance first.",
  "raids/not-begun": "This raid has not started yet.",
  "raids/not-found": "This raid does not exist.",
  "raids/not-planned": "This raid has already started or was canceled.",
  "raids/not-running": "This raid is not in progress.",
  "raids/other-pool":
    "This raid is played for another pool. Leave the pool out, or choose the raid's.",
  "raids/over": "This raid has ended or was canceled.",
  "raids/period-too-long": "This period has more raids than one file holds. Choose a shorter one.",
  "raids/series-not-found": "This weekly raid does not exist.",
  "raids/team-name-taken": "Another raid team has this name. Choose another.",
  "raids/team-not-found": "This raid team does not exist.",
  "raids/too-many-series": "The guild has too many weekly raids. End one of them first.",
  "raids/too-many-teams": "The guild has too many raid teams. Delete one of them first.",
  "request/bad-address": "The address cannot be read. Check it for unusual characters.",
  "request/bad-cursor": "This page link is not valid. Start at the first page.",
  "request/bad-text":
    "The text contains a character that cannot be stored. Type it instead of pasting it.",
  "request/cross-site": "This request came from another site. Open the page here and try again.",
  "request/cut-off": "The connection ended before the request was complete. Send it again.",
  "request/malformed": "The request cannot be read. Check its JSON.",
  "request/malformed-form": "The form cannot be read. Reload the page and send it again.",
  "request/no-such-page": "There is no page at this address.",
  "request/no-websocket":
    "This server does not support WebSocket. Upload the log after the raid, or run Guildhall on Node.",
  "request/too-complex":
    "This request has too many or too deeply nested fields. Send fewer fields at once.",
  "request/too-large": "This request is too large. Send less at once.",
  "request/too-many-bodies":
    "Too many requests from your address are incomplete. Finish some of them first.",
  "request/too-slow": "The request did not arrive in time. Send it again over a faster connection.",
  "request/two-hosts": "This request names several hosts. Send exactly one Host header.",
  "request/unknown-host": "This address is not served here. Check the host name.",
  "rollout/bad-wave": "A wave is not valid. Enter a number, a share such as 10%, or rest.",
  "rollout/destructive":
    "This migration deletes data. Check the plan, then confirm that data may be deleted.",
  "rollout/finished": "This rollout has ended. Start another one.",
  "rollout/none": "There is no rollout yet. Start one.",
  "rollout/not-found": "This rollout does not exist.",
  "rollout/not-here": "Rollouts run on a server or from the command line. Use guildhall migrate.",
  "rollout/not-ours": "Another process has taken over this rollout. Check its status.",
  "rollout/not-running": "This rollout is not running.",
  "rollout/nothing-to-do": "Every guild already has this schema.",
  "rollout/revert-differs":
    "A guild received a database that differs from the previous one. Check it now.",
  "rollout/under-way": "Another process is running a rollout. Wait until it ends.",
  "roster/already-linked": "This person is an example, or already has a member. Reload the roster.",
  "roster/character-not-found": "This character does not exist. Reload the page of the person.",
  "roster/name-taken": "A person in this guild already has this name. Choose another one.",
  "roster/person-not-found": "This person does not exist in the roster.",
  "secrets/not-configured":
    "Keys cannot be stored here yet. The operator of this server has to set SECRETS_KEYS.",
  "secrets/not-right": "The value is not valid. Copy it again from the other service.",
  "secrets/not-set": "This key is not set. Reload the page.",
  "secrets/unreadable":
    "A stored key cannot be read. Save it again. If that does not help, contact us.",
};
