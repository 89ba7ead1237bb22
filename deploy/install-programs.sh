#!/usr/bin/env bash
# Installs the named programs (nats-server, redis-server, chromium) from the system's packages where they are missing,
# because npm has none we would trust with it. Debian starts a server when it installs one; RUNLEVEL=1 tells it not to:
# who needs one starts it on a port of its own.
set -euo pipefail
export PATH="$PATH:/usr/sbin"

missing=()
for program in "$@"; do command -v "$program" >/dev/null || missing+=("$program"); done
((${#missing[@]} == 0)) && exit 0

as_root=()
if ((EUID != 0)) && command -v sudo >/dev/null; then as_root=(sudo); fi
if ! command -v apt-get >/dev/null || { ((EUID != 0)) && ((${#as_root[@]} == 0)); }; then
  echo "needed and not here: ${missing[*]}; install them with the system's package manager and run again" >&2
  exit 1
fi
echo "installing ${missing[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${missing[@]}"
