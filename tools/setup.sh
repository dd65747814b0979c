# SPDX-License-Identifier: BSL-1.0
# Installs what a script needs and the system lacks. Usage: . tools/setup.sh; need PACKAGE...
# Packages have their Debian names. On another system it names what is missing and exits 2.

build_packages=(g++ cmake ninja-build)
test_packages=("${build_packages[@]}" doxygen dpkg-dev file groff-base libgtest-dev libbenchmark-dev
  libboost-thread-dev python3 pkgconf)
check_packages=("${test_packages[@]}" clang libclang-rt-14-dev clang-format)
libcxx_packages=(clang-19 libc++-19-dev libc++abi-19-dev googletest)
aarch64_packages=(g++-aarch64-linux-gnu qemu-user-static googletest)

# missing_here PACKAGE: whether this system lacks the package; answered by Debian's own records, or
# elsewhere by looking for the command or header that it brings.
missing_here() {
  if is_debian; then
    ! dpkg-query -W -f='${Status}\n' "$1" 2>/dev/null | grep -q '^install ok installed'
    return
  fi
  case $1 in
    ninja-build) ! command -v ninja ;;
    pkgconf) ! command -v pkg-config ;;
    dpkg-dev | file) false ;;  # for Debian's packages, which are made on Debian
    groff-base) ! command -v groff ;;
    libgtest-dev) missing_header gtest/gtest.h ;;
    libbenchmark-dev) missing_header benchmark/benchmark.h ;;
    libboost-thread-dev) missing_header boost/thread.hpp ;;
    clang-[0-9]*) ! command -v "clang++-${1#clang-}" ;;
    libc++-19-dev | libc++abi-19-dev)
      ! echo 'int main() {}' | clang++-19 -stdlib=libc++ -x c++ - -o /dev/null ;;
    googletest) [ ! -e /usr/src/googletest/googletest/CMakeLists.txt ] ;;
    g++-aarch64-linux-gnu) ! command -v aarch64-linux-gnu-g++ ;;
    qemu-user-static) ! command -v qemu-aarch64-static ;;
    libclang-rt-14-dev) ! echo 'int main() {}' | clang -fsanitize=address -x c - -o /dev/null ;;
    *) ! command -v "$1" ;;
  esac >/dev/null 2>&1
}

missing_header() { ! echo "#include <$1>" | c++ -std=c++20 -E -x c++ -; }

is_debian() {
  command -v apt-get >/dev/null && (. /etc/os-release && [[ " $ID ${ID_LIKE:-} " == *" debian "* ]])
}

# lacking PACKAGE...: those of them that this system lacks, one a line.
lacking() {
  local package
  for package in "$@"; do
    if missing_here "$package"; then echo "$package"; fi
  done
}

need() {
  local missing
  mapfile -t missing < <(lacking "$@")
  [ ${#missing[@]} -gt 0 ] || return 0

  local root=()
  if [ "$(id -u)" != 0 ]; then root=(sudo); fi
  if ! is_debian || { [ ${#root[@]} -gt 0 ] && ! command -v sudo >/dev/null; }; then
    echo "setup: please install: ${missing[*]}" >&2
    exit 2
  fi

  echo "setup: installing ${missing[*]} (apt-get)"
  local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
  local install=("${apt[@]}" install -y --no-install-recommends "${missing[@]}")
  # The package lists may be absent, or older than what the mirror still has.
  "${install[@]}" >/dev/null 2>&1 || { "${apt[@]}" update && "${install[@]}" >/dev/null; } ||
    { echo "setup: apt-get failed" >&2; exit 1; }
}
