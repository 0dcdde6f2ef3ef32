#!/bin/bash
# system-packages.sh run|test   Installs the Debian or Ubuntu packages that are missing, when it may; otherwise says the command.
# Lacking what only documents and emoji need, running goes on; lacking what tests need, tests skip by name, and fail under CI=true.
set -euo pipefail
purpose=${1:?run or test}
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

has_venv() { [[ -x .venv/bin/python ]] || python3 -c 'import ensurepip, venv' 2>/dev/null; }
has_package() { [[ $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) == *"ok installed"* ]]; }
has_program() { command -v "$1" >/dev/null; }
cd "$(dirname "$0")/.."

look() {
  local package
  required=() optional=()
  has_venv || required+=(python3-venv)
  if has_program dpkg-query; then
    for package in libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-noto-color-emoji; do
      has_package "$package" || optional+=("$package")
    done
  fi
  if [[ $purpose == test ]]; then
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || has_program initdb || required+=(postgresql)
    has_program chromium || has_program chromium-browser || has_program google-chrome || required+=(chromium)
    has_program java || required+=(default-jre-headless)
    has_program pdftotext || required+=(poppler-utils)
    # The judge of calendars is compiled for the tests; without these it is skipped by name.
    has_program cc || optional+=(gcc libc6-dev)
    ! has_program dpkg-query || has_package libical-dev || optional+=(libical-dev)
    # Playwright's driver needs it, and a bare Debian lacks it.
    ! has_program dpkg-query || has_package libatomic1 || required+=(libatomic1)
  fi
}
look
((${#required[@]} + ${#optional[@]})) || exit 0

as_root=()
may_install() {
  has_program apt-get || return 1
  [[ $(id -u) == 0 ]] && return 0
  as_root=(sudo -n)
  has_program sudo && sudo -n true 2>/dev/null
}
# No standing PostgreSQL: the tests need its programs alone and start a private server themselves.
without_cluster() {
  local folder=/etc/postgresql-common/createcluster.d
  "${as_root[@]}" mkdir -p "$folder"
  echo 'create_main_cluster = false' | "${as_root[@]}" tee "$folder/eventos.conf" >/dev/null
  "$@" && local status=0 || local status=$?
  "${as_root[@]}" rm -f "$folder/eventos.conf"
  return "$status"
}
apt() {
  "${as_root[@]}" env LC_ALL=C DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o Dpkg::Use-Pty=0 -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::http::Timeout=30 "$@" >>"$log" 2>&1
}
install() { apt install -y --no-install-recommends "$@"; }

if may_install; then
  echo "Instalando paquetes del sistema: ${required[*]} ${optional[*]} …" >&2
  log=$(mktemp); trap 'rm -f "$log"' EXIT
  apt update || true
  if [[ " ${required[*]} " == *" postgresql "* ]]; then
    without_cluster install "${required[@]}" || true
  elif ((${#required[@]})); then
    install "${required[@]}" || true
  fi
  if ((${#optional[@]})); then install "${optional[@]}" || true; fi
  look
  ((${#required[@]} + ${#optional[@]})) || exit 0
  tail -n 15 "$log" >&2
fi

missing=("${required[@]}" "${optional[@]}")
echo "Faltan paquetes del sistema. Para instalarlos:" >&2
echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
if [[ $purpose == test && ${CI:-} == true ]] && ((${#required[@]})); then
  echo "Con CI=true las pruebas no pueden seguir sin ellos." >&2
  exit 1
fi
if [[ " ${required[*]} " == *" python3-venv "* ]]; then
  echo "Sin python3-venv no se puede seguir." >&2
  exit 1
fi
if [[ $purpose == test ]] && ((${#required[@]})); then
  echo "Las pruebas que los necesitan se omitirán, con su nombre." >&2
else
  echo "Se sigue sin ellos: los PDF y los emoji los necesitan; «python -m eventos doctor» lo recuerda." >&2
fi
