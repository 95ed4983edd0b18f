# Finds the programs that building needs and installs what is missing: sourced by scripts/setup.

# The oldest Rust that builds the workspace, such as 1.89.
oldest_rust() {
    sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml
}

# at_least VERSION OLDEST: whether a version is not older than another.
at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

rust_is_fit() {
    cargo_runs && rustc --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 &&
        cargo fmt --version >/dev/null 2>&1 && at_least "$(rustc --version | cut -d' ' -f2)" "$(oldest_rust)"
}

# The Debian packages that bring a Rust new enough: the distribution's own, or its newer one for browsers.
rust_packages() {
    for packages in "rustc cargo rust-clippy rustfmt" "rustc-web cargo-web rust-web-clippy rustfmt-web"; do
        version=$(apt-cache policy "${packages%% *}" 2>/dev/null | sed -n 's/^ *Candidate: \([0-9.]*\).*/\1/p')
        if [ -n "$version" ] && at_least "$version" "$(oldest_rust)"; then
            echo "$packages"
            return
        fi
    done
    echo "rustc (>= $(oldest_rust), https://rustup.rs brings one)"
}

# The names of what is missing, given the Python that was found; nothing when nothing is.
missing_packages() {
    command -v git >/dev/null 2>&1 || echo git
    command -v cc >/dev/null 2>&1 || echo gcc libc6-dev
    [ -n "$1" ] || echo python3-venv
    rust_is_fit || rust_packages
}

# install_missing PYTHON: returns when everything is there; otherwise ends with one sentence.
install_missing() {
    [ -n "$(missing_packages "$1")" ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        apt-get update -qq || true
        # Unquoted: each word is a package.
        DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
            $(missing_packages "$1") || true
    fi
    still=$(missing_packages "${1:-$(newest_python)}" | tr '\n' ' ')
    [ -z "$still" ] && return 0
    echo "Missing: ${still% }. Install what is named, then run make again." >&2
    exit 3
}
