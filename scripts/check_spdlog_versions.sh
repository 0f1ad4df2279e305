#!/bin/sh
# Compiles the sink and runs its tests against other spdlogs than the distribution's, each in the
# variants that change what the sink includes or how it reports.
#
# usage: check_spdlog_versions.sh BUILD_DIR SPDLOG...
#   BUILD_DIR  a build of the preset dev in which the target logq_client is built
#   SPDLOG     a checkout or an unpacked archive of spdlog: the directory with include/spdlog in it
#
# Variants: bundled (header-only with spdlog's own copy of fmt), external (header-only with the
# installed fmt), compiled (spdlog's sources as a library; only where src/ is there), std-format
# (only where the compiler has <format>), no-exceptions and no-tls. CXX chooses the compiler,
# VARIANTS some of the variants.
set -eu
source_dir=$(cd "$(dirname "$0")/.." && pwd)

if [ $# -lt 2 ]; then
  sed -n '5,7s/^# //p' "$0" >&2
  exit 2
fi
build=$1
shift
compiler=${CXX:-g++}
variants=${VARIANTS:-bundled external compiled std-format no-exceptions no-tls}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

has_std_format() {
  echo '#include <format>' | "$compiler" -std=c++20 -fsyntax-only -x c++ - 2>/dev/null
}

version_of() {
  awk '/define SPDLOG_VER_MAJOR/ { a = $3 } /define SPDLOG_VER_MINOR/ { b = $3 }
       /define SPDLOG_VER_PATCH/ { print a "." b "." $3 }' "$1/include/spdlog/version.h"
}

# The definitions of a variant, or a reason to leave it out on stderr.
flags_of() {
  case $1 in
    bundled) echo ;;
    external)
      if ! echo '#include <spdlog/fmt/fmt.h>' | "$compiler" -std=c++20 -fsyntax-only \
        -DSPDLOG_FMT_EXTERNAL -I"$2/include" -x c++ - 2>/dev/null; then
        echo "this spdlog does not go with the installed fmt" >&2
        return 1
      fi
      echo -DSPDLOG_FMT_EXTERNAL
      ;;
    compiled)
      if [ ! -d "$2/src" ]; then
        echo "no src/ here" >&2
        return 1
      fi
      echo -DSPDLOG_COMPILED_LIB
      ;;
    std-format)
      if ! has_std_format; then
        echo "$compiler has no <format>" >&2
        return 1
      fi
      if ! grep -q SPDLOG_USE_STD_FORMAT "$2/include/spdlog/common.h"; then
        echo "this spdlog knows no std::format" >&2
        return 1
      fi
      echo -DSPDLOG_USE_STD_FORMAT
      ;;
    no-exceptions) echo -DSPDLOG_NO_EXCEPTIONS ;;
    no-tls) echo -DSPDLOG_NO_TLS ;;
    *) echo "no such variant" >&2 && return 1 ;;
  esac
}

# check SPDLOG VARIANT FLAGS: what goes wrong stands in $scratch/log.
check() {
  sources=$source_dir/tests/client/spdlog_sink_test.cc
  if [ "$2" = compiled ]; then sources="$sources $(ls "$1"/src/*.cpp)"; fi
  includes="-I$source_dir/lib/include -I$source_dir/lib -I$source_dir/tests -isystem $1/include"
  libraries="$build/lib/client/liblogq_client.a $build/lib/wire/liblogq_wire.a
             $build/lib/base/liblogq_base.a -lgtest_main -lgtest -lgmock -pthread"
  case $3 in *FMT_EXTERNAL*) libraries="$libraries -lfmt" ;; esac
  # shellcheck disable=SC2086 # lists of names
  "$compiler" -std=c++20 -O0 -Wall -Wextra -Werror $3 $includes $sources $libraries \
    -o "$scratch/sink_tests" >"$scratch/log" 2>&1 &&
    "$scratch/sink_tests" --gtest_brief=1 >>"$scratch/log" 2>&1
}

failures=0
runs=0
for spdlog in "$@"; do
  version=$(version_of "$spdlog")
  for variant in $variants; do
    if ! flags=$(flags_of "$variant" "$spdlog" 2>"$scratch/why"); then
      echo "left out: spdlog $version, $variant: $(cat "$scratch/why")"
    elif check "$spdlog" "$variant" "$flags"; then
      runs=$((runs + 1))
      echo "passed: spdlog $version, $variant: $(grep -o '[0-9]* tests\{0,1\} ran\|PASSED.*' "$scratch/log" | tail -1)"
    else
      failures=$((failures + 1))
      echo "failed: spdlog $version, $variant"
      tail -n 30 "$scratch/log"
    fi
  done
done
echo "$runs passed, $failures failed"
[ "$failures" -eq 0 ] && [ "$runs" -gt 0 ]
