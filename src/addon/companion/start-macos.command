#!/bin/sh
# Starts the Guildhall companion. It needs Node 20 or newer: https://nodejs.org
cd "$(dirname "$0")" || exit 1
if ! command -v node >/dev/null 2>&1; then
  echo "Node was not found. Install Node 20 or newer from https://nodejs.org, then start this again."
  exit 1
fi
exec node companion.mjs "$@"
