// Imported for what it does, before anything else: what this process makes, no other account of the
// machine may read. SQLite's files, logs and what an operator exports included.
process.umask(0o077);
