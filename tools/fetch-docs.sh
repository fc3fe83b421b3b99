#!/bin/sh
# tools/fetch-docs.sh <output file>: takes the API page's script out of its npm package. The version is
# fixed, and npm's own checksum of it is checked.
set -eu
package="@scalar/api-reference@1.72.1"
integrity="sha512-XpEJ0rfc/cXbCrR+iC4kK0o/WwX2dTtGQbT049OlPKAHD6IMIFdTeGz2r+M27P2EDWKyUITRm/NzlP8z2pw/Ow=="
output=$(realpath -m "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm pack --silent "$package" >/dev/null
archive=$(ls ./*.tgz)
found="sha512-$(openssl dgst -sha512 -binary "$archive" | openssl base64 -A)"
if [ "$found" != "$integrity" ]; then
  echo "$package has another checksum than expected: $found" >&2
  exit 1
fi
tar -xzf "$archive" package/dist/browser/standalone.js
mkdir -p "$(dirname "$output")"
mv package/dist/browser/standalone.js "$output"
