#!/bin/sh
# Builds the web client into dist/. Works with Debian's packages alone (node-react, node-react-dom, node-prop-types,
# node-csstype, node-typescript, esbuild) and with modules that `npm install` made.
#
#   ./build.sh            type check and bundle
#   ./build.sh --modules  only make sure that node_modules is there
set -eu
cd "$(dirname "$0")"

debian=/usr/share/nodejs
packages="react react-dom scheduler loose-envify js-tokens object-assign csstype
  @types/react @types/react-dom @types/scheduler @types/prop-types"

prepare_modules() {
  [ -e node_modules/.package-lock.json ] && return 0
  fingerprint=$(for p in $packages; do cksum "$debian/$p/package.json" 2>/dev/null || echo "missing $p"; done | cksum)
  [ "$(cat node_modules/.debian 2>/dev/null || true)" = "$fingerprint" ] && return 0
  for p in $packages; do
    if [ ! -e "$debian/$p/package.json" ]; then
      echo "web-client: $p is missing; run 'npm install' here, or install Debian's node-react, node-react-dom," \
        "node-prop-types, node-csstype, node-typescript and esbuild" >&2
      exit 1
    fi
  done
  rm -rf node_modules
  for p in $packages; do
    mkdir -p "node_modules/$(dirname "$p")"
    cp -rL "$debian/$p" "node_modules/$p"
  done
  echo "$fingerprint" > node_modules/.debian
}

tool() {
  if [ -x "node_modules/.bin/$1" ]; then echo "node_modules/.bin/$1"; else echo "$1"; fi
}

prepare_modules
[ "${1:-}" = "--modules" ] && exit 0

"$(tool tsc)" -p tsconfig.json --noEmit --incremental --tsBuildInfoFile node_modules/.cache/tsc.json

out=dist.next
rm -rf "$out"
mkdir -p "$out/assets"
"$(tool esbuild)" src/main.tsx --bundle --splitting --minify --format=esm --target=es2022 --jsx=automatic --sourcemap \
  --define:process.env.NODE_ENV=\"production\" --entry-names="[name]-[hash]" --chunk-names="part-[hash]" --outdir="$out/assets" --metafile=node_modules/.cache/meta.json --log-level=warning
cp -R public/. "$out/"

# The servers give these to browsers, which all take gzip.
find "$out/assets" \( -name '*.js' -o -name '*.css' \) -exec gzip -9kn {} +

node page.mjs node_modules/.cache/meta.json "$out"

# Somebody may be serving dist/ right now, so the new one takes its place in one step.
rm -rf dist.old
[ -e dist ] && mv dist dist.old
mv "$out" dist
rm -rf dist.old
