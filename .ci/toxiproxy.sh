#!/usr/bin/env bash
# Builds the real Toxiproxy server into the folder given, static, so that its image needs nothing else.
set -euo pipefail
version=2.12.0
folder=$1
server="$folder/toxiproxy-server"

if [ -x "$server" ] && "$server" -version | grep -qF "version $version"; then
  echo "toxiproxy-server $version is there"
  exit
fi
mkdir -p "$folder"
CGO_ENABLED=0 GOBIN="$folder" go install -trimpath \
  -ldflags "-s -w -X github.com/Shopify/toxiproxy/v2.Version=$version" \
  "github.com/Shopify/toxiproxy/v2/cmd/server@v$version"
mv "$folder/server" "$server"
"$server" -version
