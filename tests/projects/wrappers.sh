# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# wrappers.sh: what users of MPICH's and Open MPI's wrappers expect, the refusals, and what comes out.
# Sourced by run.sh.

equal() { # WHAT FOUND WANTED
    [ "$2" = "$3" ] || fail "$1: \"$2\" instead of \"$3\""
}

output_has() { # FILE PATTERN
    grep -Eq -- "$2" "$1" || fail "/$2/ is not in: $(head -c 300 "$1")"
}

output_has_not() { # FILE PATTERN
    ! grep -Eq -- "$2" "$1" || fail "/$2/ is in: $(head -c 300 "$1")"
}

wrappers_names() {
    local name

    for name in mpicc mpicxx mpic++ mpiCC mpifort mpif90 mpif77; do
        "$name" -show >out
        output_has out "-I$prefix/include .*-lmpi -ltorito\$"
    done
    mpicc -show >out && output_has out '^gcc '
    mpic++ -show >out && output_has out '^g\+\+ '
    mpif77 -show >out && output_has out '^gfortran .*-lmpifort -lmpi'
}

wrappers_show() {
    local option

    mpicc -show -c a.c >out && output_has out '^gcc .*-c a\.c' && output_has_not out '-lmpi'
    mpicc -show a.c -lx >out && output_has out 'a\.c -lx .*-lmpi'
    for option in -compile_info -compile-info; do
        equal $option "$(mpicc $option)" "gcc -I$prefix/include"
    done
    for option in -link_info -link-info; do
        equal $option "$(mpicc $option)" "gcc $(mpicc -showme:link)"
    done
    for option in -showme --showme; do
        equal "$option:compile" "$(mpicc $option:compile)" "-I$prefix/include"
        equal "$option:incdirs" "$(mpicc $option:incdirs)" "$prefix/include"
        equal "$option:libdirs" "$(mpicc $option:libdirs)" "$prefix/lib/torito/shim $prefix/lib"
        equal "$option:libs" "$(mpicc $option:libs)" 'mpi torito'
        equal "$option:libs" "$(mpifort $option:libs)" 'mpifort mpi torito'
        equal "$option:command" "$(mpicxx $option:command)" g++
        equal "$option" "$(mpicc $option x.c)" "$(mpicc -show x.c)"
        mpicc "$option:version" >out && output_has out '^mpicc: Torito [0-9.]+ \(Language: C\)$'
        mpicc "$option:help" >out && output_has out '^Usage: mpicc'
    done
    ! mpicc -showme:nonsense 2>err || fail '-showme:nonsense succeeded'
    equal 'lines of the error' "$(wc -l <err)" 1
}

# Questions go to the compiler, alone.
wrappers_queries() {
    local option

    for option in --version -dumpversion -dumpmachine -print-prog-name=ld -print-search-dirs --help; do
        equal "$option" "$(mpicc $option 2>&1)" "$(gcc $option 2>&1)"
    done
    mpicc -v >out 2>err
    equal 'first line of -v' "$(head -n 1 out)" "mpicc for Torito version $(torito --version | cut -d' ' -f2)"
    output_has err '^gcc version'
    ! mpicc >out 2>&1 || fail 'no input, and success'
    output_has out 'no input files'
}

wrappers_compile() {
    cp "$here/src/hello.c" .
    mpicc -c hello.c && [ -f hello.o ]
    mpicc -c hello.c -o other.o && [ -f other.o ]
    mpicc -S hello.c && [ -f hello.s ]
    mpicc -E hello.c >out && output_has out 'int MPI_Init'
    mpicc -E -x c - <hello.c >out && output_has out 'int MPI_Init'
    mpicc -M hello.c >out && output_has out 'include/mpi\.h'
    mpicc -MMD -c hello.c && [ -f hello.d ]
    mpicc -fsyntax-only hello.c
    mpicc -shared -fPIC -o libhello.so hello.c 2>err
    readelf -hW libhello.so >out && output_has out 'DYN .Shared object'
    mpicc -r -o both.o hello.o && readelf -hW both.o >out && output_has out 'REL'
    [ ! -e a.out ] || fail 'a.out appeared'
    mpicc hello.o -lm && torito info a.out
    mpicc -### hello.o -lm 2>out && output_has out collect2
    mpicc -o /dev/null hello.o -lm
}

# Each word arrives as it was.
wrappers_words() {
    local text='a "b" $c `d` \e  f'\''g'

    mkdir 'a folder'
    cat >'a folder/it'\''s.c' <<'END'
#include <stdio.h>
int main(void) { puts(TEXT); return 0; }
END
    mpicc "-DTEXT=\"a \\\"b\\\" \$c \`d\` \\\\e  f'g\"" -o 'a folder/out put' "a folder/it's.c"
    equal 'the text' "$('a folder/out put')" "$text"
    printf '%s\n' '-o "from response" -DTEXT=\"hi\"' "'a folder/it\\'s.c'" >response
    mpicc @response
    equal 'the text' "$('./from response')" hi
    printf '%s\n' '-static @response' >outer # nested, and with a word that must go
    rm 'from response'
    mpicc @outer
    equal 'the text' "$('./from response')" hi
    mpicc -show "-DTEXT=\"x y\"" a.c >out
    eval "set -- $(cat out)"
    printf '%s\n' "$@" >out && output_has out '^-DTEXT="x y"$'
}

wrappers_compilers() {
    equal '-cc' "$(TORITO_CC=wrong mpicc -cc=right -showme:command)" right
    equal '-cxx' "$(mpicxx -cxx=right -showme:command)" right
    equal '-fc' "$(mpifort -fc=right -showme:command)" right
    equal TORITO_CC "$(MPICH_CC=wrong TORITO_CC='ccache right' mpicc -showme:command)" 'ccache right'
    equal MPICH_CC "$(OMPI_CC=wrong MPICH_CC=right mpicc -showme:command)" right
    equal OMPI_CXX "$(OMPI_CXX=right mpicxx -showme:command)" right
    equal MPICH_F90 "$(MPICH_F90=right mpif90 -showme:command)" right
    # CMake's FindMPI sets it to CMAKE_C_COMPILER, which may be the wrapper.
    equal 'itself' "$(MPICH_CC=mpicc mpicc -showme:command)" gcc
    ! mpicc -cc=no-such-compiler -c "$here/src/hello.c" 2>err || fail 'no compiler, and success'
    output_has err '^mpicc: compiler no-such-compiler not found: '
    if command -v clang >/dev/null && command -v clang++ >/dev/null; then
        mpicc -cc=clang -o hello_c "$here/src/hello.c" -lm
        mpicxx -cxx=clang++ -o hello_cxx "$here/src/hello.cpp"
        image_runs ./hello_c C
        image_runs ./hello_cxx 'C++'
    fi
}

# Libraries wherever the user puts them; words that ask for what an image is anyway.
wrappers_link() {
    local option

    echo 'int one(void); int two(void) { return one() + 1; }' >two.c
    echo 'int one(void) { return 1; }' >one.c
    echo 'int two(void); int main(void) { return two(); }' >main.c
    mpicc -c one.c two.c main.c
    ar rcs libone.a one.o
    ar rcs libtwo.a two.o
    mpicc main.o -L. -ltwo -lone && torito info a.out
    ! mpicc main.o -L. -lone -ltwo 2>err || fail 'the order of libraries does not count'
    output_has err "undefined reference to .one'"
    echo 'double log(double x); int main(int n, char **v) { return log(n) > 9; }' >log.c
    # -fno-builtin: the call must be there.
    for option in -static -static-pie -pie -rdynamic -Wl,-Bdynamic -Wl,--as-needed,-dy -flto -pthread \
        -fopenmp -fuse-ld=bfd -s -Wl,--gc-sections -static-libgcc -fsanitize=undefined -Wl,-z,now; do
        step 60 mpicc -fno-builtin "$option" log.c -lm -o option
        step 10 torito info option
        ./option || fail "the image linked with $option ended with status $?"
    done
    step 60 mpicc -fno-builtin log.c -Xlinker -Bdynamic -lm -o option
}

# A shared library given by its file name stands for the static one beside it; -l has meant that ever since.
wrappers_static_beside() {
    local file

    echo 'int plus(int n) { return n + 1; }' >plus.c
    echo 'int plus(int); int main(void) { return plus(-1); }' >main.c
    mkdir libs.so
    mpicc -c plus.c main.c
    mpicc -shared -fPIC -o libs.so/libplus.so.1.2 plus.c
    ln -s libplus.so.1.2 libs.so/libplus.so
    ! mpicc main.o libs.so/libplus.so 2>err || fail 'a shared library alone made an image'
    output_has err 'libs\.so/libplus\.so is a shared library'
    ar rcs libs.so/libplus.a plus.o
    for file in libs.so/libplus.so libs.so/libplus.so.1.2 "$PWD/libs.so/libplus.so"; do
        step 60 mpicc -o plus main.o "$file"
        step 10 ./plus
    done
    # A text for the linker, on whose shared library -Bstatic would stumble.
    step 60 mpicc -o plus main.o libs.so/libplus.a "$(gcc -print-file-name=libm.so)"
    mpicc -show -shared -o x.so main.o libs.so/libplus.so >out
    output_has out ' libs\.so/libplus\.so '
}

# Static libraries do not bring the libm that they need. Autoconf's FLIBS have it before -lquadmath.
wrappers_libm() {
    echo 'double power(double x, double y) { return __builtin_pow(x, y); }' >power.c
    echo 'double power(double, double); int main(int n, char **v) { return power(n, 3) != 1; }' >main.c
    mpicc -c power.c main.c
    ar rcs libpower.a power.o
    step 60 mpicc -o power main.o -L. -lm -lpower
    step 10 ./power
    printf '%s\n' '      subroutine say(x)' '      real*16 x' '      print *, x' '      end' >say.f
    echo 'void say_(__float128 *); int main(void) { __float128 x = 1; say_(&x); return 0; }' >main.c
    mpifort -c say.f
    step 60 mpicc -o say main.c say.o -lgfortran -lm -lquadmath
    step 10 ./say
}

# CMake, libtool and many a makefile name a folder for the shared libraries that an image does not have.
wrappers_rpath() {
    step 60 mpicc -o hello_c "$here/src/hello.c" -lm -Wl,-rpath,/usr/local/lib
    image_runs ./hello_c C
    step 60 mpicc -o hello_c "$here/src/hello.c" -lm -Wl,--disable-new-dtags -Wl,-rpath,/usr/local/lib
    image_runs ./hello_c C
}

# A library for programs with and without MPI: the latter are linked without an image's flags.
wrappers_no_kernel() {
    local status=0

    cat >main.c <<'END'
#include <mpi.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    int initialized = 1;
    double start = MPI_Wtime();

    MPI_Initialized(&initialized);
    while (MPI_Wtime() < start + 2 * MPI_Wtick())
        ;
    puts(initialized ? "initialized" : "serial");
    return argc > 1 ? MPI_Init(&argc, &argv) : 0;
}
END
    gcc -I"$prefix/include" -o serial main.c "$prefix/lib/libmpi.a" "$prefix/lib/libtorito.a"
    equal 'the serial program' "$(timeout 10 ./serial)" serial
    timeout 10 ./serial MPI 2>err || status=$?
    equal 'status of MPI_Init' $status 1
    output_has err 'no Torito kernel in it: link it with mpicc'
}

# refusal PATTERN ARGUMENT...: mpicc must say one sentence and leave no file.
refusal() {
    local status=0 pattern=$1
    shift

    [ -e main.c ] || echo 'int main(void) { return 0; }' >main.c
    timeout 60 mpicc -o image "$@" main.c >out 2>err || status=$?
    cat out err
    equal status $status 1
    grep -Eq "$pattern" err || fail "it does not say /$pattern/: $(tail -n 1 err)"
    [ ! -e image ] || fail 'it left a file'
}

refusal_sentence() { # ..., by the wrapper itself: one line
    refusal "$@"
    equal 'lines of the error' "$(wc -l <err)" 1
}

# Without -ltorito, in a plain link, the linker script itself must notice.
refusal_kernel() {
    local words

    words=$(mpicc -showme:link)
    echo 'int main(void) { return 0; }' >main.c
    # shellcheck disable=SC2086 # the flags are words
    ! gcc -o image main.c ${words/-ltorito/} 2>err || fail 'a link without a kernel succeeded'
    output_has err 'torito_kernel|kernel is missing'
    [ ! -e image ] || fail 'it left a file'
}

# An old file that the compiler did not touch is not the wrapper's to remove.
refusal_keeps_old() {
    echo old >image
    echo 'int main(void) { return nothing; }' >main.c
    ! mpicc -o image main.c 2>err || fail 'the link succeeded'
    mpicc -o image -Wl,--version main.c 2>err || true
    if [ -e image ]; then equal image "$(cat image)" old; fi
}

wrappers_reproducible() {
    mkdir one two
    cp "$here/src/hello.c" "$here/src/hello.cpp" one
    cp "$here/src/hello.c" "$here/src/hello.cpp" two
    (cd one && mpicc -O2 -o a hello.c -lm && mpicc -O2 -flto -o b hello.c -lm && mpicxx -o c hello.cpp)
    (cd two && TMPDIR=$PWD mpicc -O2 -o x hello.c -lm && TZ=Asia/Tokyo mpicc -O2 -flto -o y hello.c -lm &&
        mpicxx -o z hello.cpp)
    cmp one/a two/x || fail 'two links of the same C program differ'
    cmp one/b two/y || fail 'two links with -flto differ'
    cmp one/c two/z || fail 'two links of the same C++ program differ'
    (cd one && mpicc -g -ffile-prefix-map="$PWD"=. -o d hello.c -lm)
    (cd two && mpicc -g -ffile-prefix-map="$PWD"=. -o w hello.c -lm)
    cmp one/d two/w || fail 'with -g and -ffile-prefix-map, two links differ'
}

wrappers_size() {
    local bytes

    mpicc -O2 -s -o hello "$here/src/hello.c" -lm
    bytes=$(stat -c %s hello)
    [ "$bytes" -le 1258291 ] || fail "hello has $bytes bytes stripped, more than 1.2 MiB"
    mpicc -O2 -g -o hello "$here/src/hello.c" -lm
    strip hello
    image_runs ./hello C # strip does no harm
}

info_prints() {
    local pattern

    mpicc -o hello "$here/src/hello.c" -lm
    torito info hello >out
    for pattern in '^hello: Torito image' '^kernel' 'PVH +0x2' 'multiboot2 +0x2' 'process +0x' \
        'LOAD +r-x.*kernel$' 'build-id +[0-9a-f]{40}$' '^  linux' '^  microvm' '^  q35' 'bss +[0-9]+'; do
        output_has out "$pattern"
    done
    torito --help >out && output_has out ' info ' && torito info --help >out
    torito --version >out && output_has out '^torito [0-9]+\.[0-9]+\.[0-9]+$'
}

info_refuses() {
    local file status

    head -c 5000 "$(command -v torito)" >short
    echo text >text
    : >empty
    mpicc -o hello "$here/src/hello.c" -lm
    head -c 70000 hello >half
    for file in text empty short half /bin/sh . nosuch; do
        status=0
        torito info "$file" >out 2>err || status=$?
        equal "status for $file" $status 1
        equal "lines about $file" "$(wc -l <err)" 1
        output_has err '^torito: '
        equal "output for $file" "$(cat out)" ''
    done
    status=0
    torito nonsense 2>err || status=$?
    equal 'status for a wrong subcommand' $status 2
}

run_case wrappers.names wrappers_names
run_case wrappers.show wrappers_show
run_case wrappers.queries wrappers_queries
run_case wrappers.compile wrappers_compile
run_case wrappers.words wrappers_words
run_case wrappers.compilers wrappers_compilers
run_case wrappers.link wrappers_link
run_case wrappers.static-beside wrappers_static_beside
run_case wrappers.libm wrappers_libm
run_case wrappers.rpath wrappers_rpath
run_case wrappers.no-kernel wrappers_no_kernel
run_case wrappers.reproducible wrappers_reproducible
run_case wrappers.size wrappers_size
run_case refusal.no-pie refusal_sentence 'mpicc: -no-pie cannot .* drop it' -no-pie
run_case refusal.linker-no-pie refusal_sentence 'mpicc: -no-pie cannot .* drop it' -Wl,-no-pie
run_case refusal.no-pie-object refusal 'recompile with -fPIE' -fno-pie -x c "$here/src/hello.c"
run_case refusal.gold refusal_sentence 'mpicc: linker gold .* -fuse-ld=bfd' -fuse-ld=gold
run_case refusal.lld refusal_sentence 'mpicc: linker lld .* -fuse-ld=bfd' -fuse-ld=lld
run_case refusal.sanitizer refusal_sentence 'mpicc: -fsanitize=undefined,address needs .* drop it' \
    -fsanitize=undefined,address
run_case refusal.entry refusal_sentence 'mpicc: .*entry point.*drop -e' -Wl,-e,main
run_case refusal.no-start refusal "_start" -nostartfiles
run_case refusal.kernel refusal_kernel
run_case refusal.keeps-old refusal_keeps_old
run_case info.prints info_prints
run_case info.refuses info_refuses
