# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_images.sh: what the file itself must be: small, the same every time, and well formed.

images_size() {
    image "$TESTS/programs/hello.c" -O2
    cp "$IMAGES/hello" hello && strip hello
    bytes=$(stat -c %s hello)
    echo "hello: $bytes bytes"
    [ "$bytes" -le $((12 * 1024 * 1024 / 10)) ] || fail "hello has $bytes bytes stripped, more than 1.2 MiB"
    run 0 on linux -n 2 ./hello # strip must not harm it
}

# The same inputs give the same bytes: in another folder, at another time, by another build.
images_reproducible() {
    mkdir one two
    cp "$TESTS/programs/hello.c" one
    cp "$TESTS/programs/hello.c" two
    (cd one && "$BIN/mpicc" -O2 -c hello.c && "$BIN/mpicc" -o hello hello.o) || fail "mpicc failed"
    (cd two && "$BIN/mpicc" -O2 -c hello.c && TZ=Asia/Tokyo "$BIN/mpicc" -o hello hello.o)
    same one/hello two/hello
    # static.gcc has built everything a second time, elsewhere.
    [ -x "$HARNESS_ROOT/build/gcc/bin/mpicc" ] || return 0
    "$HARNESS_ROOT/build/gcc/bin/mpicc" -o three one/hello.o || fail "the second build's mpicc failed"
    same one/hello three
}

# One file, three kinds of loader.
images_formats() {
    run 0 file "$IMAGES/hello"
    has out 'ELF 64-bit LSB'
    readelf -lW "$IMAGES/hello" >headers
    has_not headers INTERP
    has_not headers DYNAMIC.*INTERP
    readelf -nW "$IMAGES/hello" >notes
    has notes 'Xen'
    if command -v grub-file >/dev/null; then
        run 0 grub-file --is-x86-multiboot2 "$IMAGES/hello"
    fi
    run 0 "$BIN/torito" info "$IMAGES/hello"
    has out 'linux'
    has out 'microvm|PVH'
    has out 'multiboot2'
}

# VMMs on rust-vmm refuse a file whose e_entry is below 1 MiB; a GiB of data moves it far up.
images_entry() {
    local entry

    printf '%s\n' '#include <mpi.h>' 'static char data[1 << 30];' 'int main(int c, char **v)' \
        '{ MPI_Init(&c, &v); data[1 << 29]++; MPI_Finalize(); return data[1]; }' >big.c
    "$BIN/mpicc" -O1 -o big big.c || fail 'no image'
    for image in big "$IMAGES/hello"; do
        run 0 "$BIN/torito" info "$image"
        entry=$(readelf -hW "$image" | sed -n 's/.*Entry point address: *//p')
        [ $((entry)) -ge $((1 << 20)) ] || fail "$image: e_entry is $entry"
        [ "$(stat -c %s "$image")" -le 2000000 ] || fail "$image is large"
    done
    run 0 on linux -n 1 ./big
}

# More than 2 GiB of static data, as codes in Fortran have them, need -mcmodel=medium and nothing else.
images_large() {
    printf '%s\n' '#include <mpi.h>' 'char large[3ll << 30], small[9];' 'int main(int c, char **v)' \
        '{ MPI_Init(&c, &v); large[(3ll << 30) - c] = small[c] = 4; MPI_Finalize();' \
        'return large[(3ll << 30) - 1] + large[0] + large[1ll << 31] + small[1] - 8; }' >large.c
    "$BIN/mpicc" -O1 -mcmodel=medium -o large large.c || fail 'no image'
    run 0 on linux -n 2 ./large
    run 0 on microvm --timeout 20 -n 1 ./large
    # In all that is enough, but a rank's memory lies in one piece.
    run 125 on microvm --mem 4G --timeout 20 -n 1 ./large
    has err 'not enough memory in one piece: .* [0-9]+ MiB more'
    run 0 on microvm --mem "$((4096 + $(grep -oE '[0-9]+ MiB more' err | cut -d ' ' -f 1)))M" --timeout 20 \
        -n 1 ./large
}

# As Linux runs any program: configure scripts and CMake run what they compile.
images_plain() {
    run 0 "$IMAGES/hello"
    has out 'rank 0 of 1'
}

run_case image.size 60 images_size
run_case image.reproducible 60 images_reproducible
run_case image.formats 20 images_formats
run_case image.plain 20 images_plain
run_case image.entry 30 images_entry
run_case image.large 40 images_large
