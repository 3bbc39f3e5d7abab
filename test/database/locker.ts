import Native from "libsql";

// Holds the write lock of a file for a while, as a command in another process would.
const [path, holdMs] = process.argv.slice(2) as [string, string];
const db = new Native(path);
db.exec("BEGIN IMMEDIATE");
process.send?.("locked");
setTimeout(() => {
  db.exec("COMMIT");
  process.exit(0);
}, Number(holdMs));
