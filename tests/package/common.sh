# SPDX-License-Identifier: BSL-1.0
# What the scripts of this folder share; the compiler and its flags are CXX and CXXFLAGS of the
# environment. Usage: . common.sh

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../.." && pwd)
version=$(sed -n 's/^project(abide VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")
export CXX=${CXX:-c++} CXXFLAGS=${CXXFLAGS:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "package: $*" >&2; exit 1; }

# Runs a command, whose output counts only if it fails.
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log"; fail "failed: $*"; } }

# same WHAT EXPECTED FOUND: the two lists, in any order.
same() { diff <(sort <<<"$2") <(sort <<<"$3") || fail "$1: < is missing, > is too much"; }

# Configures and builds: build SOURCE BUILD_DIR OPTION...
build() {
  quietly cmake -G Ninja -S "$1" -B "$2" "${@:3}"
  quietly cmake --build "$2" -j2
}

# Builds a consumer and runs it: consume static|shared OPTION...
consume() {
  build "$here/consumer" "$work/consumer" -DABIDE_TYPE="${1^^}_LIBRARY" "${@:2}"
  "$work/consumer/out/consumer" || fail "the consumer failed"
  "$work/consumer/out/plain" || fail "the consumer without exceptions failed"
}

# What a component installs: component BUILD_DIR NAME; it is then in $work/NAME.
component() {
  quietly cmake --install "$1" --prefix "$work/$2" --component "$2"
  find "$work/$2" ! -type d -printf '%P\n'
}
