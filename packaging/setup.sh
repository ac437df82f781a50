# shellcheck shell=sh
# Sourced by run and test: a Python environment with everything in it, made once and brought up to date when needed.
#
#   set_up EXTRA   installs the project with these extras ("starter", "starter,test") into .venv

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
venv=${BOWERBIRD_VENV:-$project/.venv}
cd "$project" || exit 1

# What PySide6 and the fonts of a bare Debian or Ubuntu lack.
system_packages="libegl1 libgl1 libopengl0 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0 libxkbcommon-x11-0 \
libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-sync1 \
libxcb-xfixes0 libxcb-xinerama0 libxcb-xkb1 libx11-xcb1 libwayland-cursor0 libseccomp2 libpulse0 fonts-dejavu-core"

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

find_python() {
    for name in ${BOWERBIRD_PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    die "Bowerbird needs Python 3.11 or later. Install it, or name it in BOWERBIRD_PYTHON."
}

missing_packages() {
    for package in $system_packages; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
            # Ubuntu 24.04 and Debian 13 renamed some of them for 64-bit time.
            dpkg-query -W -f='${Status}' "${package}t64" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$package"
    done
    "$python" -c 'import ensurepip, venv' 2>/dev/null || printf 'python3-venv '
}

install_system_packages() {
    command -v dpkg-query >/dev/null 2>&1 || return 0 # not Debian: the README says what is needed
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo"
    else
        die "Bowerbird needs some system packages. Install them and start again:
    sudo apt-get install $missing"
    fi
    echo "Installing system packages: $missing"
    $as_root apt-get update -qq || die "apt-get update failed."
    # shellcheck disable=SC2086 # a list of words
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
        die "The system packages could not be installed: $missing"
}

set_up() {
    python=$(find_python) || exit 1
    install_system_packages
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv" || die "The environment $venv could not be made."
    stamp="$venv/.bowerbird-$(printf '%s' "$1" | tr ',' '-')"
    state=$(cat pyproject.toml packaging/constraints.txt | cksum)
    if [ "$(cat "$stamp" 2>/dev/null)" != "$state" ]; then
        echo "Installing Bowerbird into $venv; the first time takes a few minutes."
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -c packaging/constraints.txt \
            -e ".[$1]" || die "The installation failed; see above."
        # For the models in it alone: OpenCV and whatever else it depends on is not needed.
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -c packaging/constraints.txt \
            --no-deps rapidocr || die "The installation failed; see above."
        printf '%s' "$state" >"$stamp"
    fi
}
