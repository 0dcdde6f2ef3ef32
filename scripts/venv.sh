#!/bin/bash
# venv.sh run|test   Makes .venv from Python >= 3.11 and installs the pinned packages, only when they or Python changed.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:?run or test}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && is_new_enough "$candidate"; then echo "$candidate"; return; fi
  done
  echo "eventos necesita Python 3.11 o más nuevo; aquí hay: $(python3 --version 2>/dev/null || echo ninguno)." >&2
  echo "Instálelo (Debian 12, Ubuntu 24.04 y posteriores ya lo traen) o diga dónde está: make PYTHON=/ruta/a/python3 …" >&2
  return 1
}

# A folder that was moved, or whose Python is gone or too old, is made anew.
if ! is_new_enough .venv/bin/python; then
  python=$(find_python)
  echo "Preparando el entorno de Python en .venv …" >&2
  rm -rf .venv
  "$python" -m venv .venv
fi

fingerprint() { cat "$@" <(.venv/bin/python -VV) | sha256sum | cut -d ' ' -f 1; }
is_installed() { [[ -f .venv/.installed-$1 && $(<".venv/.installed-$1") == "$2" ]]; }
run=$(fingerprint requirements.txt); test=$(fingerprint requirements.txt requirements-dev.txt)

# The packages for tests hold those for running, at the same versions.
if is_installed test "$test" || { [[ $purpose == run ]] && is_installed run "$run"; }; then exit 0; fi
# For running, wheels only: nothing that is downloaded runs code while it is installed. One judge of the tests exists as source alone.
list=requirements.txt how=(--only-binary :all:)
if [[ $purpose == test ]]; then list=requirements-dev.txt how=(--use-pep517); fi
echo "Instalando los paquetes de $list …" >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes "${how[@]}" -r "$list"
rm -f .venv/.installed-*
if [[ $purpose == test ]]; then echo "$test" >.venv/.installed-test; fi
echo "$run" >.venv/.installed-run
