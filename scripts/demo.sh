#!/bin/sh
# ./dev demo: the main job end to end, unprivileged and private. A collector of its own, a small
# service that logs through the spdlog sink and prints on stdout, and the reader that shows both.
# Nothing outside one temporary directory is touched; everything started is stopped.
set -eu
bin=$(cd "$1" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/logq-demo.XXXXXX")
collector=

finish() {
  status=$?
  if [ -n "$collector" ]; then
    kill "$collector" 2>/dev/null || true
    wait "$collector" 2>/dev/null || true
  fi
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
run() {
  printf '\033[2m$ %s\033[0m\n' "$(echo "$*" | sed "s|$bin/||g; s|$work|\$DEMO|g")"
  "$@"
}

mkdir -m 0700 "$work/run" "$work/store"
say "a private collector (logqd), storing real journal files"
"$bin/logqd" --runtime-dir="$work/run" --storage-dir="$work/store" &
collector=$!
tries=0
until [ -S "$work/run/socket" ] && [ -S "$work/run/stdout" ]; do
  tries=$((tries + 1))
  kill -0 "$collector" 2>/dev/null || { echo "demo: logqd did not start" >&2; exit 1; }
  [ "$tries" -lt 100 ] || { echo "demo: logqd is not listening after 10 s" >&2; exit 1; }
  sleep 0.1
done
export LOGQ_SOCKET="$work/run/socket" LOGQ_STDOUT_SOCKET="$work/run/stdout"

say "a supervised service: it logs through spdlog, and prints"
run "$bin/logq-run" -u hello -- "$bin/hello" --count=3 --interval-ms=100

say "its log: datagrams and printed lines, one unit, and how it ended"
run "$bin/logq" -D "$work/store" -u hello --no-pager

say "one entry with all its metadata"
run "$bin/logq" -D "$work/store" -u hello -n 1 -o json --no-pager _TRANSPORT=journal LOGGER=hello

if command -v journalctl >/dev/null; then
  say "the same files, read and verified by stock journalctl"
  run journalctl -D "$work/store" -u hello --no-pager -q
  run journalctl -D "$work/store" --verify
fi
