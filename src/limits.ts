import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "./kernel/time.ts";

/** Every limit of the system, each with its reason. Names end in their unit. */
export const limits = {
  /** How long work may hold the main thread before it yields. Rendering a page takes less. */
  turnMs: 10,
  search: {
    /** A name of a person or an item has no more. */
    charsMax: 64,
    /** What fits into a dialog without scrolling far. A longer text narrows it. */
    perKindMax: 8,
  },
  domains: {
    /** A host name has at most 253 characters. Letters of other scripts are stored as more of them. */
    inputCharsMax: 253,
    /** DNS hosts of a new owner remove a record within hours. A check a day finds it soon enough. */
    recheckMs: DAY_MS,
    /** The job looks this often for domains whose check is due. */
    lookEveryMs: HOUR_MS,
    /** One run stays short. The next one continues. */
    checksPerRun: 500,
    /** Checks at once: a name server that does not answer must not hold up the others. */
    checksAtOnce: 8,
    /** Moving a domain to another DNS host can lose a record over a weekend. */
    lostAfterMs: 3 * DAY_MS,
    /** A name server answers within a second. People wait for this check. */
    dnsTimeoutMs: 2 * SECOND_MS,
    dnsTries: 2,
    /** A name server that did not answer may be restarting. */
    retryMs: MINUTE_MS,
    /** A server asks the platform database this often about the same domain. */
    hostFreshMs: 5 * SECOND_MS,
    /** Requests with invented host names must not fill the memory. */
    hostsCachedMax: 5_000,
  },
  session: {
    /** A month away from the game is common. Longer idleness needs a new sign-in. */
    idleMs: 30 * DAY_MS,
    /** A stolen cookie must expire, however active its session is. */
    absoluteMs: 90 * DAY_MS,
    /** More devices than a person has. Programs that sign in again and again stay below it. */
    perAccountMax: 50,
    /** Remembered browsers and networks of an account, and how long each is kept after its last use. */
    placesMax: 100,
    placeKeptMs: 180 * DAY_MS,
    /** Pages show "last used" in minutes. Writing it on every request would gain nothing. */
    touchAfterMs: 5 * MINUTE_MS,
    /** Handing over a guild or a key needs a sign-in within this time. */
    reauthMs: 10 * MINUTE_MS,
    /** Access tokens cannot be revoked one by one, so they expire soon. */
    accessTokenMs: 5 * MINUTE_MS,
    /**
     * Services that verify these tokens fetch our public keys from time to time. A month is long
     * enough.
     */
    accessTokenKeyMs: 30 * DAY_MS,
  },
  messages: {
    /** Mail servers recover within a weekend. Older messages would only confuse. */
    goodForMs: 3 * DAY_MS,
    /** A post about tonight's raid is of no use tomorrow. */
    postGoodForMs: 6 * HOUR_MS,
    /** Operators look at what was given up within a month. */
    deadKeptMs: 30 * DAY_MS,
  },
  /** Rate limits by action and subject. `RATE_LIMITS` overrides them. */
  rates: {
    "sign-in": {
      /** More than a person mistypes, far too few to guess a password. */
      account: { max: 10, windowMs: MINUTE_MS },
      /** A whole raid behind one address may sign in at once. */
      address: { max: 120, windowMs: MINUTE_MS },
    },
    "second-factor": {
      /**
       * More than a person mistypes. At this rate, guessing one of three valid codes takes about
       * two years.
       */
      account: { max: 10, windowMs: HOUR_MS },
      /** A whole raid behind one address may sign in at once. */
      address: { max: 120, windowMs: MINUTE_MS },
    },
    "sign-up": {
      /** A school or an internet café on recruitment day. Each sign-up costs a slow hash and an email. */
      address: { max: 60, windowMs: HOUR_MS },
    },
    /** Emails about an account. More are never needed, and the limit keeps us from flooding a mailbox. */
    email: {
      account: { max: 5, windowMs: HOUR_MS },
      address: { max: 120, windowMs: MINUTE_MS },
    },
    /** Emails to people who did not ask for them. Enough for a roster, too few for spam. */
    invitation: {
      account: { max: 60, windowMs: DAY_MS },
      guild: { max: 120, windowMs: DAY_MS },
    },
    /** Verifications of a guild's domain. DNS changes take minutes, and each check sends queries. */
    "domain-check": { guild: { max: 30, windowMs: HOUR_MS } },
    /**
     * Host names that a server has to look up. A proxy asks before each new certificate, and strangers can
     * send requests with invented names.
     */
    "domain-ask": { address: { max: 600, windowMs: MINUTE_MS } },
    /**
     * All requests of a guild whose plan limits them. The plan's number applies where it is smaller. `off`
     * turns the plans' limits off.
     */
    requests: { guild: { max: 12_000, windowMs: MINUTE_MS } },
    /** A person does not read twenty pages a second. A household of raiders shares one address. */
    read: {
      account: { max: 1_200, windowMs: MINUTE_MS },
      key: { max: 1_200, windowMs: MINUTE_MS },
      guild: { max: 12_000, windowMs: MINUTE_MS },
      address: { max: 6_000, windowMs: MINUTE_MS },
    },
    /** Ten bids a second from the fastest bidder; forty raiders at the last item of the night. */
    write: {
      account: { max: 600, windowMs: MINUTE_MS },
      key: { max: 600, windowMs: MINUTE_MS },
      guild: { max: 6_000, windowMs: MINUTE_MS },
      address: { max: 3_000, windowMs: MINUTE_MS },
    },
    /** Pieces of combat logs. A gigabyte is 64 pieces. */
    upload: {
      account: { max: 300, windowMs: MINUTE_MS },
      key: { max: 300, windowMs: MINUTE_MS },
      guild: { max: 600, windowMs: MINUTE_MS },
      address: { max: 600, windowMs: MINUTE_MS },
    },
    /**
     * Recorded attempts to use a guild's keys on other guilds. Enough to act on, without flooding the
     * log.
     */
    elsewhere: { guild: { max: 10, windowMs: HOUR_MS } },
    /** Long-lived connections. A page opens one, and opens it again after it broke. */
    live: {
      account: { max: 120, windowMs: MINUTE_MS },
      key: { max: 60, windowMs: MINUTE_MS },
      guild: { max: 1_200, windowMs: MINUTE_MS },
      address: { max: 600, windowMs: MINUTE_MS },
    },
  },
  /** Subjects whose window this process remembers. The shared count answers for all others. */
  rateSubjectsMax: 50_000,
  declared: {
    /** A guild file has some twenty short lines. */
    fileBytesMax: 64 * 1024,
    /** The lease of a run, which renews it. A process that is silent for this long has died. */
    runLeaseMs: 15 * SECOND_MS,
    /** Audit rows of a guild that are searched for the author of a drifted field. */
    auditRowsMax: 200,
  },
  guild: {
    /**
     * Characters of a requested slug that are logged. Valid slugs are shorter, and a long one cannot
     * fill the log.
     */
    askedCharsMax: 64,
    /** Time to notice that a deletion was a mistake. */
    deletionGraceMs: 30 * DAY_MS,
    /** A freed slug in old links must not lead to another guild at once. */
    slugHeldMs: 90 * DAY_MS,
    /** Each step takes milliseconds. A runner that is silent for this long has died. */
    operationLeaseMs: 10 * SECOND_MS,
    /** A cloud host takes up to a minute to make a working database. Longer means that it hangs. */
    hostWorkMsMax: 2 * MINUTE_MS,
    /**
     * A move renews it page by page. In a move's last part its guild takes no writes, so the lease is
     * short.
     */
    moveLeaseMs: 15 * SECOND_MS,
    /** Passes of a move that catch up with a guild in use. Later ones would find as much to copy. */
    movePassesMax: 4,
    /** A guild needs one link or a few emails. Hundreds of open invitations would be a risk. */
    invitationsMax: 100,
    /** Former slugs that one guild may hold. More would be squatting. */
    slugsHeldMax: 3,
    /** The game allows 24 letters. Communities that are not game guilds have longer names. */
    nameCharsMax: 48,
    /** One screen of a public page. */
    descriptionCharsMax: 2_000,
    /** A link, an address or a character name to contact. */
    contactCharsMax: 200,
    /** Most databases are ready in a tenth of this. After it, the answer is 202 instead of 201. */
    foundingWaitMs: 1_500,
    /** The page shows the steps in any case. A short wait lets most people skip it. */
    foundingPageWaitMs: 300,
    /** How often a progress page checks for the next step. */
    progressPollMs: 50,
    /** A page that watches longer reconnects by itself. */
    progressWatchMsMax: MINUTE_MS,
    /** A new database takes 480 KiB, its log and index 100, and the platform's rows about it the rest. */
    roomBytesMin: 1024 * 1024,
    /** How often a server looks for work that a dead process left unfinished. */
    sweepEveryMs: 15 * SECOND_MS,
  },
  audit: {
    /** Rows in one file of the current view: weeks of a busy guild. The API's pages give older ones. */
    fileRowsMax: 10_000,
    /** Rows of a file that are read before others have their turn. */
    fileRowsAtOnce: 500,
    /** One or two screens of a page. */
    pageRows: 50,
    /** Audit rows are kept for a year. The database refuses to delete younger rows. */
    keptMs: 365 * DAY_MS,
    /** Until a row is sealed, a person with the database file can change it undetected. */
    sealEveryMs: 2 * SECOND_MS,
    /**
     * Databases that the doctor opens. It takes a tenth of a second, and they include the newest
     * writes.
     */
    lookedAtMax: 100,
    /** Clocks of two machines differ by less. A checkpoint from further ahead was forged. */
    clockSkewMs: 5 * MINUTE_MS,
    /** Rows that are read, hashed and sealed in one write: milliseconds of work. */
    sealRowsMax: 500,
  },
  retention: {
    /** Rows deleted in one write, so that no request waits long for the lock. */
    batchRows: 500,
    /** Batches that one run deletes from one table. The rest waits for the next run. */
    batchesMax: 200,
    /** Each database is checked once a day. */
    everyMs: DAY_MS,
    /** Expired email links, tickets and stored answers have no use after this. */
    endedKeptMs: DAY_MS,
  },
  configuration: {
    /** A change takes effect everywhere within two reads, which is below five seconds. */
    freshMs: 2 * SECOND_MS,
    /** One or two lines on top of every page. */
    announcementCharsMax: 200,
  },
  cache: {
    /** A response of a megabyte is a list of everything. It is not cached. */
    bodyCharsMax: 1024 * 1024,
    clearedAtOnce: 20,
  },
  payments: {
    /** The person waits on a blank page before they can pay. */
    deadlineMs: 10 * SECOND_MS,
    retriesMax: 1,
    retryAfterMs: MINUTE_MS,
    /** An attacker may have captured an older signed event and sent it again. */
    newsAgeMs: 5 * MINUTE_MS,
  },
  operators: {
    /** One or two screens of a page. */
    pageRows: 50,
    /** Members whom an operator may have to write to. The rest of a large guild is only counted. */
    membersShown: 50,
    /** One or two sentences that members read. */
    reasonCharsMax: 300,
    /** A shorter text does not explain anything. */
    reasonCharsMin: 5,
    /** Long enough to look into a problem. An operator who needs longer gives a reason again. */
    impersonationMs: 30 * MINUTE_MS,
  },
  upstreams: {
    /**
     * Blizzard allows 36,000 requests in an hour and 100 in a second, for each client. A minute slot of
     * 590 keeps any hour (61 slots) below 36,000; a slot of 100 ms with 9 keeps any second below 100.
     */
    blizzard: [
      { slotMs: MINUTE_MS, usesMax: 590 },
      { slotMs: 100, usesMax: 9 },
    ],
    /** Discord allows a bot 50 requests in a second, beside the limits that its answers name. */
    discord: [
      { slotMs: MINUTE_MS, usesMax: 2_400 },
      { slotMs: 100, usesMax: 4 },
    ],
    /** Counts are kept for an hour, for the page that shows the use. */
    keptMs: HOUR_MS,
  },
  roster: {
    /** Character names have 12 letters. People add titles and realms. */
    nameCharsMax: 40,
    /** One or two screens. The rest is one click away. */
    pageRows: 100,
    /** A note, not a file. */
    noteCharsMax: 500,
    /** The largest guilds of the game have 1,000 characters. */
    pasteLinesMax: 1_000,
    /** Rejected lines that an answer still lists. Readers do not need more. */
    pasteLinesNamedMax: 100,
    /** A thousand long lines. */
    pasteCharsMax: 200_000,
    /** The beginning of a paste that tells its separator: some hundred lines. */
    pasteSampleChars: 20_000,
    /** One file of the whole roster, far above any guild's size. */
    csvRowsMax: 10_000,
    /** One page of the latest changes. The page of a person has all of theirs. */
    joinsShown: 50,
    /** What a person can look through. Others are found by a search. */
    candidatesMax: 50,
    /** Members who sign up at this moment can come between a read and its write. */
    joinTriesMax: 3,
  },
  imports: {
    /** SavedVariables of a guild that played for years have up to 20 MB. */
    uploadBytesMax: 24 * 1024 ** 2,
    /** A paste into the form. Larger histories are files. */
    pasteCharsMax: 900_000,
    lua: {
      /** A file of `uploadBytesMax`. */
      charsMax: 24 * 1024 ** 2,
      /** Addons nest data about ten levels deep. Each level costs stack. */
      depthMax: 64,
      /** A file of 20 MB has 1.2 million. Each entry costs memory. */
      entriesMax: 2_000_000,
    },
    /** Formats in XML nest six levels deep. */
    xmlDepthMax: 32,
    /** Formats in JSON nest eight levels deep. */
    jsonDepthMax: 64,
    /** What a compressed export may become. A history of years has 3 MB. */
    unpackedBytesMax: 24 * 1024 ** 2,
    /** One text of a file, such as a note or a list of players. The addons' own limits are below. */
    textCharsMax: 20_000,
    /** Twenty years of a guild with ten entries for each raid. */
    rowsMax: 200_000,
    /** A file of 20 MB takes two seconds. The thread of a longer one is ended. */
    parseMsMax: 2 * MINUTE_MS,
    /** The thread that reads a file. Its heap ends before the machine's memory does. */
    parserHeapMbMax: 256,
    /** Young objects of that thread. Without a limit, they take 100 MB while a file of 20 MB is read. */
    parserYoungMbMax: 8,
    /** Files that are read at the same time. Each has a thread of its own. */
    parsersMax: 2,
    /** Rows that travel and are stored at once: some milliseconds of work. */
    rowsAtOnce: 250,
    /** Rows that one transaction of a commit writes, and the lines of their entries. */
    sliceRows: 25,
    sliceLinesMax: 250,
    /** How long a request works on a commit before a job continues it. */
    inlineMs: 1_500,
    /** A server that died leaves its import to another one after this. */
    resumeAfterMs: MINUTE_MS,
    /** Imports, and rows of each kind of trouble, that a command prints. The API has the others. */
    listedMax: 200,
    /** Questions to people. More mean that the file does not belong to this guild. */
    questionsMax: 200,
    /** People of a report. The report of a larger source counts the rest. */
    reportPersonsMax: 2_000,
    /** Obstacles to a reversal that an answer lists. */
    obstaclesMax: 100,
    /** An abandoned preview is removed with its rows after this. */
    previewKeptMs: 14 * DAY_MS,
    /** One or two screens. */
    pageRows: 100,
    /** What a preview shows of a row. */
    labelCharsMax: 200,
    /** The longest history that dates may tell: the game began in 2004. Other games are older. */
    yearMin: 1999,
  },
  /** The Discord bot. */
  discord: {
    /** A command has some kilobytes; one whose options name many members has more. */
    interactionBytesMax: 128 * 1024,
    /** Clocks differ by seconds. An older request may be a copy that another person sends again. */
    signatureAgeMs: 5 * MINUTE_MS,
    /** Discord waits for three seconds, and the answer has to travel. */
    answerWithinMs: 2 * SECOND_MS,
    /** More lines do not fit into a message, and the page has all of them. */
    listLinesMax: 20,
    /** Raids are announced two weeks ahead at most, and people are reminded some days ahead. */
    announceHoursMax: 14 * 24,
    reminderHoursMax: 72,
    /** Raids that one look announces. A guild plans fewer in two weeks. */
    announcedMax: 20,
    /** Ten fields of this length and a note stay below the 6,000 characters of a message. */
    fieldCharsMax: 480,
    /** Presses within this time become one change of the message. */
    editAfterMs: 3 * SECOND_MS,
    /** How soon the next look follows while a raid or an auction is on, and otherwise. */
    feedBusyMs: 20 * SECOND_MS,
    feedIdleMs: 2 * MINUTE_MS,
    /** A guild that Discord refused, or that proved no server, changes by hand only. */
    feedRestMs: 15 * MINUTE_MS,
    /** What happened longer ago is no news. It also bounds what a stopped server catches up with. */
    feedLookbackMs: HOUR_MS,
    /** The time around its start in which a raid makes a guild busy. */
    raidNightMs: 4 * HOUR_MS,
    /** Raids are announced two weeks ahead. Their posts are known for longer than that. */
    feedKeptMs: 60 * DAY_MS,
    /** People whom a part of a name finds. More would hide the one who was meant. */
    whoisMax: 5,
  },
  identity: {
    lua: {
      /** Guild Roster Manager stores years of a guild of 1,000 in less. */
      charsMax: 16 * 1024 * 1024,
      /** Addons nest data about six levels deep. Each level costs stack. */
      depthMax: 64,
      /** A thousand characters with their whole history. Each entry costs memory. */
      entriesMax: 500_000,
    },
    /** The game's guilds have 1,000 characters. They are stored in one write, which others wait for. */
    exportRowsMax: 1_500,
    /** Lines of an imported sheet, and its problems that an answer lists. */
    sheetLinesMax: 2_500,
    sheetProblemsMax: 100,
    /** What Discord accepts, in code points where nothing else is said. */
    discord: {
      embed: {
        titleCharsMax: 256,
        descriptionCharsMax: 4_096,
        fieldsMax: 25,
        fieldNameCharsMax: 256,
        fieldValueCharsMax: 1_024,
        footerCharsMax: 2_048,
      },
      message: {
        embedsMax: 10,
        /** Over all embeds of the message together. */
        charsMax: 6_000,
        /** Our own: more would bury the channel, and the rest is on the page. */
        perReportMax: 5,
      },
    },
    /** The game has ten guild ranks. */
    ranksMax: 10,
    /** A guild has 1,000 members in the game; the larger number leaves room for those who left. */
    charactersMax: 5_000,
    /** Members of one Discord server that are read: larger servers are communities, not guilds. */
    membersMax: 10_000,
    /** Rows of one INSERT: SQLite binds at most 32,766 values in a statement. */
    insertRows: 200,
    /** An answer with this much less than before is held back: a failing source, not a mass departure. */
    shrinkMax: 0.2,
    /** Below this many characters a departure of some is normal, whatever their share. */
    shrinkFrom: 5,
    /** SavedVariables of 1,000 characters with notes have 300 KB. More would hold up other guilds. */
    uploadBytesMax: 2 * 1024 ** 2,
    /** A sheet of 1,000 generous lines. */
    sheetCharsMax: 100_000,
    /** A larger file is read in a thread. This much takes some milliseconds, whatever is in it. */
    readAtOnceCharsMax: 32_000,
    /** The thread that reads a file, and its time. Files of `uploadBytesMax` take a second and 80 MB. */
    readerHeapMbMax: 192,
    readMsMax: 30 * SECOND_MS,
    /** Files that are read at the same time. Each has a thread of its own. */
    readersMax: 2,
    /** Statements of one write: links of some fifty characters, in some ten milliseconds. */
    statementsAtOnce: 400,
    /** Rosters are read four times a day, as the guild's day has a morning and a raid night. */
    rosterEveryMs: 6 * HOUR_MS,
    /** Members of Discord are read between gateway events. */
    membersEveryMs: 6 * HOUR_MS,
    /** A guild whose client or bot was refused costs one request a day. */
    refusedEveryMs: DAY_MS,
    /** Profiles read in one run: the budget of all guilds is shared. */
    profilesPerRun: 100,
    /** A profile is read once a day at most. */
    profileEveryMs: 24 * HOUR_MS,
    /** A page of issues that people read; the counts name the rest. */
    issuesShown: 1_000,
    /** Runs that are kept: four sources four times a day, for two weeks. */
    runsKept: 250,
    /** Runs that the status lists. */
    runsShown: 50,
    /** Days an unchanged answer is normal before the source counts as stale. */
    sourceStaleMs: 3 * DAY_MS,
    /** A code in a public note is proved by the next export; a week covers guilds that raid once. */
    proofMs: 7 * DAY_MS,
    /** Open codes of one member. Members raid with fewer characters in a week. */
    openProofsMax: 10,
    /** A proof that contradicts an earlier decision waits for officers, who may be on holiday. */
    contestMs: 30 * DAY_MS,
    /** Ended proofs are kept, so that the member still reads why one made no link. */
    proofKeptMs: 90 * DAY_MS,
    /** Characters of one Battle.net account over all realms; the game allows 70 in an edition. */
    accountCharactersMax: 200,
    /** One request to another service; theirs answer within seconds. */
    upstreamTimeoutMs: 15 * SECOND_MS,
    /** The largest answer that is read: 1,000 members are 400 KB. */
    upstreamBytesMax: 8_000_000,
  },
  fleet: {
    /**
     * A worker renews it continuously, however long one guild takes. A process silent for this long has
     * died.
     */
    leaseMs: MINUTE_MS,
    /** A renewal may fail a few times before the lease runs out. */
    leaseRenewMs: 10 * SECOND_MS,
    /** Visitors notice an answer that is this late. The rollout leaves half of the time to other work. */
    loopLagMs: 100,
    /** An idle disk stores a record in a few milliseconds. One that takes this long is busy. */
    storeMs: 250,
    /** A busy moment is shorter than this. A longer pause would stop the rollout on a slow disk. */
    restMsMax: 2 * SECOND_MS,
    /** Files share one disk. More lanes would only wait for each other. */
    lanes: 4,
    /** Threads that migrate files. More would wait for the same disk, and each costs some megabytes. */
    threadsMax: 4,
    /** The guild at work and the next one, so that a thread does not wait for the process. */
    perThreadMax: 4,
    /** Results stored in one write. A kill loses these records, but not the migrations. */
    outcomesPerWrite: 64,
    /** More frequent progress is not visible, and each record makes the whole rollout wait for the disk. */
    recordMs: 250,
    /** A server restarts within seconds. If it is away longer, an operator has to check it. */
    awayMsMax: 10 * SECOND_MS,
    /** A release may lag one schema behind. Older guilds are migrated at their first visit. */
    upgradeRetryMs: 30 * SECOND_MS,
    /**
     * Applies after the first wave, which allows no failure. More failures than this have a common
     * cause.
     */
    failuresMax: 10,
    /** Machines are noisy, but a wave twenty times as slow as the first is not noise. */
    slownessMax: 20,
    /**
     * Players do not notice a write pause shorter than this, even if it is many times the usual one. An
     * open guild pauses for a millisecond, a closed file on a busy disk for a hundred.
     */
    slowMs: 500,
    /** One screen of the console. */
    rolloutsShown: 20,
    /** Two screens of a terminal. More scrolls away before it is read. */
    listed: 50,
    /** No backup of a guild takes this long. A crash left a temporary file of this age. */
    draftMsMax: HOUR_MS,
    /** A temporary copy is renewed four times within this. A killed process stops renewing it. */
    temporaryMs: 10 * MINUTE_MS,
    /** Requests end within seconds. After this, a replaced database has no reader. */
    replacedMs: 5 * MINUTE_MS,
    /** Rows compared and copied at once: some hundred kilobytes of most tables. */
    pageRows: 500,
    /** Servers read a statement as a whole. */
    statementCharsMax: 200_000,
  },
  jobs: {
    /** Renewed during the work. A worker that is silent for this long has died. */
    leaseMs: 10 * SECOND_MS,
    /** Wait before the next try when a guild cannot be reached. */
    retryMs: SECOND_MS,
    /** Wait of jobs until the clock is right. */
    waitMs: MINUTE_MS,
    /** A job that failed many times is still tried, at little cost. */
    retryMsMax: HOUR_MS,
    /** People ask about last night, not about last year. */
    runsKeptMs: 14 * DAY_MS,
    /** One or two screens of a page. */
    pageRows: 100,
  },
  performance: {
    /** People notice when one answer takes longer than this. */
    slowMs: 100,
    /** Until then it is counted in memory. A crash loses no more than this. */
    flushMs: 30 * SECOND_MS,
    /** People ask about last night, not about last year. */
    keptMs: 14 * DAY_MS,
    /** Enough to recognize a statement. */
    sqlCharsMax: 500,
    /** The period of an operator's chart. */
    shownMs: 2 * DAY_MS,
  },
  statistics: {
    /** Default when the command names no number of days. */
    days: 30,
    /** Audit logs are not kept longer than this by default. */
    daysMax: 365,
    /** One screen of a terminal. */
    guildsMax: 50,
    /** Names listed in a report. The rest is counted. */
    namesMax: 10,
  },
  /** Figures of guilds by day, for operators. */
  figures: {
    /** Growth is compared with the same season a year before. */
    keptMs: 2 * 365 * DAY_MS,
    /** "Recently" on every page of figures. */
    recentDays: 7,
    /**
     * A chart of three months is legible, and its query reads 90 rows of each guild. A count goes back as
     * far, because logs are uploaded after their raid, and imports bring a whole season.
     */
    daysMax: 90,
    /** Columns of a table that fit beside each other. */
    comparedMax: 8,
    /** Lines of a ranking. */
    ranked: 10,
  },
  /** Calls of the API by hour, caller and operation. */
  usage: {
    /** Until then it is counted in memory. A crash loses no more than this. */
    flushMs: 10 * SECOND_MS,
    /** A program uses some ten operations. Made-up query strings must not fill the table. */
    rowsPerCallerMax: 100,
    /** Callers whose rows of the hour a process remembers. They are some megabytes. */
    callersMax: 1_000,
    /** Rows that wait for the platform's database. While it does not answer, new ones are not counted. */
    rowsMax: 10_000,
    /** More names than any operation has. */
    queryNamesMax: 20,
    /** Usage is shown for a season, as that of keys is. */
    keptMs: 90 * DAY_MS,
    daysMax: 90,
    /** Shown at first. A week of a busy platform is counted within a second. */
    days: 7,
    /** Lines of a ranking, of callers and of operations. */
    ranked: 50,
  },
  archives: {
    /** Twenty times the largest known guild. More would fill the disk of a small server. */
    bytesMax: 2 * 1024 * 1024 * 1024,
    /** A hundred megabytes take seconds. A file that takes longer is hostile. */
    examineMsMax: 5 * MINUTE_MS,
    /** A guild of some weeks. Checking it takes fewer milliseconds than starting a process does. */
    inspectedHereBytesMax: 1024 * 1024,
    /** The manifest of an export: a name, a description and a number for each table. */
    manifestCharsMax: 100_000,
    /** As many as a person reads. The answer's details have all of them. */
    differencesShown: 5,
  },
  backups: {
    /**
     * Scheduled backups to keep: each quarter-hour of a day, each hour of a week, each day of a month, each
     * week of two months. A mistake is noticed within minutes, at the next raid, or after a season.
     */
    kept: { quarterHourly: 96, hourly: 168, daily: 30, weekly: 8 },
    /** Manual backups and backups before a change are kept long enough to notice a mistake. */
    byHandMs: 30 * DAY_MS,
    /** Platform backups from before a release migrated it. Enough to go back several releases. */
    upgradesKept: 5,
    /** Enough for one or two risky changes. The scheduled backups run in any case. */
    byHand: { max: 6, windowMs: DAY_MS },
    /** Interval of backups of guilds that changed, and of the platform: what a mistake may cost. */
    everyMs: 15 * MINUTE_MS,
    /**
     * A round goes through all guilds once per interval, in this many parts. Fewer would make the disk busy
     * at once.
     */
    partsOfRound: 15,
    /** Guilds that are read from the platform at once. */
    pageGuilds: 200,
    /** The time of one part of a round. Then other slow jobs, such as a restore, have their turn. */
    partMsMax: 20 * SECOND_MS,
    /** Backups share the disk with the guilds' own work. */
    lanes: 2,
    /**
     * How long a database on a server counts as unchanged without asking the server. Longer, and a write by
     * a process that died before it could note it would wait longer for its backup.
     */
    doubtMs: HOUR_MS,
    revision: {
      /** File systems count time in steps of up to ten milliseconds. */
      settleMs: 25,
      /** Tries to read the state of a file that keeps changing. After these, the next round copies it. */
      settleTriesMax: 4,
      /** Old file systems count in steps of two seconds. */
      coarseMs: 2_100,
    },
    /** Stored copies are read and opened again this often. Disks lose bytes without a word. */
    verifyEveryMs: 7 * DAY_MS,
    /** The time for it in each part of a round: some hundred small copies a minute. */
    verifyMsMax: 2 * SECOND_MS,
    /** Guilds with old manual backups that are pruned at once. */
    pruneGuilds: 200,
    /** How soon a noted change is stored. A crash loses the note, and the next round finds the change. */
    changesEveryMs: 30 * SECOND_MS,
    /** A backup that is not complete after this has died with its process. */
    makingMsMax: HOUR_MS,
    /** A dozen missed rounds in a row are no accident. The doctor reports them. */
    lateMs: 3 * HOUR_MS,
    /** Interval of warnings. Operators ignore more frequent emails about the same problem. */
    warnEveryMs: DAY_MS,
    /** A store that is silent for this long is unreachable. */
    requestMsMax: MINUTE_MS,
    /** A list on a screen. Older backups are found by guild. */
    pageRows: 50,
  },
  http: {
    /** A roster of a thousand lines is far below this. Log uploads have their own route. */
    bodyBytesMax: 1024 * 1024,
    /** Values in one JSON body. The attendance of a whole guild is a third of it. */
    jsonValuesMax: 20_000,
    /** No body of our API is deeper than five levels. */
    jsonDepthMax: 32,
    /** Fields of one form. A checkbox for each member of a guild is a fifth of it. */
    formFieldsMax: 5_000,
    /** Parts of a form with a file. Only the log upload has one. */
    formPartsMax: 200,
    /** Errors listed in one answer. Readers do not need more. */
    errorsMax: 100,
    /** Clients send a request's head at once. */
    headMs: 10 * SECOND_MS,
    /** Interval of the check for overdue request heads. */
    checkMs: SECOND_MS,
    /** A connection without traffic for this long: the client does not read, or is gone. */
    stalledMs: 2 * MINUTE_MS,
    /**
     * Connections of one address: many households behind one address, far below the process's file
     * limit.
     */
    connectionsPerAddressMax: 1_000,
    /** Requests that wait for the one before them on their connection. Programs that pipeline send ten. */
    pipelinedMax: 64,
    /** Files that connections leave to databases: those of four guilds, and closed ones not yet freed. */
    filesReserved: 56,
    /** Counting a thousand open files takes a third of a millisecond. */
    connectionsPerCount: 8,
    body: {
      /** Form bodies arrive at once, also over a phone. */
      graceMs: 10 * SECOND_MS,
      /** The slowest connection over which uploading a log makes sense. */
      bytesPerSecondMin: 4 * 1024,
      sweepMs: SECOND_MS,
      /** Unfinished bodies of one address: a household of raiders that all upload logs. */
      perAddressMax: 100,
    },
    /** Creating a guild's database takes well under a second. */
    provisioningRetryAfterMs: SECOND_MS,
    /** A person lifts a suspension. Waiting does not. */
    suspendedRetryAfterMs: HOUR_MS,
    /** Longer than any client retries. Keys are deleted after this. */
    idempotencyKeptMs: DAY_MS,
    /** A running request renews its lock. One that stopped for this long died with its process. */
    idempotencyLockMs: 15 * SECOND_MS,
    /** Two renewals may fail before the lock ends. */
    idempotencyRenewMs: 5 * SECOND_MS,
    /** Longer than a database server takes to restart. */
    idempotencyPersistMs: MINUTE_MS,
    /** Room for a UUID or two hashes. */
    idempotencyKeyCharsMax: 255,
    /** The meaning of a code changes only with a release. An hour of delay in a browser does no harm. */
    problemPageFreshSeconds: 3_600,
  },
  background: {
    /** A task that fails more often than this gets one log line, which counts the further failures. */
    toldEveryMs: MINUTE_MS,
  },
  eventLoop: {
    /** A longer block of the event loop is noticeable for all other requests. */
    lagMsMax: 250,
    resolutionMs: 20,
    everyMs: SECOND_MS,
    /** One log line summarizes a burst of errors. */
    tellEveryMs: 10 * SECOND_MS,
  },
  health: {
    /** Probes come every few seconds from several programs. They share one check. */
    freshMs: SECOND_MS,
    /** Kubernetes waits one second for a probe by default. */
    waitMs: SECOND_MS / 2,
    /** Twice the longest wait for another process's lock. A server that is busy for longer is unhealthy. */
    believedMs: 10 * SECOND_MS,
  },
  tracing: {
    /** A collector that takes longer is away; its spans are dropped. */
    exportMs: 5 * SECOND_MS,
    /** Spans that wait to be sent: some megabytes. */
    waitingMax: 4_096,
    /** A stop waits no longer for the last spans. */
    closeMs: SECOND_MS,
  },
  metrics: {
    /**
     * Counting a fleet of thousands takes tens of milliseconds. Prometheus scrapes every 15 or 30
     * seconds.
     */
    platformEveryMs: 15 * SECOND_MS,
    diskEveryMs: SECOND_MS,
    /** Prometheus waits ten seconds. A scrape with old numbers is better than none. */
    waitMs: 2 * SECOND_MS,
    /** Guilds whose requests are counted. They take some hundred kilobytes. */
    guildsCountedMax: 10_000,
    /** Guilds with their own time series. Prometheus stores each series for its whole retention. */
    topGuildsMax: 50,
    /** A few connections each for Prometheus and for probes. */
    connectionsMax: 100,
  },
  stop: {
    /** Time for requests in progress. Longer ones are cut off. */
    requestsMs: 8 * SECOND_MS,
    /** Time for live connections to store their last lines. */
    socketsMs: 2 * SECOND_MS,
    /** Supervisors wait about ten seconds before they kill. */
    totalMs: 9 * SECOND_MS,
    /**
     * Time for remaining detached work, such as retried writes. The next start does the rest or drops
     * it.
     */
    backgroundMs: SECOND_MS,
  },
  remote: {
    /** The longest wait for one answer of a database server. */
    deadlineMs: 5 * SECOND_MS,
    /** A database that the server reloads is back within some tens of milliseconds. */
    triesMax: 8,
    retryMs: 10,
    /** Longest interval between tries to write again to a server that is away. */
    persistMsMax: SECOND_MS / 2,
    /** Consecutive failures after which a database is not queried for a while. Fewer may be chance. */
    failuresMax: 3,
    /** A restarted server is asked again this soon. Until then requests fail without waiting. */
    restMs: SECOND_MS,
    /** A recovered database answers in milliseconds. A longer wait for the trial query is pointless. */
    tryMs: SECOND_MS,
    /** Some hundred bytes each, for every database that this process uses. */
    breakersMax: 10_000,
    /** Another process that migrates the platform finishes within moments. */
    migratingMs: 50,
    /** Concurrent requests to one database: a raid's pages. A silent database blocks no more than these. */
    atOnceMax: 20,
    /** Connections to one server. Dozens of silent databases leave enough for the others. */
    socketsMax: 1_024,
    /** A leaked token is valid for minutes. It is renewed at half of this. */
    tokenMs: 5 * MINUTE_MS,
    /** A dump of a whole database. A season of a busy guild takes seconds. */
    dumpMs: 2 * MINUTE_MS,
    /** The lease of a server's lock. Its work takes milliseconds, and a hanging request times out before. */
    turnMs: 10 * SECOND_MS,
    /** Longer than two holders in a row that die with the lock. */
    turnWaitMsMax: 30 * SECOND_MS,
    /** Longest interval between checks of another process's lock. */
    turnAskMsMax: SECOND_MS / 10,
  },
  turso: {
    /** Creating a database takes a second or two at Turso. */
    deadlineMs: 10 * SECOND_MS,
    /** Retries bridge some seconds of trouble. The next sweep handles longer ones. */
    triesMax: 5,
    retryMs: 200,
    retryMsMax: 3 * SECOND_MS,
    /** If the API asks for a longer wait, the call fails, and a later sweep tries again. */
    retryAfterMsMax: 10 * SECOND_MS,
    /** A new database answers "not found" for up to fifteen seconds. */
    servesMsMax: 40 * SECOND_MS,
    servesPollMs: 250,
    servesPollMsMax: 2 * SECOND_MS,
    /** Each token costs a call and cannot be revoked by itself. It is renewed at half of this. */
    tokenMs: HOUR_MS,
    /** Far more guilds than one process serves within an hour. Each entry is a short text. */
    tokensMax: 20_000,
  },
  worker: {
    /** A request may make a thousand subrequests, and each poll of a watched guild makes two. */
    livePollMs: SECOND_MS,
    liveLooksMax: 200,
    /** The schedule runs every minute. Within it, the worker polls for due jobs this long. */
    jobsForMs: 55 * SECOND_MS,
    jobPollMs: SECOND_MS,
    mailDeadlineMs: 10 * SECOND_MS,
  },
  storage: {
    /**
     * The size of a guild's database on a plan without a limit. Guilds do not reach this in practice. It
     * bounds the cost of one that grows out of control.
     */
    bytesMax: 20 * 1024 ** 3,
  },
  secrets: {
    /** One secret of each kind is far below this. It bounds the size of one read. */
    perGuildMax: 100,
    /** People whose secrets are resealed in one run. The next run continues. */
    resealRows: 200,
  },
  keys: {
    nameCharsMax: 60,
    /** Long enough to change all of a guild's programs to the new key. */
    rotationOverlapMs: DAY_MS,
    /** From the page that asks for it to the connection that uses it. */
    ticketMs: 30 * SECOND_MS,
    /** Usage is shown for a season. Older days have no use. */
    usageDays: 90,
    /** A line needs some days. A key used first today shows a week. */
    chartDaysMin: 7,
    /** Until then it is counted in memory. A crash loses no more than this. */
    usageFlushMs: 5 * SECOND_MS,
    /** Real raids write up to 43,000, and a cut has to be caught up. A plan's own limit applies as well. */
    eventsPerMinuteMax: 120_000,
    /** Several raids at once, each with a few viewers. */
    connectionsMax: 15,
    /** The form offers these, the first one by default. Programs are changed about once a season. */
    expiryDays: [90, 30, 365],
    /** A monthly change of keys is recommended. The maker is reminded once. */
    rotateAfterMs: 30 * DAY_MS,
    /** Emails that one run of the daily job queues. The rest waits for the next run. */
    remindersMax: 200,
    /** A program in a cloud has many addresses. After so many, another one says nothing. */
    networksMax: 200,
    /** Networks that a process remembers, so that a request asks no database. */
    networksRemembered: 10_000,
    /** A day is unusual with at least `volumeMin` requests, and `volumeTimes` as many as usual. */
    volumeMin: 1_000,
    volumeTimes: 5,
    /** Two weeks have the raid nights of any schedule. */
    volumeDays: 14,
  },
  legacy: {
    /** Rows that are read from a legacy database at once. A page is some hundred kilobytes. */
    pageRows: 1_000,
    /** Characters that are read of one text. Names and reasons are a tenth of it. */
    charsMax: 4_000,
    /** Fights in one transaction. Each has a few dozen players. */
    fightsAtOnce: 50,
    /** Rows that a report lists one by one. It counts the others. */
    listedMax: 10_000,
  },
  transfers: {
    /** Fights of one transfer: some raid nights. They change guilds in one transaction. */
    fightsMax: 500,
    /** Fights that are copied at once. One with many spells is some megabytes. */
    copiedAtOnce: 5,
    /** A process that has not written for so long is taken for dead. */
    leaseMs: 5 * MINUTE_MS,
  },
  logs: {
    /** The log of a busy raid night is about one gigabyte. Compressed it is a tenth of that. */
    fileBytesMax: 2 * 1024 ** 3,
    /** The size of an unpacked log: a week of logging without a break. */
    logBytesMax: 4 * 1024 ** 3,
    /** Logs compress to a tenth or a twentieth. A file that unpacks to far more is an attack. */
    unpackedTimesMax: 200,
    /** Units and spells by name in one log. A raid night has some ten thousand, a week fewer than this. */
    unitsMax: 400_000,
    spellsMax: 50_000,
    /** Fights, including trash and dungeon runs. A week of dungeons is a quarter of it. */
    fightsMax: 10_000,
    keystonesMax: 2_000,
    /** Bytes kept of a name or GUID. The game's longest are half of it. */
    nameBytesMax: 100,
    /** Caps for one fight. Data beyond them is dropped, counted and reported. */
    fight: {
      /** Forty people raid. A battleground or a world boss has a few hundred. */
      playersMax: 200,
      /** Units with figures while the fight runs. Each takes one to two kilobytes of memory. */
      unitsMax: 4_000,
      /** Figures by spell, target and source while the fight runs. Forty players on 500 units need half. */
      sharesMax: 150_000,
      /** Figures by second while the fight runs, 8 bytes each. Forty players for an hour need a third. */
      secondsMax: 1_500_000,
      /** Buffs of players while the fight runs: forty players with 500 buffs each, some megabytes. */
      aurasMax: 20_000,
      /** Interrupted and dispelled spells by source and spell. A busy fight has a hundred. */
      stoppedSpellsMax: 2_000,
      /**
       * Rows of buffs, consumables, interrupts and dispels of all players, 90 bytes each. Forty
       * need half.
       */
      utilityRowsMax: 12_000,
      /** Rows of one player on one page. A raider has up to eighty buffs in a fight. */
      buffsPerPlayerMax: 150,
      consumablesPerPlayerMax: 20,
      enemiesMax: 300,
      /** Five times a whole raid of forty. */
      deathsMax: 200,
      /** Rows of one player on one page. More than a player has spells. */
      spellsPerPlayerMax: 200,
      targetsPerPlayerMax: 100,
      /** Rows of all players, 130 bytes each, so that storing a fight takes some tens of milliseconds. */
      rowsMax: 20_000,
      /** Figures by second of all players, seven bytes each: forty players for forty minutes. */
      curveSecondsMax: 300_000,
    },
    /** Memory of a thread that reads a log. A gigabyte needs far less. A leak ends only the thread. */
    readerHeapMbMax: 192,
    /** Figures of pets whose owner is not known yet: some 60 megabytes. */
    heldSharesMax: 400_000,
    /** Files in one archive. Clients write one log per session. An archive of thousands is an attack. */
    archiveFilesMax: 5_000,
    /** Bytes of an archive unpacked at once. They grow at most a thousandfold. */
    archiveStepBytes: 2 * 1024,
    /** The same for archives with a normal ratio. Each step costs a copy of the last unpacked bytes. */
    archiveStepBytesMax: 16 * 1024,
    /** Logs grow ten- or twentyfold. */
    archiveStepTimesMax: 40,
    /** Fights on one page of a report. */
    fightsPageRows: 200,
    /** No fight lasts six hours. A line with a wrong year would fill the memory with seconds. */
    fightSecondsMax: 6 * 3_600,
    /** Small files of zeros are harmless at any ratio. Unpacking takes some four times as much memory. */
    bombBytesMin: 4 * 1024 ** 2,
    /** One piece of an upload: seconds on a slow connection, so that an interruption costs little. */
    chunkBytesMax: 16 * 1024 ** 2,
    /** Unfinished uploads of one guild. Abandoned ones fill disks. */
    unfinishedMax: 20,
    /** An upload without new data for this long is abandoned. */
    abandonedMs: 2 * DAY_MS,
    titleCharsMax: 100,
    pageRows: 50,
    /** A guild's fights as one file. */
    csvRowsMax: 10_000,
    /** The reader stores after each fight and after so many bytes. Neither takes this long. */
    jobLeaseMs: MINUTE_MS,
    /** Delay before a log whose thread died is tried again. */
    jobRetryMs: 10 * SECOND_MS,
    /** After this many failures, another try would fail too. */
    jobAttemptsMax: 3,
    /**
     * Attempts without an end. Reading the log has crashed the process more often than restarts
     * explain.
     */
    jobBeginsMax: 10,
    /** Fights deleted in one write. Each has up to some megabytes of figures. */
    removedAtOnce: 5,
    /** Players of a fight that are exported at once, each with up to some hundred rows and seconds. */
    exportedAtOnce: 10,
    /** Fights, or players of a fight, that are read at once. */
    readAtOnce: 50,
    /** Players of all fights of one log. A night has a hundred, a week of dungeons some hundreds. */
    participantsMax: 2_000,
    /** Fights whose players are read at once: at most 2,000 rows, some milliseconds. */
    participantFightsAtOnce: 10,
    /** Lost pulls on one page. The deaths of each are read from a document of up to some 400 KB. */
    wipesPageRows: 20,
    /** Buffs of a raid in the table of a fight. Those on few players come last. */
    raidBuffsShownMax: 100,
    /** Kills searched for records: years of farming one boss. */
    recordKillsMax: 500,
    /** Weeks on one page of a player: half a year. */
    trendPageWeeks: 26,
    /** Boss pulls of a player that are read for a page, far above half a year of raids. */
    trendPullsMax: 5_000,
    /** Bosses and specs that a page compares, each with up to `recordKillsMax` kills. Two raids in two specs. */
    trendGroupsMax: 40,
    /** How often a page that watches an upload checks for progress. */
    progressPollMs: 200,
    progressWatchMsMax: 10 * MINUTE_MS,
    /** How often a process checks for logs that another one left. */
    jobPollMs: 5 * SECOND_MS,
    live: {
      /** A program sends its hello at once. */
      helloMs: 5 * SECOND_MS,
      /** A key, a name and a zone. A larger message is not a hello. */
      helloBytesMax: 4 * 1024,
      /** Connections of one address before their hello: a household of raiders that reconnects at once. */
      strangersPerAddressMax: 64,
      /** A program answers the closing of a connection at once. */
      closeMs: 2 * SECOND_MS,
      /** A second of the busiest fight is a tenth of this. */
      frameBytesMax: 1024 ** 2,
      /** Unprocessed bytes of one connection. Above this, the server pauses reading. */
      waitingBytesMax: 4 * 1024 ** 2,
      /** The longest time until a connection is closed after its key or membership ended. */
      recheckMs: 3 * SECOND_MS,
      /** Renewed with each recheck. A process that missed three has died, and its places are free. */
      leaseMs: 12 * SECOND_MS,
      /** Viewers see a fight with this delay. */
      snapshotMs: SECOND_MS,
      /** Detects dead connections. */
      pingMs: 20 * SECOND_MS,
      /** A live log without new data for this long is read as it is. */
      abandonedMs: 6 * HOUR_MS,
    },
    /** Reports deleted in one upkeep run. The next run continues. */
    pruneReportsMax: 20,
  },
  dkp: {
    /** A thousand million points at two decimals, far below where sums lose precision. */
    amountMax: 100_000_000_000,
    /** The largest raids have 40 people. An entry for a whole guild has to fit as well. */
    personsPerEntryMax: 1_000,
    /** Two seasons of weeks. Older ones belong to another expansion. */
    economyMs: 365 * DAY_MS,
    /** After a longer downtime, a server applies no more than these weeks of decay at once. */
    decayCatchUpMs: 60 * DAY_MS,
    /** Concurrent awards with caps retry. In each try, one of them succeeds. */
    awardTriesMax: 50,
    /** Lines of the ledger that an export reads before others have their turn. */
    exportedAtOnce: 1_000,
    /** One sentence. Longer texts belong in the guild's chat. */
    reasonCharsMax: 200,
    /** Enough to see what is wrong. A broken ledger could fill pages with the same fault. */
    differencesMax: 100,
    /** Entries that are verified before others have their turn. An entry may have a thousand postings. */
    verifiedAtOnce: { least: 2, first: 4, most: 2_000 },
    /** People whose weekly gains are added up before others have their turn. A raid is two of these. */
    standingsAtOnce: 20,
    /** Entries of a page that are read before others have their turn. An entry may have a thousand people. */
    entriesAtOnce: 3,
    /** Within this time, the same award by another officer is likely the same boss. */
    sameAwardMs: MINUTE_MS,
    /** Every slot at six item levels, and some more. */
    pricesMax: 120,
    /** People whose history is played again before others have their turn: some thousand entries. */
    replayedAtOnce: 20,
    /** A page of a table: several screens, quick to load on a phone in a raid. */
    pageRows: 50,
    /** A chart is some hundred pixels wide. More points cannot be told apart. */
    chartPointsMax: 200,
    /** One file of the current view, far above any guild's roster. */
    csvRowsMax: 10_000,
  },
  auctions: {
    /** Copies of one item in an auction: the drop of one boss. More is a mistake. */
    copiesMax: 20,
    itemCharsMax: 120,
    /** Bidders need this long to find the button. After the maximum, they have forgotten the auction. */
    durationMsMin: 10 * SECOND_MS,
    durationMsMax: 14 * DAY_MS,
    /** The usual extension after a late bid is 30 seconds. */
    snipeMsMax: 10 * MINUTE_MS,
    extensionsMax: 100,
    overtimeMsMax: HOUR_MS,
    incrementsMax: 10,
    /** More than a raid can follow at once. */
    openMax: 100,
    pageRows: 30,
    /** Balances may change between reading and settling. Then the settlement is computed again. */
    settleTriesMax: 10,
  },
  loot: {
    noteCharsMax: 200,
    wishesMax: 50,
    pageRows: 50,
    csvRowsMax: 20_000,
    /** Rows of a file that are read before others have their turn. */
    csvRowsAtOnce: 500,
  },
  raids: {
    nameCharsMax: 60,
    /** Raiders of a large guild who have not answered. A message has room for fewer names. */
    unansweredMax: 200,
    noteCharsMax: 300,
    /** A night ends before the next one. */
    minutesMax: 24 * 60,
    /** People plan holidays two months ahead. */
    plannedAheadDays: 56,
    seriesMax: 14,
    /** A guild with a team for each night of the week, and as many for alts. */
    teamsMax: 14,
    /** A month of two nights a week, on one screen. */
    comingRows: 8,
    pageRows: 50,
    /** A whole guild. */
    peopleMax: 1_000,
    /** Pasted names of a whole guild, each with its realm. */
    namesCharsMax: 60_000,
    /** Raids on one page of the attendance grid: three months of one night a week. */
    gridRaids: 12,
    /** Columns of a file that a spreadsheet still shows well: five years of two nights a week. */
    gridFileRaidsMax: 600,
    /** Earlier raids that a page of the grid may skip: a raid a day for decades. */
    gridSkipMax: 10_000,
    /** Combat logs of one raid night: more than a raid has people who record one. */
    logsMax: 60,
    /** Rows read and added up before others have their turn: some milliseconds of work. */
    readAtOnce: 2_000,
  },
  live: {
    /** How often a watched guild is polled for events: a third of what feels immediate. */
    pollMs: 40,
    eventsPerLook: 500,
    /** A client that was away for longer loads the page again. */
    eventsKeptMs: DAY_MS,
    /** A stream without events for this long gets a heartbeat. */
    heartbeatMs: 5 * SECOND_MS,
    /** A reader that falls behind is dropped at this many waiting events. */
    waitingMax: 1_000,
    /** Permissions are checked again this often. */
    recheckMs: 3 * SECOND_MS,
    /** A reader that lost its permission and does not read is disconnected after this. */
    endMsMax: SECOND_MS,
    /** A person with many tabs. Each page opens one stream. */
    perAccountMax: 30,
    /** Visitors behind one address: a household of raiders, a school. */
    perAddressMax: 200,
    tooManyRetryAfterMs: 10 * SECOND_MS,
    /** How often a process checks for jobs that another one left. */
    jobPollMs: 250,
  },
  clock: {
    /** Clocks are corrected by seconds. A machine that slept for minutes raises no question. */
    jumpMax: 10 * MINUTE_MS,
    /**
     * A longer downtime is reported. Nothing is deleted for a day, or until an operator confirms the
     * clock.
     */
    startMax: DAY_MS,
    /** Small steps within an hour count together. */
    anchorEvery: HOUR_MS,
    /** Operators notice a wrong clock within a day. Deletions can wait that long. */
    believedAfter: DAY_MS,
    /** How often the clock is checked. */
    lookEveryMs: 15 * SECOND_MS,
    /** How often the newest time is stored. */
    writtenEveryMs: MINUTE_MS,
    /** How often times that a wrong clock wrote are corrected. */
    repairEveryMs: 5 * MINUTE_MS,
    /** Clocks of several machines differ. A wrong clock wrote a time that is further ahead. */
    skewMs: 10 * MINUTE_MS,
    /** No lease lasts longer. A wrong clock set one that does. */
    leaseMsMax: HOUR_MS,
  },
  database: {
    /** Each open file costs three descriptors and about 0.3 MB. 200 stay far below `ulimit -n`. */
    openMax: 200,
    /** The database, its log and the index of its log. */
    filesEach: 3,
    /** Twice the size of a log's index. With less free space, a database cannot be opened for writing. */
    roomBytes: 64 * 1024,
    /** Connections of people, threads and programs, and the platform's own database. */
    otherFiles: 100,
    /** With too low a limit, a server opens and closes guilds all the time, but it works. */
    openMin: 4,
    /** How soon a database that was opened on a full disk is reopened normally after space is free. */
    aloneMs: SECOND_MS,
    /** The same failure of the same guild is logged again after this. */
    faultToldEveryMs: HOUR_MS,
    /** An intermittent failure is logged at most this often. */
    faultToldAgainMs: MINUTE_MS,
    /** Fault states are stored together. Those that end sooner are not stored. */
    faultStoreMs: SECOND_MS / 4,
    /** Error messages of drivers and systems are short. Longer ones contain data. */
    causeCharsMax: 300,
    /** Guilds with faults that a doctor opens to examine. The others are listed with their stored fault. */
    faultsExaminedMax: 50,
    /** A guild without requests for half an hour is idle. */
    idleMs: 30 * MINUTE_MS,
    /** How often the pool checks for idle databases. */
    sweepEveryMs: MINUTE_MS,
    /** Requests that wait for a free database of any guild. More would only wait longer. */
    waitingMax: 1_000,
    /** The longest wait for a page. After it, an answer to retry later is better. */
    waitMsMax: 5 * SECOND_MS,
    /**
     * Work that waits for a lock on one guild: more than a whole raid that reloads, less than fills the
     * memory.
     */
    waitingPerGuildMax: 1_000,
    /** The retry time for requests that found the queue full. */
    tooBusyRetryAfterMs: SECOND_MS,
    /** Replaced, moved or migrated databases are back within moments. */
    movedRetryAfterMs: SECOND_MS,
    /** An operator has to repair a damaged database, which takes minutes. */
    quarantinedRetryAfterMs: 5 * MINUTE_MS,
    /** How long a deletion waits for running requests. It ends before the lease of its operation. */
    drainMsMax: 5 * SECOND_MS,
    /** Other processes, such as the command line, hold the lock for one migration or one copy at most. */
    busyWaitMsMax: 5 * SECOND_MS,
    /** The first wait for a lock of another process, which doubles each time, and the longest one. */
    busyBackoffMs: 1,
    busyBackoffMsMax: 50,
    /** A database's log is checkpointed above this size: SQLite's own 1,000 pages of 4 KiB. */
    logBytes: 4 * 1024 * 1024,
    /** A power cut after this time leaves the newest count of the platform's writes on disk. */
    witnessSyncMs: SECOND_MS,
    /** Another process may be writing the count. A second look a moment later is certain. */
    witnessTriesMax: 3,
    witnessRetryMs: 20,
    /** How often a server checks that its data folder exists. Writes check by themselves. */
    folderCheckEveryMs: SECOND_MS,
    /** About the number of different statements in the whole product. */
    statementsMax: 200,
    /** Closed connections that the collector has not freed: three descriptors each, 64 to spare. */
    unreleasedMax: 12,
    /** The collector frees closed connections in a quiet moment, when that costs least. */
    releaseIdleMs: SECOND_MS,
  },
  secondFactor: {
    /** RFC 6238 recommends it, and authenticator apps know no other. */
    stepMs: 30 * SECOND_MS,
    /** A phone's clock may be a step off, and a person types for some seconds. */
    driftSteps: 1,
    /** Enough for some lost phones, few enough to print. */
    recoveryCodes: 10,
  },
  auth: {
    /** NIST and OWASP require this where no second factor is used. */
    passwordCharsMin: 8,
    /** Longer than any passphrase. It bounds the input of one hash. */
    passwordCharsMax: 256,
    /** Guild names of an account that are refused as its password. More than most people have. */
    guildNamesMax: 50,
    /** Rows of one list in a copy of a person's data: a year of daily use, and a few MB at most. */
    copyRowsMax: 5_000,
    /** One line on a phone. */
    nameCharsMax: 50,
    /** Mail is read within a day. Otherwise the person requests a new link. */
    verifyLinkMs: DAY_MS,
    /** The person who requested a new password is waiting for it. */
    resetLinkMs: HOUR_MS,
    /** Each takes 19 MiB and one core for tens of milliseconds. */
    hashesAtOnceMax: 2,
    /** A few seconds of work. Later requests get an answer to retry. */
    hashesWaitingMax: 200,
    /**
     * The cost of a bcrypt hash that an import may bring: a second of work. The owner of a costlier one
     * sets a new password by mail.
     */
    importedCostMax: 12,
    /** From our page to the provider's and back, including the search for a password. */
    providerRoundMs: 10 * MINUTE_MS,
    /** The person waits on a blank page. */
    providerDeadlineMs: 8 * SECOND_MS,
    /** How long a browser keeps the chosen language and theme. */
    preferencesMs: 365 * DAY_MS,
  },
} as const;
