#!/usr/bin/env bash
# Installs the Debian packages whose programs are not here yet, and starts none of them.
set -euo pipefail

wanted=()
need() { command -v "$2" >/dev/null || wanted+=("$1"); }
need docker.io dockerd
need redis-server redis-server
need chromium chromium
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || wanted+=(postgresql)

if [ ${#wanted[@]} = 0 ]; then
  echo "all there"
  exit
fi

# Debian starts a server as soon as it is installed, unless this policy denies it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
fi

# A machine may list further sources that do not answer from here: the installation itself is the judge.
apt-get update -qq -o Acquire::Retries=3 || echo "not every package source answered"
echo "installing ${wanted[*]}"
log=$(mktemp)
if ! apt-get install -qq --yes --no-install-recommends -o Acquire::Retries=3 "${wanted[@]}" >"$log" 2>&1; then
  tail -n 40 "$log"
  exit 1
fi
rm -f "$log"
