#!/bin/sh
# As in the upstream image: options alone are options of redis-server, it runs unprivileged, and any client may connect.
set -eu
case "${1:-}" in -*) set -- redis-server "$@" ;; esac
if [ "$1" = redis-server ]; then
  shift
  mkdir -p /data
  chown redis:redis /data
  cd /data
  set -- setpriv --reuid=redis --regid=redis --clear-groups redis-server --protected-mode no "$@"
fi
exec "$@"
