#!/usr/bin/env bash
# Packs small images from the programs of this machine, since no registry is reachable, under the names that the code
# asks for. They are Debian's Redis and PostgreSQL, started the way the upstream images are: not for any other use.
# An image that exists already is kept.
set -euo pipefail
scratch=$1 toxiproxy=$2
here=$(dirname "${BASH_SOURCE[0]}")

missing() { ! docker image inspect "$1" >/dev/null 2>&1; }

# Copies each file or folder under the same path below root, and with it the libraries its programs load.
copy_into() {
  local root=$1
  shift
  mkdir -p "$root"
  find "$@" -type f \( -perm -100 -o -name '*.so' \) -exec ldd {} + 2>/dev/null |
    grep -oE '/[^ :]+ \(' | cut -d' ' -f1 | sort -u | xargs cp --dereference --parents -t "$root"
  cp --recursive --dereference --parents -t "$root" "$@"
}

# The base of both servers: a shell, what the entry point calls, and an unprivileged account.
base_into() {
  local root=$1 account=$2
  copy_into "$root" /bin/sh "$(command -v setpriv)" "$(command -v mkdir)" "$(command -v chown)" "$(command -v chmod)"
  mkdir -p "$root/etc" "$root/tmp" "$root/run"
  chmod 1777 "$root/tmp"
  printf 'root:x:0:0::/:/bin/sh\n%s:x:999:999::/data:/bin/sh\n' "$account" >"$root/etc/passwd"
  printf 'root:x:0:\n%s:x:999:\n' "$account" >"$root/etc/group"
}

import() {
  local name=$1 root=$2 change=()
  shift 2
  for line; do change+=(--change "$line"); done
  tar --create --owner=0 --group=0 --numeric-owner -C "$root" . | docker import "${change[@]}" - "$name" >/dev/null
  docker image ls --format '{{.Repository}}:{{.Tag}} {{.Size}}' "$name"
}

pack_toxiproxy() {
  local root="$scratch/toxiproxy"
  mkdir -p "$root"
  cp "$toxiproxy" "$root/toxiproxy"
  import "$1" "$root" 'ENTRYPOINT ["/toxiproxy"]' 'CMD ["-host=0.0.0.0"]' 'EXPOSE 8474'
}

pack_redis() {
  local root="$scratch/redis" server
  server=$(readlink -f "$(command -v redis-server)")
  base_into "$root" redis
  copy_into "$root" "$server"
  install -D "$here/redis-entrypoint.sh" "$root/usr/local/bin/entrypoint"
  ln -sf "$server" "$root/usr/local/bin/redis-server"
  import "$1" "$root" 'ENTRYPOINT ["/usr/local/bin/entrypoint"]' 'CMD ["redis-server"]' 'EXPOSE 6379'
}

# The compiler of queries (llvmjit) is most of PostgreSQL's size and none of its behaviour.
pack_postgres() {
  local root="$scratch/postgres" home version modules
  home=$(compgen -G '/usr/lib/postgresql/*' | sort -V | tail -n 1)
  version=${home##*/}
  base_into "$root" postgres
  copy_into "$root" "$home/bin/postgres" "$home/bin/initdb" "/usr/share/postgresql/$version" /usr/share/zoneinfo \
    /usr/lib/locale/C.utf8
  mapfile -t modules < <(find "$home/lib" -maxdepth 1 -name '*.so' ! -name 'llvmjit*')
  copy_into "$root" "${modules[@]}"
  install -D "$here/postgres-entrypoint.sh" "$root/usr/local/bin/entrypoint"
  ln -sf "$home/bin/postgres" "$home/bin/initdb" "$root/usr/local/bin/"
  import "$1" "$root" 'ENTRYPOINT ["/usr/local/bin/entrypoint"]' 'CMD ["postgres"]' 'EXPOSE 5432' \
    'ENV PGDATA=/var/lib/postgresql/data' 'ENV LANG=C.UTF-8'
}

pack() {
  if missing "$2"; then "$1" "$2"; else echo "$2 is there"; fi
}
pack pack_toxiproxy ghcr.io/shopify/toxiproxy:2.12.0
pack pack_redis redis:7-alpine
pack pack_postgres postgres:16-alpine
