#!/bin/bash
# Brings the database up to date, loads the demo unless DEMO=0, and becomes the server (exec: signals reach it).
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
# A person at a terminal reads sentences; EVENTOS_LOG_LEVEL=INFO shows a line of JSON for each request.
export EVENTOS_LOG_LEVEL="${EVENTOS_LOG_LEVEL:-WARNING}"
"$python" -m eventos migrate
if [[ ${DEMO:-1} != 0 ]]; then
  EVENTOS_PORT="${PORT:-8000}" "$python" -m eventos demo  # its pieza carries a QR with the address of this server
fi
exec "$python" -m eventos serve --with-worker --port "${PORT:-8000}"
