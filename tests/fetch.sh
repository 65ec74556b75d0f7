#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# fetch.sh: packages of the distribution, unpacked into a folder. Nothing is installed, nothing of the
# system is changed, and root is not needed: the package lists lie in the folder, too.
#
#   fetch.sh FOLDER KIND:PACKAGE...
#
# `source:mpich` becomes FOLDER/mpich, the source as its authors released it, without the
# distribution's changes; `binary:libblas-dev` becomes FOLDER/libblas-dev, with usr/ and so on in it.
# What is there already is kept. Status 0, or 75 with one line saying why if the registry does not answer.
set -euo pipefail
folder=${1:?fetch.sh FOLDER KIND:PACKAGE...}
shift
seconds=120 # for one command

unanswered() {
    echo "fetch.sh: $*" >&2
    exit 75
}

# Our own lists, of the registry that the system itself uses.
prepare() {
    local apt=$folder/apt release uri option

    release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    command -v apt-get >/dev/null || unanswered 'there is no apt-get here'
    # shellcheck disable=SC2016 # apt's own variables
    uri=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        awk -v release="$release" '$2 == release && $3 == "main" { print $1; exit }')
    [ -n "$uri" ] || unanswered "apt-get knows no registry of $release"
    option=
    [ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ] ||
        option='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
    printf '%s\n' "deb $option $uri $release main" "deb-src $option $uri $release main" >"$apt/sources.list"
    options=(-qq -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=-
        -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache"
        -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o "APT::Sandbox::User=$(id -un)"
        -o Acquire::Languages=none)
    timeout "$seconds" apt-get "${options[@]}" -o APT::Update::Error-Mode=any update >&2 </dev/null ||
        unanswered "$uri does not answer"
}

# The archive of the release comes from the registry; the distribution's changes stay there.
unpack_source() { # PACKAGE PLACE
    timeout "$seconds" apt-get "${options[@]}" source --download-only --tar-only "$1" >&2 </dev/null ||
        unanswered "the registry has no source of $1"
    tar -x --strip-components=1 -C "$2" \
        -f "$(find . -maxdepth 1 -name "*.orig.tar.*" ! -name "*.asc" | head -n 1)"
}

unpack_binary() { # PACKAGE PLACE
    timeout "$seconds" apt-get "${options[@]}" download "$1" >&2 </dev/null ||
        unanswered "the registry has no package $1"
    dpkg-deb -x "$(find . -maxdepth 1 -name '*.deb' | head -n 1)" "$2"
}

options=()
for wanted; do
    kind=${wanted%%:*} package=${wanted#*:}
    [ ! -d "$folder/$package" ] || continue
    case $folder in /*) ;; *) folder=$PWD/$folder ;; esac
    [ ${#options[@]} -gt 0 ] || { cd / && prepare; }
    # Unpacked elsewhere first: a folder with the package's name is complete.
    rm -rf "$folder/part"
    mkdir -p "$folder/part/$package"
    cd "$folder/part"
    "unpack_$kind" "$package" "$package"
    cd /
    mv "$folder/part/$package" "$folder/$package"
    rm -rf "$folder/part"
done
