#!/bin/sh
# As in the upstream image: POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB make the first database, options alone are
# options of postgres, it runs unprivileged, and the published port asks for the password.
set -eu
case "${1:-}" in -*) set -- postgres "$@" ;; esac
[ "$1" = postgres ] || exec "$@"
shift

: "${POSTGRES_PASSWORD:?must be set}" "${POSTGRES_USER:=postgres}" "${POSTGRES_DB:=$POSTGRES_USER}"
as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }

mkdir -p "$PGDATA"
chown postgres:postgres "$PGDATA"
chmod 700 "$PGDATA"
(umask 077 && printf '%s\n' "$POSTGRES_PASSWORD" >/run/password && chown postgres:postgres /run/password)
as_postgres initdb --pgdata="$PGDATA" --username="$POSTGRES_USER" --pwfile=/run/password --encoding=UTF8 \
  --auth-local=trust --auth-host=scram-sha-256 --no-sync
echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
if [ "$POSTGRES_DB" != postgres ]; then
  echo "CREATE DATABASE \"$POSTGRES_DB\"" | as_postgres postgres --single -D "$PGDATA" postgres
fi
exec setpriv --reuid=postgres --regid=postgres --clear-groups postgres -D "$PGDATA" \
  -c listen_addresses='*' -c unix_socket_directories=/tmp "$@"
