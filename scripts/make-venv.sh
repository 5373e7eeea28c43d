#!/bin/sh
# make-venv.sh PYTHON FOLDER: a virtual environment, on a bare Debian too.
set -eu

python=$1
folder=$2

if [ -z "$python" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    # Debian keeps pip for virtual environments in a package of its own.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    else
        echo "Python's venv module is needed; install it first: apt-get install python3-venv" >&2
        exit 1
    fi
fi
"$python" -m venv "$folder" || { rm -rf "$folder"; exit 1; }
