#!/usr/bin/env bash
# Fails on what the checks left and says what it is: processes that carry the mark, which are ended, and containers that
# are not in the list, which may be somebody else's.
set -euo pipefail
mark=$1 before=$2

processes() { grep -lsz "^$mark\$" /proc/[0-9]*/environ | cut -d/ -f3 || true; }
containers() { docker ps --all --quiet | grep -vxF "$before" || true; }

# What watches over the children of a killed test run gets a moment to finish.
for _ in $(seq 40); do
  [ -z "$(processes)$(containers)" ] && echo none && exit
  sleep 0.25
done
processes | xargs --no-run-if-empty ps -o pid,ppid,etime,args -p
containers | xargs --no-run-if-empty docker inspect --format '{{.Name}} of {{.Config.Image}}'
processes | xargs --no-run-if-empty kill -KILL || true # some went meanwhile
exit 1
