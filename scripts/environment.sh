# The environment of every step: sourced, never run. Works as root, as an ordinary user, and with a home that is
# missing or may not be written to; nothing outside the clone is changed.

# Whether files can be made in a folder, or the folder itself can be made.
may_write() {
    mkdir -p "$1" 2>/dev/null && [ -w "$1" ]
}

# Whether cargo runs at all: rustup's stand-in may be on the PATH with no toolchain behind it.
cargo_runs() {
    cargo --version >/dev/null 2>&1
}

root=$(pwd -P)
python=$root/.venv/bin/python
[ -d "${HOME:-}" ] || HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
[ -d "${HOME:-}" ] || HOME=$root/.build/home
export HOME

# Nothing of the caller's Python leaks into the environment that is made here.
unset PYTHONHOME PYTHONPATH CONDA_PREFIX PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_INPUT=1
export VIRTUAL_ENV="$root/.venv" PYO3_PYTHON="$python"

for folder in "${CARGO_HOME:-$HOME/.cargo}/bin" "$HOME/.cargo/bin" /usr/local/cargo/bin /usr/bin; do
    cargo_runs || PATH=$folder:$PATH
done
PATH=$root/.venv/bin:$PATH
export PATH

# Caches go where they may be written; cargo's settings (a mirror, a proxy) come along.
if ! may_write "${CARGO_HOME:-$HOME/.cargo}"; then
    export RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}"
    [ -d "$RUSTUP_HOME" ] || unset RUSTUP_HOME
    mkdir -p "$root/.build/cargo" 2>/dev/null || true
    cp "${CARGO_HOME:-$HOME/.cargo}/config.toml" "$root/.build/cargo/" 2>/dev/null || true
    export CARGO_HOME="$root/.build/cargo"
fi
may_write "${XDG_CACHE_HOME:-$HOME/.cache}" || export XDG_CACHE_HOME="$root/.build/cache"
if ! may_write "${TMPDIR:-/tmp}" && may_write "$root/.build/tmp"; then
    export TMPDIR="$root/.build/tmp"
fi

# A clone that belongs to somebody else (a mounted folder, a build run by root) is still this clone.
if command -v git >/dev/null 2>&1 && ! git rev-parse --git-dir >/dev/null 2>&1; then
    number=${GIT_CONFIG_COUNT:-0}
    export "GIT_CONFIG_KEY_$number=safe.directory" "GIT_CONFIG_VALUE_$number=$root"
    export GIT_CONFIG_COUNT=$((number + 1))
fi
