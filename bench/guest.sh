#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# guest.sh: makes the initramfs of the Linux guest that `torito compare --vm` measures MPICH in.
#
#   guest.sh INITRAMFS PROGRAM...
#
# In it are busybox, MPICH's launcher, the programs (as /bench/NAME), and what all of these are linked
# with. Its init runs the command that stands behind `--` on the kernel's command line, between
# the lines BEGIN and END STATUS, and switches the guest off.
set -eu
initramfs=$1
shift
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# A file and, if it is one of ELF, its libraries, at their places.
add() { # FILE [PLACE]
    place=$root${2:-$1}
    mkdir -p "$(dirname "$place")"
    cp -L "$1" "$place"
    ldd "$1" 2>/dev/null | awk '/=> \//{ print $3 } /^\t\//{ print $1 }' | while read -r library; do
        [ ! -e "$root$library" ] || continue
        mkdir -p "$root$(dirname "$library")"
        cp -L "$library" "$root$library"
    done
}

for command in busybox mpiexec.hydra hydra_pmi_proxy; do
    file=$(command -v $command) || { echo "guest.sh: there is no $command" >&2; exit 1; }
    add "$file" /bin/$command
done
for program; do
    add "$program" "/bench/$(basename "$program")"
    # UCX loads its transports by name, from a folder beside its libraries.
    ldd "$program" | sed -n 's|.*=> \(/.*\)/libuct\.so.*|\1|p' | while read -r folder; do
        for module in "$(realpath "$folder")"/ucx/libuct_cma.so.*; do
            [ ! -e "$module" ] || add "$module"
        done
    done
done
# The same library may be known by two folders, one a link to the other.
mkdir -p "$root/usr/lib" "$root/lib"
[ ! -L /lib ] || { cp -a "$root/lib/." "$root/usr/lib/"; rm -r "${root:?}/lib"; ln -s usr/lib "$root/lib"; }

for folder in dev etc proc root sys tmp; do
    mkdir -p "$root/$folder"
done
echo '127.0.0.1 localhost guest' >"$root/etc/hosts"
cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm
mount -t tmpfs tmp /dev/shm
mount -t tmpfs tmp /tmp
ifconfig lo up
hostname guest
export PATH=/bin HOME=/root
echo BEGIN
"$@"
echo "END $?"
reboot -f
INIT
chmod +x "$root/init"
(cd "$root" && find . | cpio --quiet -o -H newc) >"$initramfs"
