/** The faults of operation. A test whose title begins with the row's id proves the defence. */
export const FAULTS: Readonly<Record<string, string>> = {
  R31: "A copy is overwritten after a kill",
  R32: "A copied or moved data folder reaches the original's databases",
  R33: "A visit runs what an operator was refused",
  R34: "A wrong clock deletes, ends or delays what it must not",
  R35: "A stop that never ends, or requests cut without an answer",
  R36: "Damage, full disks and missing files without a notice to operators",
  R37: "Too many open files or missing rights taken for damage",
  R38: "A missing or empty platform database replaced by a new one",
  R39: "A fatal start that does not say what to do",
  R40: "A full disk answered as an outage, and reads that fail with it",
  R41: "A command that changes the platform's schema without a copy",
  R42: "Temporary files of failed backups that fill the store",
  R43: "Unchanged guilds copied again and again",
  R44: "Copies of killed rehearsals and dry runs left among the databases",
  R45: "A rollout that cannot be resumed after a kill, without a reason",
  R46: "Repeated keys refused for a minute after a crash",
  R47: "A data folder renamed under a running server",
  R48: "Files that other users of the machine can read",
  R49: "A deleted, cut or flipped log that loses acknowledged writes",
  R50: "Two processes that hold one guild's file",
};

/** Rows without a test, and why. */
export const NOT_YET: Readonly<Record<string, string>> = {};
