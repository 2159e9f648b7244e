#!/usr/bin/env bash
# Installs the peers that `npm run test:peers` needs and npm does not bring, each into a Python environment of its own (moto and others overwrite each other's packages).
# Usage: bash test/peers/install.sh      Needs: python3 with venv, the Python package registry.
set -euo pipefail
cache="${XDG_CACHE_HOME:-$HOME/.cache}/whittle"
mkdir -p "$cache"
venv() { # venv NAME PACKAGE…: the environment holds exactly these packages; made anew when the list changes
  local folder="$cache/venv-$1" wanted
  shift
  wanted="$*"
  [ -f "$folder/.packages" ] && [ "$(cat "$folder/.packages")" = "$wanted" ] && return 0
  rm -rf "$folder"
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check "$@"
  printf '%s' "$wanted" > "$folder/.packages"
}
venv moto 'moto[server]==5.2.5'
venv jira 'jira==3.10.5'
venv azure 'azure-mgmt-authorization==4.0.0' 'azure-mgmt-managementgroups==2.0.0' 'azure-mgmt-subscription==3.1.1'
