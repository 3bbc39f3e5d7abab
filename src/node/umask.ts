// Imported first, for its side effect: other users of the machine cannot read the files that this
// process creates, including SQLite's files, logs and exports.
process.umask(0o077);
