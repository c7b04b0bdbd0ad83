# Sourced by .ci/run: start_engine LOG, stop_engine STATUS.
# An engine that answers already is used as it is and left running.
engine=
engine_log=

start_engine() {
  engine_log=$1
  if docker info >/dev/null 2>&1; then
    echo "a Docker engine answers already"
    return
  fi
  local flags
  # A published port needs no packet filter: docker-proxy carries it. A storage driver that needs no kernel help comes last.
  for flags in "" "--iptables=false" "--iptables=false --storage-driver=vfs"; do
    if try_engine "$flags"; then
      docker info --format 'Docker {{.ServerVersion}}, storage {{.Driver}}'
      return
    fi
    echo "dockerd $flags did not start:"
    tail -n 20 "$engine_log"
  done
  return 1
}

# A session of its own keeps Ctrl-C from the engine until the checks have taken their containers away.
try_engine() {
  local flags=$1 attempt
  # shellcheck disable=SC2086  # flags are several words
  setsid dockerd $flags >"$engine_log" 2>&1 </dev/null &
  engine=$!
  for attempt in $(seq 240); do
    docker info >/dev/null 2>&1 && return
    kill -0 "$engine" 2>/dev/null || break
    sleep 0.25
  done
  end_engine
  return 1
}

end_engine() {
  kill "$engine" 2>/dev/null || true
  wait "$engine" 2>/dev/null || true
  engine=
}

stop_engine() {
  [ -n "$engine" ] || return 0
  end_engine
  [ "$1" = 0 ] || grep -E 'level=(error|fatal)' "$engine_log" | tail -n 10 || true
}
