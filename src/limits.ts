const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Every cap of the system, each with its reason. Names carry their unit last. */
export const limits = {
  /** How long work on the main thread may go on before others have their turn: a page takes less. */
  turnMs: 10,
  session: {
    /** A month away from the game is common; longer idleness should ask for the password again. */
    idleMs: 30 * DAY_MS,
    /** However active, a stolen cookie must not live for ever. */
    absoluteMs: 90 * DAY_MS,
    /** More devices than anybody has; programs that sign in again and again stay below it. */
    perAccountMax: 50,
    /** Browsers and networks of an account that are remembered, and for how long after their last use. */
    placesMax: 100,
    placeKeptMs: 180 * DAY_MS,
    /** "Last used" is shown to people in minutes; writing it on every request would buy nothing. */
    touchAfterMs: 5 * MINUTE_MS,
    /** Handing over a guild or a key asks for the password, unless it was typed just now. */
    provedMs: 10 * MINUTE_MS,
    /** Access tokens cannot be taken back one by one, so they end soon. */
    accessTokenMs: 5 * MINUTE_MS,
    /** Whoever verifies them fetches our public keys now and then; a month is long enough for that. */
    accessTokenKeyMs: 30 * DAY_MS,
  },
  messages: {
    /** Mail servers come back within a weekend. Older news would only confuse. */
    goodForMs: 3 * DAY_MS,
  },
  /** Uses by what is done and who does it; `RATE_LIMITS` sets them differently. */
  rates: {
    "sign-in": {
      /** More than a person mistypes; far too few to guess with. */
      account: { max: 10, windowMs: MINUTE_MS },
      /** A whole raid behind one address may sign in at once. */
      address: { max: 120, windowMs: MINUTE_MS },
    },
    "sign-up": {
      /** A school or an internet café on recruitment day; each costs a slow hash and a letter. */
      address: { max: 60, windowMs: HOUR_MS },
    },
    /** Letters about an account: nobody needs more, and no mailbox is flooded through us. */
    email: {
      account: { max: 5, windowMs: HOUR_MS },
      address: { max: 120, windowMs: MINUTE_MS },
    },
    /** Letters to people who never asked: enough for a roster, too few to be spam. */
    invitation: {
      account: { max: 60, windowMs: DAY_MS },
      guild: { max: 120, windowMs: DAY_MS },
    },
    /** Twenty pages a second are no person; a house of raiders shares one address. */
    read: {
      account: { max: 1_200, windowMs: MINUTE_MS },
      key: { max: 1_200, windowMs: MINUTE_MS },
      guild: { max: 12_000, windowMs: MINUTE_MS },
      address: { max: 6_000, windowMs: MINUTE_MS },
    },
    /** Ten bids a second of the quickest thumb; forty raiders at the last item of the night. */
    write: {
      account: { max: 600, windowMs: MINUTE_MS },
      key: { max: 600, windowMs: MINUTE_MS },
      guild: { max: 6_000, windowMs: MINUTE_MS },
      address: { max: 3_000, windowMs: MINUTE_MS },
    },
    /** Pieces of logs: a gigabyte is 64 of them. */
    upload: {
      account: { max: 300, windowMs: MINUTE_MS },
      key: { max: 300, windowMs: MINUTE_MS },
      guild: { max: 600, windowMs: MINUTE_MS },
      address: { max: 600, windowMs: MINUTE_MS },
    },
    /** What is written down of a guild's keys that others try elsewhere: enough to act upon, no flood. */
    elsewhere: { guild: { max: 10, windowMs: HOUR_MS } },
    /** Lines that stay open: a page opens one, and again when it broke. */
    live: {
      account: { max: 120, windowMs: MINUTE_MS },
      key: { max: 60, windowMs: MINUTE_MS },
      guild: { max: 1_200, windowMs: MINUTE_MS },
      address: { max: 600, windowMs: MINUTE_MS },
    },
  },
  /** Subjects whose place in a window this process remembers; who is forgotten is asked for. */
  rateSubjectsMax: 50_000,
  guild: {
    /** What a stranger asked for, in a log: a slug is shorter, and nobody fills a log with a long one. */
    askedCharsMax: 64,
    /** Time to notice that the wrong guild was deleted, or that it was the wrong thing to do. */
    deletionGraceMs: 30 * DAY_MS,
    /** A freed slug in old links must not lead into a stranger's guild. */
    slugHeldMs: 90 * DAY_MS,
    /** Each step takes milliseconds; a runner silent for so long has died. */
    operationLeaseMs: 10 * SECOND_MS,
    /** A cloud takes up to a minute to make a database that serves; what takes longer hangs. */
    hostWorkMsMax: 2 * MINUTE_MS,
    /** A move renews it page by page; in its last part its guild takes no writes, so not for longer. */
    moveLeaseMs: 15 * SECOND_MS,
    /** Copies that catch up with a guild in use; the next would find as much to do as the last. */
    movePassesMax: 4,
    /** A guild hands out one link, or some letters; hundreds would be a leak waiting to happen. */
    invitationsMax: 100,
    /** Former addresses that one guild keeps from everybody else; more would be squatting. */
    slugsHeldMax: 3,
    /** The game allows 24 letters; communities that are no game guild are called longer names. */
    nameCharsMax: 48,
    /** A screen of a public page. */
    descriptionCharsMax: 2_000,
    /** A link, an address, a name to whisper to. */
    contactCharsMax: 200,
    /** Most databases are ready in a tenth of this; then the answer is 201 and not 202. */
    foundingWaitMs: 1_500,
    /** The page shows the steps anyway; waiting a blink saves most people from watching. */
    foundingPageWaitMs: 300,
    /** How often a progress page looks for the next step. */
    progressPollMs: 50,
    /** A page that watches longer asks again by itself. */
    progressWatchMsMax: MINUTE_MS,
    /** How often a server looks for what a dead process left behind. */
    sweepEveryMs: 15 * SECOND_MS,
  },
  audit: {
    /** One file of the current view: weeks of a busy guild; older ones by the API's pages. */
    fileRowsMax: 10_000,
    /** A screen or two of a page. */
    pageRows: 50,
    /** What happened a year ago concerns nobody any more; the database refuses to let go of less. */
    keptMs: 365 * DAY_MS,
    /** Until then a change can be made unseen by whoever holds the database file. */
    sealEveryMs: 2 * SECOND_MS,
    /** Databases that the doctor opens: a tenth of a second, and the newest writes are in them. */
    lookedAtMax: 100,
    /** Two machines' clocks differ by less; a checkpoint from further ahead was made up. */
    clockSkewMs: 5 * MINUTE_MS,
    /** Rows read, hashed and sealed in one write: milliseconds of work. */
    sealRowsMax: 500,
  },
  retention: {
    /** Rows that go in one write, so that nobody waits for the lock. */
    batchRows: 500,
    /** Batches that one run takes from one table; what is left waits for the next. */
    batchesMax: 200,
    /** Everything is looked at once a day. */
    everyMs: DAY_MS,
    /** Letters' links, tickets and answers that ended are of no use to anybody. */
    endedKeptMs: DAY_MS,
  },
  configuration: {
    /** Two reads make five seconds; within that a change is effective everywhere. */
    freshMs: 2 * SECOND_MS,
    /** A line or two over every page. */
    announcementCharsMax: 200,
  },
  cache: {
    /** An answer of a megabyte is a list of everything; it is not kept. */
    bodyCharsMax: 1024 * 1024,
    clearedAtOnce: 20,
  },
  payments: {
    /** Somebody waits for the page that they pay on. */
    deadlineMs: 10 * SECOND_MS,
    retriesMax: 1,
    retryAfterMs: MINUTE_MS,
    /** What was signed longer ago may have been overheard and sent again. */
    newsAgeMs: 5 * MINUTE_MS,
  },
  operators: {
    /** A screen or two of a page. */
    pageRows: 50,
    /** Whom an operator may have to write to; the rest of a large guild is counted. */
    membersShown: 50,
    /** A sentence or two that members read. */
    reasonCharsMax: 300,
    /** Shorter is no reason. */
    reasonCharsMin: 5,
    /** Long enough to see what somebody sees; whoever needs longer gives a reason again. */
    impersonationMs: 30 * MINUTE_MS,
  },
  roster: {
    /** Character names have 12 letters; people write titles and realms beside them. */
    nameCharsMax: 40,
    /** A screen or two; the rest is one click away. */
    pageRows: 100,
    /** A note, not a file. */
    noteCharsMax: 500,
    /** The largest guilds of the game have 1,000 characters. */
    pasteLinesMax: 1_000,
    /** Lines above it that an answer still names; nobody reads more of the same. */
    pasteLinesNamedMax: 100,
    /** A thousand generous lines. */
    pasteCharsMax: 200_000,
    /** One file of the whole roster; far above any guild's. */
    csvRowsMax: 10_000,
  },
  fleet: {
    /** Renewed all the time, however long one guild takes; a process silent for so long has died. */
    leaseMs: MINUTE_MS,
    /** A renewal may fail a few times before the lease runs out. */
    leaseRenewMs: 10 * SECOND_MS,
    /** A visitor notices an answer that comes this much later. Half of the time is left to others. */
    loopLagMs: 100,
    /** An idle disk stores a record in a few milliseconds; one that takes this long is busy. */
    storeMs: 250,
    /** A busy moment is shorter than this. Resting longer would make a slow disk a stopped rollout. */
    restMsMax: 2 * SECOND_MS,
    /** Files share one disk: more lanes than this only wait for each other. */
    lanes: 4,
    /** Threads that migrate files: more only wait for the same disk, and each costs some megabytes. */
    threadsMax: 4,
    /** Outcomes stored in one write: a kill loses the record of these, never their migration. */
    outcomesPerWrite: 64,
    /** Nobody watches a bar more closely than this; each time, the whole rollout waits for the disk. */
    recordMs: 250,
    /** A server is started again within seconds; one away for longer needs somebody to look. */
    awayMsMax: 10 * SECOND_MS,
    /** A release may be behind by one schema; what is older is migrated at its first visit. */
    upgradeRetryMs: 30 * SECOND_MS,
    /** After the first wave, in which none may fail: so many are cases, more are a mistake. */
    failuresMax: 10,
    /** Machines are noisy; a wave twenty times as slow as the first is not noise. */
    slownessMax: 20,
    /**
     * A guild that takes no changes for less than this is noticed by nobody, however many times as long it
     * is: one that is open takes a millisecond, a file at rest on a busy disk a hundred.
     */
    slowMs: 500,
    /** A screen of the console. */
    rolloutsShown: 20,
    /** Two screens of a terminal: more scrolls away before it is read. */
    listed: 50,
    /** No copy of a guild takes this long: a draft so old was left by a crash. */
    draftMsMax: HOUR_MS,
    /** A copy to try something out on is renewed four times in it; a killed process renews no more. */
    temporaryMs: 10 * MINUTE_MS,
    /** Requests end within seconds; then nobody has a replaced database open any more. */
    replacedMs: 5 * MINUTE_MS,
    /** Rows that are compared and copied at once: some hundred kilobytes of most tables. */
    pageRows: 500,
    /** Servers read one statement as a whole. */
    statementCharsMax: 200_000,
  },
  jobs: {
    /** Renewed while the work goes on; whoever is silent for so long has died. */
    leaseMs: 10 * SECOND_MS,
    /** A guild that cannot be reached is asked again. */
    retryMs: SECOND_MS,
    /** What waits for a clock to be put right. */
    waitMs: MINUTE_MS,
    /** What has failed many times is still tried, but costs nothing. */
    retryMsMax: HOUR_MS,
    /** People ask about last night, not about last year. */
    runsKeptMs: 14 * DAY_MS,
    /** A screen or two of a page. */
    pageRows: 100,
  },
  performance: {
    /** Whoever waits longer than this for one answer notices. */
    slowMs: 100,
    /** Counted in memory in between; a crash loses no more than this. */
    flushMs: 30 * SECOND_MS,
    /** People ask about last night, not about last year. */
    keptMs: 14 * DAY_MS,
    /** Enough to recognize a statement by. */
    sqlCharsMax: 500,
    /** What an operator's chart shows. */
    shownMs: 2 * DAY_MS,
  },
  statistics: {
    /** What is asked for when nobody says how many days. */
    days: 30,
    /** No audit log is kept for longer than this by itself. */
    daysMax: 365,
    /** A screen of a terminal. */
    guildsMax: 50,
    /** Named one by one in a report; the rest is counted. */
    namesMax: 10,
  },
  archives: {
    /** Twenty times the largest guild we know of; more would fill the disk of a small server. */
    bytesMax: 2 * 1024 * 1024 * 1024,
    /** A hundred megabytes take seconds; a file that keeps us longer was made to. */
    examineMsMax: 5 * MINUTE_MS,
    /** What an export says of itself: a name, a description and a number for each table. */
    manifestCharsMax: 100_000,
    /** A person reads so many; all of them are in the answer's details. */
    differencesShown: 5,
  },
  backups: {
    /** How many copies of the schedule are kept: a day by the hour, two weeks by the day, … */
    kept: { hourly: 24, daily: 14, weekly: 8 },
    /** Copies made by hand or before a change: long enough to notice a mistake. */
    byHandMs: 30 * DAY_MS,
    /** Copies of the platform made before releases changed it: enough to go back several releases. */
    upgradesKept: 5,
    /** Before a bold change or two; the hourly copies are made anyway. */
    byHand: { max: 6, windowMs: DAY_MS },
    /** How often each guild is copied; an unchanged one costs no room in the store. */
    everyMs: HOUR_MS,
    /** A copy that is not done after so long has died with its process. */
    makingMsMax: HOUR_MS,
    /** Missing two in a row is no accident any more: the doctor says so. */
    lateMs: 3 * HOUR_MS,
    /** More letters about the same thing are read by nobody. */
    warnEveryMs: DAY_MS,
    /** A store that is silent for so long is not there. */
    requestMsMax: MINUTE_MS,
    /** A list on a screen; older ones are found by guild. */
    pageRows: 50,
  },
  http: {
    /** A roster of a thousand lines is far below; uploads of logs have a route of their own. */
    bodyBytesMax: 1024 * 1024,
    /** Values in one JSON body: attendance of a whole guild is a third of it. */
    jsonValuesMax: 20_000,
    /** No body of ours is deeper than five. */
    jsonDepthMax: 32,
    /** Fields of one form: a box for everybody in a guild is a fifth of it. */
    formFieldsMax: 5_000,
    /** Parts of one form with a file: only the upload of a log has one. */
    formPartsMax: 200,
    /** Faults named in one answer: more are read by nobody. */
    errorsMax: 100,
    /** A request's head is sent in one go. */
    headMs: 10 * SECOND_MS,
    /** How often connections are looked at for heads that do not come. */
    checkMs: SECOND_MS,
    /** A connection on which nothing moves: its other side reads nothing, or is gone. */
    stalledMs: 2 * MINUTE_MS,
    /** Connections of one address: many houses behind one, far from what files a process may open. */
    connectionsPerAddressMax: 1_000,
    body: {
      /** Bodies of forms arrive at once, also over a phone. */
      graceMs: 10 * SECOND_MS,
      /** The slowest line on which a log could be sent at all. */
      bytesPerSecondMin: 4 * 1024,
      sweepMs: SECOND_MS,
      /** Unfinished bodies of one address: a house of raiders that all send their logs. */
      perAddressMax: 100,
    },
    /** Making a guild's database takes well under a second. */
    provisioningRetryAfterMs: SECOND_MS,
    /** Suspension is lifted by a person, not by waiting. */
    suspendedRetryAfterMs: HOUR_MS,
    /** Long enough for any client's retries; keys are forgotten after. */
    idempotencyKeptMs: DAY_MS,
    /** A request that runs renews its lock; one that does not for this long died with its process. */
    idempotencyLockMs: 15 * SECOND_MS,
    /** Often enough that two renewals may fail before the lock ends. */
    idempotencyRenewMs: 5 * SECOND_MS,
    /** Longer than a database server takes to restart. */
    idempotencyPersistMs: MINUTE_MS,
    /** Room for a UUID, a hash or two of them. */
    idempotencyKeyCharsMax: 255,
    /** What a code means changes with a release; a browser that shows it an hour late harms nobody. */
    problemPageFreshSeconds: 3_600,
  },
  eventLoop: {
    /** Longer than this, everybody else waits noticeably. */
    lagMsMax: 250,
    resolutionMs: 20,
    everyMs: SECOND_MS,
    /** One line says what a burst of them was. */
    tellEveryMs: 10 * SECOND_MS,
  },
  stop: {
    /** Requests under way; what takes longer is cut. */
    requestsMs: 8 * SECOND_MS,
    /** Live connections store their last lines. */
    socketsMs: 2 * SECOND_MS,
    /** Supervisors wait for about ten seconds before they kill. */
    totalMs: 9 * SECOND_MS,
    /** Detached work that is left, such as a retry of a write, is done by the next start or never. */
    backgroundMs: SECOND_MS,
  },
  remote: {
    /** Nobody waits longer than this for one answer of a database server. */
    deadlineMs: 5 * SECOND_MS,
    /** A database that the server loads again is back within some tens of milliseconds. */
    triesMax: 8,
    retryMs: 10,
    /** How often, at least, a server that is away is asked whether it can take what it missed. */
    persistMsMax: SECOND_MS / 2,
    /** Failures in a row after which a database is left alone: less is chance, more is waiting. */
    failuresMax: 3,
    /** A server that was started again is asked again this soon; till then nobody waits for it. */
    restMs: SECOND_MS,
    /** A database that is back answers in milliseconds; who waits for this one waits for nothing. */
    tryMs: SECOND_MS,
    /** Some hundred bytes each, for every database that this process asks. */
    breakersMax: 10_000,
    /** Another process that brings the platform to a new schema is done within moments. */
    migratingMs: 50,
    /** Requests to one database at once: a raid's pages; one that is silent holds no more than these. */
    atOnceMax: 20,
    /** Connections to one server: so many that dozens of silent databases leave enough to others. */
    socketsMax: 1_024,
    /** A token that leaks is good for minutes; it is renewed at half of this. */
    tokenMs: 5 * MINUTE_MS,
    /** A copy of a whole database: a season of a busy guild takes seconds. */
    dumpMs: 2 * MINUTE_MS,
    /** Making or removing a database takes milliseconds; who got no answer in time left it by then. */
    turnMs: 10 * SECOND_MS,
    /** Longer than two who died at it, one after the other. */
    turnWaitMsMax: 30 * SECOND_MS,
    /** How seldom, at most, another process's turn is asked for. */
    turnAskMsMax: SECOND_MS / 10,
  },
  turso: {
    /** Making a database takes a second or two there. */
    deadlineMs: 10 * SECOND_MS,
    /** Some seconds of trouble are sat out; what lasts longer is for the next sweep. */
    triesMax: 5,
    retryMs: 200,
    retryMsMax: 3 * SECOND_MS,
    /** Whoever is told to wait longer than this gives up and lets the sweep come back. */
    retryAfterMsMax: 10 * SECOND_MS,
    /** A new database answers "not found" for up to fifteen seconds. */
    servesMsMax: 40 * SECOND_MS,
    servesPollMs: 250,
    servesPollMsMax: 2 * SECOND_MS,
    /** Each token is a call, and none can be taken back by itself. Renewed at half of this. */
    tokenMs: HOUR_MS,
    /** Far more guilds than one process serves within an hour; each is a short text. */
    tokensMax: 20_000,
  },
  worker: {
    /** A request may ask others a thousand times; each look at a watched guild asks twice. */
    livePollMs: SECOND_MS,
    liveLooksMax: 200,
    /** The schedule comes every minute; within it, what is due is looked for this often. */
    jobsForMs: 55 * SECOND_MS,
    jobPollMs: SECOND_MS,
    mailDeadlineMs: 10 * SECOND_MS,
  },
  storage: {
    /** Years of a guild's points, and its fights of a month. */
    freeBytesMax: 500 * 1024 ** 2,
    /** Not a limit that a guild meets: it keeps one that runs wild from costing all the others. */
    paidBytesMax: 20 * 1024 ** 3,
  },
  secrets: {
    /** One of each kind is far below; a bound on what one look reads. */
    perGuildMax: 100,
    /** People whose secrets are sealed anew in one go; the rest follows. */
    resealRows: 200,
  },
  keys: {
    nameCharsMax: 60,
    /** Long enough to change every program of a guild to the new key. */
    rotationOverlapMs: DAY_MS,
    /** From the page that asked for it to the connection it is for. */
    ticketMs: 30 * SECOND_MS,
    /** Usage is shown for a season; older days say nothing any more. */
    usageDays: 90,
    /** A line needs some days before it is one: a key used first today shows a week. */
    chartDaysMin: 7,
    /** Counted in memory in between; a crash loses no more than this. */
    usageFlushMs: 5 * SECOND_MS,
    /** A busy raid of forty writes half of this. What a plan says besides holds as well. */
    eventsPerMinuteMax: 20_000,
    /** Several raids at once, each seen by a few. */
    connectionsMax: 15,
  },
  logs: {
    /** A night's log of a busy raid is about one gigabyte; packed it is a tenth of that. */
    fileBytesMax: 2 * 1024 ** 3,
    /** What a log may be once unpacked: a week of logging without a break. */
    logBytesMax: 4 * 1024 ** 3,
    /** Logs pack to a tenth or a twentieth; what unpacks to far more is meant to hurt. */
    unpackedTimesMax: 200,
    /** Units and spells by name in one log. A night of raids has some ten thousand, a week not this many. */
    unitsMax: 400_000,
    spellsMax: 50_000,
    /** Fights, trash between them included, and dungeon runs: a week of dungeons is a quarter of it. */
    fightsMax: 10_000,
    keystonesMax: 2_000,
    /** Bytes of a name or GUID that are kept. The game's longest are half of it. */
    nameBytesMax: 100,
    /** What is kept of one fight. What does not fit is left out, counted and said. */
    fight: {
      /** Forty people raid. A battleground or a world boss has a few hundred around it. */
      playersMax: 200,
      /** Units with figures while the fight goes on: each is one to two kilobytes of memory. */
      unitsMax: 4_000,
      /** Figures by spell, target and source while it goes on: forty players on 500 units are half of it. */
      sharesMax: 150_000,
      /** Figures by second while it goes on: 8 bytes each. Forty players for an hour are a third of it. */
      secondsMax: 1_500_000,
      enemiesMax: 300,
      /** Five times a whole raid of forty. */
      deathsMax: 200,
      /** Rows of one player on one page: more than anybody has spells, or scrolls. */
      spellsPerPlayerMax: 200,
      targetsPerPlayerMax: 100,
      /** Rows of all players: 130 bytes each, so that storing a fight takes some tens of milliseconds. */
      rowsMax: 20_000,
      /** Figures by second of all players: seven bytes each. Forty players for forty minutes. */
      curveSecondsMax: 300_000,
    },
    /** Memory of a thread that reads a log. A gigabyte needs far less; a fault of ours ends the thread only. */
    readerHeapMbMax: 192,
    /** Figures in fights that wait for a pet's owner to be named: some 60 megabytes. */
    heldSharesMax: 400_000,
    /** Files in one archive; clients write one log a session. Thousands are made to keep us busy. */
    archiveFilesMax: 5_000,
    /** How much of an archive is unpacked at once: it becomes a thousand times as much at most. */
    archiveStepBytes: 2 * 1024,
    /** The same while it becomes what a log does; each step costs a copy of what was unpacked last. */
    archiveStepBytesMax: 16 * 1024,
    /** Logs become ten or twenty times as much. */
    archiveStepTimesMax: 40,
    /** Fights on one page of a report. */
    fightsPageRows: 200,
    /** No fight lasts six hours; a line with a wrong year would fill the memory with seconds. */
    fightSecondsMax: 6 * 3_600,
    /** Small files of zeros are harmless, however well they pack. */
    bombBytesMin: 16 * 1024 ** 2,
    /** One piece of an upload: seconds on a slow line, so that a cut costs little. */
    chunkBytesMax: 16 * 1024 ** 2,
    /** Uploads of one guild that have begun and not ended; abandoned ones fill disks. */
    unfinishedMax: 20,
    /** An upload that nobody goes on with. */
    abandonedMs: 2 * DAY_MS,
    titleCharsMax: 100,
    pageRows: 50,
    /** A guild's fights as one file. */
    csvRowsMax: 10_000,
    /** Stored as often as a fight ends or so many bytes were read, which never takes this long. */
    jobLeaseMs: MINUTE_MS,
    /** A thread that died is tried again, not at once. */
    jobRetryMs: 10 * SECOND_MS,
    /** What failed so often will fail again. */
    jobAttemptsMax: 3,
    /** Begun so often without an end, reading it has ended the whole process: more than restarts explain. */
    jobBeginsMax: 10,
    /** Fights removed in one write: each has up to some megabytes of figures. */
    removedAtOnce: 5,
    /** Fights, or players of one, that are read at once. */
    readAtOnce: 50,
    /** Kills that records are looked for in: years of farming one boss. */
    recordKillsMax: 500,
    /** How often a page that watches an upload looks for news. */
    progressPollMs: 200,
    progressWatchMsMax: 10 * MINUTE_MS,
    /** How often a process looks for logs that another one left. */
    jobPollMs: 5 * SECOND_MS,
    live: {
      /** A program that says hello does so at once. */
      helloMs: 5 * SECOND_MS,
      /** A key, a name and a zone; what is larger is no hello. */
      helloBytesMax: 4 * 1024,
      /** Connections of an address that have not said hello: a house of raiders that comes back at once. */
      strangersPerAddressMax: 64,
      /** A program answers the end of a connection at once. */
      closeMs: 2 * SECOND_MS,
      /** A second of the busiest fight is a tenth of this. */
      frameBytesMax: 1024 ** 2,
      /** What one connection may have waiting here before it is not listened to for a while. */
      waitingBytesMax: 4 * 1024 ** 2,
      /** How soon somebody whose key or membership ended is cut off, at the latest. */
      recheckMs: 3 * SECOND_MS,
      /** Renewed with each recheck; whoever missed three of them has died, and its places are free. */
      leaseMs: 12 * SECOND_MS,
      /** Viewers see a fight as it was this long ago. */
      snapshotMs: SECOND_MS,
      /** Lines that break off dead are noticed. */
      pingMs: 20 * SECOND_MS,
      /** A log that nobody goes on writing is read as it is after that. */
      abandonedMs: 6 * HOUR_MS,
    },
    /** Reports removed in one go of the upkeep; the rest waits for the next. */
    pruneReportsMax: 20,
  },
  dkp: {
    /** A thousand million points at two decimals; far from where sums stop being exact. */
    amountMax: 100_000_000_000,
    /** The largest raids have 40 people; a whole guild at once has to fit as well. */
    personsPerEntryMax: 1_000,
    /** Two seasons of weeks; older ones are another expansion. */
    economyMs: 365 * DAY_MS,
    /** A server that was away for longer decays no more than these weeks at once. */
    decayCatchUpMs: 60 * DAY_MS,
    /** Awards within caps follow each other; each round one of them gets through. */
    awardTriesMax: 50,
    /** A sentence. What needs more belongs into the guild's own chat. */
    reasonCharsMax: 200,
    /** Enough to see what is wrong; a broken ledger could fill pages with the same fault. */
    differencesMax: 100,
    /** A page of a table: some screens' worth, quick to load on a phone in a raid. */
    pageRows: 50,
    /** A chart is some hundred pixels wide: more points could not be told apart. */
    chartPointsMax: 200,
    /** One file of the current view; far above any guild's roster. */
    csvRowsMax: 10_000,
  },
  auctions: {
    /** A drop of one boss; more is a mistake. */
    copiesMax: 20,
    itemCharsMax: 120,
    /** Shorter, nobody finds the button; longer, nobody remembers. */
    durationMsMin: 10 * SECOND_MS,
    durationMsMax: 14 * DAY_MS,
    /** What people know: thirty seconds, and thirty more for a late bid. */
    snipeMsMax: 10 * MINUTE_MS,
    extensionsMax: 100,
    overtimeMsMax: HOUR_MS,
    incrementsMax: 10,
    /** More at once than a raid can follow. */
    openMax: 100,
    pageRows: 30,
    /** Balances may change between reading and settling; then it is worked out again. */
    settleTriesMax: 10,
  },
  loot: {
    noteCharsMax: 200,
    wishesMax: 50,
    pageRows: 50,
    csvRowsMax: 20_000,
  },
  raids: {
    nameCharsMax: 60,
    noteCharsMax: 300,
    /** A night is over by the next one. */
    minutesMax: 24 * 60,
    /** People plan holidays two months ahead. */
    plannedAheadDays: 56,
    seriesMax: 14,
    /** A month of two nights a week, on one screen. */
    comingRows: 8,
    pageRows: 50,
    /** A whole guild. */
    peopleMax: 1_000,
  },
  live: {
    /** How often a watched guild is looked at for news: a third of what feels immediate. */
    pollMs: 40,
    eventsPerLook: 500,
    /** Who was away for longer loads the page again. */
    eventsKeptMs: DAY_MS,
    /** A line that says nothing for so long gets a sign of life. */
    heartbeatMs: 5 * SECOND_MS,
    /** A reader who takes nothing is let go at this many waiting events. */
    waitingMax: 1_000,
    /** Permissions are looked at again this often. */
    recheckMs: 3 * SECOND_MS,
    /** A reader whose right has ended and who takes nothing is cut off after this. */
    endMsMax: SECOND_MS,
    /** A person with many tabs; each page opens one stream. */
    perAccountMax: 30,
    /** Visitors behind one address: a house of raiders, a school. */
    perAddressMax: 200,
    tooManyRetryAfterMs: 10 * SECOND_MS,
    /** How often a process looks for jobs that another one left. */
    jobPollMs: 250,
  },
  clock: {
    /** Clocks are set by seconds; a machine that slept for minutes asks nobody. */
    jumpMax: 10 * MINUTE_MS,
    /** A machine that was off for longer is told of: nothing is deleted for a day, or until confirmed. */
    startMax: DAY_MS,
    /** Small steps within an hour count together. */
    anchorEvery: HOUR_MS,
    /** Somebody notices a wrong clock within a day; what is to be deleted can wait for one. */
    believedAfter: DAY_MS,
    /** How often the clock is looked at. */
    lookEveryMs: 15 * SECOND_MS,
    /** How often the newest time is written down. */
    writtenEveryMs: MINUTE_MS,
    /** How often what a wrong clock wrote is put right. */
    repairEveryMs: 5 * MINUTE_MS,
    /** Clocks of several machines differ; what is dated further ahead was written by a wrong one. */
    skewMs: 10 * MINUTE_MS,
    /** No lease lasts longer; one that does was given by a wrong clock. */
    leaseMsMax: HOUR_MS,
  },
  database: {
    /** Each open file costs three descriptors and about 0.3 MB; 200 stay far below `ulimit -n`. */
    openMax: 200,
    /** The database, its log and the index of its log. */
    filesEach: 3,
    /** Twice what the index of a log takes: with less room on a disk, no database can be opened to write. */
    roomBytes: 64 * 1024,
    /** Connections of people, threads and programs, and the platform's own database. */
    otherFiles: 100,
    /** A machine with fewer open files than it needs opens and closes guilds all the time; it serves. */
    openMin: 4,
    /** How soon a database that was opened on a full disk is opened as usual, once there is room. */
    aloneMs: SECOND_MS,
    /** The same failure of the same guild is told again after this. */
    faultToldEveryMs: HOUR_MS,
    /** A failure that comes and goes is told no more often than this. */
    faultToldAgainMs: MINUTE_MS,
    /** States are stored together, and those that pass at once not at all. */
    faultStoreMs: SECOND_MS / 4,
    /** Sentences of drivers and systems are short; what is longer holds data. */
    causeCharsMax: 300,
    /** Guilds in trouble that a doctor opens to look at; the others are named as they were told of. */
    faultsExaminedMax: 50,
    /** A guild that nobody looked at for half an hour has gone to bed. */
    idleMs: 30 * MINUTE_MS,
    /** How often the pool looks for databases that have been idle for that long. */
    sweepEveryMs: MINUTE_MS,
    /** Requests that wait for any guild's database to become free. More would only wait longer. */
    waitingMax: 1_000,
    /** Nobody waits longer than this for a page; after that, saying "later" is kinder. */
    waitMsMax: 5 * SECOND_MS,
    /** Work that waits for a lock on one guild: more than a whole raid that reloads, less than memory can bear. */
    waitingPerGuildMax: 1_000,
    /** Told to whoever found the line too long. */
    tooBusyRetryAfterMs: SECOND_MS,
    /** Replaced, moved or migrated databases are back within moments. */
    movedRetryAfterMs: SECOND_MS,
    /** A damaged database needs a person, and persons need minutes. */
    quarantinedRetryAfterMs: 5 * MINUTE_MS,
    /** How long a deletion waits for requests under way. Ends before the lease of its operation. */
    drainMsMax: 5 * SECOND_MS,
    /** Other processes (the command line) hold the lock for one migration or one copy at most. */
    busyWaitMsMax: 5 * SECOND_MS,
    /** The first wait for a lock held elsewhere, doubled each time, and the longest one. */
    busyBackoffMs: 1,
    busyBackoffMsMax: 50,
    /** The log beside a database from which on it is copied in: SQLite's own 1,000 pages of 4 KiB. */
    logBytes: 4 * 1024 * 1024,
    /** How often a server looks whether its folder is still there. Writes look for themselves. */
    folderCheckEveryMs: SECOND_MS,
    /** About the number of different statements the whole product has. */
    statementsMax: 200,
    /** Closed connections the collector has not freed: three descriptors each, 64 to spare. */
    unreleasedMax: 12,
    /** A quiet moment is the cheapest time to let the collector free what was closed. */
    releaseIdleMs: SECOND_MS,
  },
  auth: {
    /** What NIST and OWASP ask for where no second factor is required. */
    passwordCharsMin: 8,
    /** Longer than any passphrase; a bound on what one hash has to read. */
    passwordCharsMax: 256,
    /** Guilds of an account whose names are no passwords for it: more than most people have. */
    guildNamesMax: 50,
    /** A line on a phone. */
    nameCharsMax: 50,
    /** Mail is read within a day, or the link is asked for again. */
    verifyLinkMs: DAY_MS,
    /** Whoever asks for a new password is waiting for it now. */
    resetLinkMs: HOUR_MS,
    /** Each takes 19 MiB and one core for tens of milliseconds. */
    hashesAtOnceMax: 2,
    /** A few seconds of work; whoever comes after is told to try again. */
    hashesWaitingMax: 200,
    /** From our page to the provider's and back, with a password to look for on the way. */
    providerRoundMs: 10 * MINUTE_MS,
    /** Somebody waits at a blank page meanwhile. */
    providerDeadlineMs: 8 * SECOND_MS,
    /** How long a browser keeps the chosen language and theme. */
    preferencesMs: 365 * DAY_MS,
  },
} as const;
