#!/bin/sh
# Runs each fuzzer of a build for FUZZ_SECONDS, starting from the corpus kept beside its source
# (src/**/corpus/<fuzzer>), and stops at the first that finds something.
set -eu
build=$1
seconds=${FUZZ_SECONDS:-10}
for fuzzer in "$build"/*_fuzz; do
  name=$(basename "$fuzzer")
  corpus=$(find src -type d -path "*/corpus/$name" | head -n 1)
  work=$(mktemp -d)
  echo "== $name"
  "$fuzzer" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
    -artifact_prefix="$build/$name-" "$work" ${corpus:+"$corpus"} 2>&1 |
    grep -E 'stat::number_of_executed|ERROR|SUMMARY|Test unit written' || true
  # The pipe hides the fuzzer's own status; a finding leaves its input behind.
  if ls "$build/$name-"* >/dev/null 2>&1; then
    echo "$name found something: $(ls "$build/$name-"*)"
    exit 1
  fi
  rm -rf "$work"
done
