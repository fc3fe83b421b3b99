#!/bin/sh
# Installs the Debian 12 packages that building and testing need and that are not there yet.
set -eu

build="g++ cmake ninja-build make ccache mold pkg-config git
  libssl-dev libsodium-dev libsqlite3-dev libpq-dev libsimdjson-dev libfmt-dev libmimalloc-dev
  libexpected-dev libhowardhinnant-date-dev libpcre2-dev libc-ares-dev libyaml-cpp-dev
  libpugixml-dev node-llhttp
  libspandsp-dev libopus-dev libmp3lame-dev libmpg123-dev libspeexdsp-dev flite1-dev espeak-ng
  graphicsmagick"
tests="clang-19 lld-19 libclang-rt-19-dev doctest-dev libbenchmark-dev libsrtp2-dev libwslay-dev
  postgresql-15 sip-tester baresip linphone-cli kamailio kamailio-tls-modules openssl wrk"
node=""
command -v node >/dev/null 2>&1 || node="nodejs"
command -v npm >/dev/null 2>&1 || node="$node npm"

missing=""
for package in $build $tests $node; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$' ||
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 || {
    echo "Missing packages:$missing" >&2
    echo "Install them as root: apt-get install$missing" >&2
    exit 1
  }
  as_root="sudo"
fi
echo "Installing:$missing"
$as_root apt-get update -q
# shellcheck disable=SC2086  # the lists are meant to be split
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -yq --no-install-recommends $missing
