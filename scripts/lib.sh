# shellcheck shell=bash
# What the scripts share: words on the screen, where things lie, and how consult is built. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034  # for the scripts that source this
venv="$root/.build/venv"

# One line about what happens next, on stderr: stdout belongs to results.
say() { printf '\033[1m▸\033[0m %s\n' "$*" >&2; }

# The reason why it cannot go on, and the end.
fail() {
  printf '\033[31m✗\033[0m %s\n' "$*" >&2
  exit 1
}

# build_release PRODUCT: the path of the release `consult` or another program, built where it is missing or old.
build_release() {
  local product=$1
  swift build --package-path "$root" -c release --product "$product" >&2 || return 1
  printf '%s/%s\n' "$(swift build --package-path "$root" -c release --show-bin-path)" "$product"
}

# build_sanitized address|thread: the path of a `consult` that watches its own memory or its own threads,
# in a build folder of its own. Run it with SWIFT_BACKTRACE=enable=no, or a crash can hold its parent's pipe open.
build_sanitized() {
  local kind=$1 folder
  case $kind in
    address) folder="$root/.build/asan" ;;
    thread) folder="$root/.build/tsan" ;;
    *) fail "build_sanitized takes 'address' or 'thread', not '$kind'." ;;
  esac
  swift build --package-path "$root" --scratch-path "$folder" --sanitize="$kind" --product consult >&2 || return 1
  printf '%s/consult\n' "$(swift build --package-path "$root" --scratch-path "$folder" --show-bin-path)"
}

# port_taken PORT: whether something listens there on this machine already.
port_taken() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# free_port PREFERRED: the first port from PREFERRED on that nobody listens on.
free_port() {
  local port=$1 last=$(($1 + 200))
  while ((port < last)); do
    port_taken "$port" || { printf '%s\n' "$port"; return 0; }
    port=$((port + 1))
  done
  fail "No free port between $1 and $last."
}

# reachable ADDRESS: where to reach what listens on ADDRESS, as a URL has it: loopback for "all addresses".
reachable() {
  case $1 in
    '' | 0.0.0.0 | ::) printf '127.0.0.1\n' ;;
    *:*) printf '[%s]\n' "$1" ;;
    *) printf '%s\n' "$1" ;;
  esac
}
