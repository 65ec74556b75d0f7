# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_files.sh: files in a virtual machine: the bytes of a process, no way out, and what fails aloud.

files_build() {
    local source

    for source in files_work.c files_attack.c files_faults.c files_fortran.f90; do
        image "$TESTS/launch/$source" -O2
    done
    image "$TESTS/launch/files_cxx.cpp" -O2 -std=c++17
}

# The names, kinds, modes and targets of a tree.
files_tree() { # FOLDER
    find "$1" -mindepth 1 -printf '%P %y %m %l\n' | sort
}

# What a program makes of a folder is the same in a process and in a VM.
files_same() { # IMAGE RANKS WAY
    local way

    for way in linux "$3"; do
        mkdir "$way"
        echo "&grid title = 'a grid', points = 300, spacing = 0.125 /" >"$way/input.nml"
        if [ "$way" = p9 ]; then
            run 0 by_hand microvm 2 512 "$IMAGES/$1" torito.ranks="$2" \
                -fsdev "local,id=f,path=$PWD/p9,security_model=none" \
                -device virtio-9p-device,fsdev=f,mount_tag=f
        else
            run 0 on "$way" --timeout 50 -wdir "$way" -n "$2" "$IMAGES/$1"
        fi
        equal 'ranks that finished' "$(grep -c 'files: ok.\?$' out)" "$2"
        [ ! -e "$way/log" ] || sort -o "$way/log" "$way/log" # who comes first is chance
        files_tree "$way" >"tree.$way"
    done
    diff -r --no-dereference linux "$3" || fail 'the files differ from those of a process'
    same tree.linux "tree.$3"
    [ "$(wc -l <tree.linux)" -gt "$2" ] || fail 'no file for each rank'
}

files_mounts() {
    mkdir here locked
    echo there >locked/there
    run 0 on microvm -v --timeout 50 -wdir here --mount "$PWD/locked:/locked:ro" \
        -n 2 "$IMAGES/files_work" /locked
    equal 'ranks that finished' "$(grep -c 'files: ok$' out)" 2
    has err "mount: $PWD/locked is /locked in the virtual machine, read-only\$"
    has err "mount: $PWD/here is $PWD/here in the virtual machine\$"
    equal 'the read-only directory' "$(ls locked) $(cat locked/there)" 'there there'
    # The folders of two sections, one in the other, in either order.
    run 0 on microvm --timeout 50 -wdir locked -n 1 "$IMAGES/where" there : \
        -wdir . -n 1 "$IMAGES/where" locked/there
    equal lines "$(grep -c 'there says there$' out)" 2
    # Nothing but what is asked for.
    run 3 on microvm --timeout 50 --mount none -n 1 "$IMAGES/where" locked/there
    run 0 on microvm --timeout 50 --mount none --mount "$PWD/locked" -n 1 "$IMAGES/where" \
        "$PWD/locked/there"
    run 0 on microvm --timeout 50 --mount none --mount locked:/a/b -n 1 "$IMAGES/where" /a/b/there
    has out '^/a/b/there says there$'
}

files_refused() { # WHY OPTION...
    local why=$1
    shift
    mkdir -p one/two
    echo text >file
    run 2 on "${@}" -n 1 "$IMAGES/where"
    equal lines "$(wc -l <err)" 1
    has err "$why"
}

# The directory that is shared lies beside one that is not.
files_cage() {
    mkdir -p in/sub outside/folder
    echo secret >outside/secret
    ln -s "$PWD/outside" in/abs
    ln -s ../outside in/rel
    ln -s sub/../../outside in/deep
    ln -s / in/root
    find outside -printf '%p %y %m %s %T@ %C@\n' >before
}

files_caged() { # TRIES
    local tries

    has out '^[0-9]+ tries, 0 escapes$'
    tries=$(sed -n 's/ tries, .*//p' out)
    [ "$tries" -ge "$1" ] || fail "only $tries tries"
    find outside -printf '%p %y %m %s %T@ %C@\n' >after
    same before after
}

files_paths() { # BACK-END
    local in

    files_cage
    for in in "$PWD/in" /w; do
        run 0 on microvm --timeout 50 --mount none --mount "in:$in" --files "$1" -n 1 "$IMAGES/files_attack" \
            "$in" paths "$PWD"
        files_caged 300
        rm -f in/mine in/chain in/bait in/sub/abs in/sub/up
    done
}

# Ranks race against each other, and a program of the host exchanges things below them.
files_race() { # BACK-END
    local pid

    files_cage
    mkdir in/apart
    : >in/apart/secret
    (while :; do
        mv -T in/apart in/aside && ln -sfn ../outside in/apart && rm in/apart && mv -T in/aside in/apart
    done) 2>/dev/null &
    pid=$!
    run 0 on microvm --timeout 50 --mount none --mount in:/w --files "$1" -n 4 "$IMAGES/files_attack" \
        /w race "${CHECK_FULL:+2}2"
    kill "$pid"
    wait "$pid" 2>/dev/null
    files_caged 100
}

# On a file system of 2 MiB of its own: mounted where only this process sees it.
files_full() { # MACHINE
    local options

    machine_options "$1"
    mkdir small
    # shellcheck disable=SC2016 # expanded inside
    run 0 unshare -Urm bash -c 'mount -t tmpfs -o size=2m none small && shift && "$@"' - - \
        "$BIN/mpiexec" "${options[@]}" --timeout 50 -wdir small -n 1 "$IMAGES/files_faults" full file
    has out '^full after (19|20)[0-9][0-9] KiB$'
}

# The options that `on` gives for MACHINE, in `options`: for commands that are not run by it.
machine_options() { # MACHINE
    options=(--machine "${1%-9p}")
    [[ $1 != *-9p ]] || options+=(--files 9p)
}

# faults_start MACHINE RANKS ARGUMENT...: in the background, until all ranks are up; its id in $job.
faults_start() {
    local ranks=$2 options

    machine_options "$1"
    shift 2
    "$BIN/mpiexec" "${options[@]}" --timeout 50 -n "$ranks" "$IMAGES/files_faults" "$@" >out 2>err &
    job=$!
    until [ "$(grep -c '^up$' out)" = "$ranks" ]; do # the time limit of the case ends this
        kill -0 "$job" 2>/dev/null || fail "it has ended: $(cat out err)"
        sleep 0.05
    done
}

files_gone() { # MACHINE
    local job status=0

    mkdir doomed
    faults_start "$1" 1 gone doomed "$([[ $1 != *-9p ]] || echo by-path)"
    until rm -rf doomed 2>/dev/null && [ ! -e doomed ]; do :; done # the program puts files into it
    wait "$job" || status=$?
    equal status "$status" 0
    has out '^gone$'
}

# The launcher dies in the middle of writing: so does the machine. The harness looks for what is left.
files_launcher_killed() { # MACHINE
    local job

    faults_start "$1" 2 steady file
    kill -KILL "$job"
    wait "$job"
    [ -s file ] || fail 'nothing was written'
}

files_qemu_killed() { # MACHINE
    local job status=0

    faults_start "$1" 2 steady file
    kill -KILL "$(pgrep -P "$job" -f qemu-system)"
    wait "$job" || status=$?
    equal status "$status" 125
    equal lines "$(wc -l <err)" 1
    has err '^mpiexec: '
}

# Who makes the calls stands still, or the whole machine; afterwards all goes on.
files_stopped() { # MACHINE launcher|qemu
    local job status=0 who

    faults_start "$1" 2 steady file 40
    who=$job
    [ "$2" = launcher ] || who=$(pgrep -P "$job" -f qemu-system)
    kill -STOP "$who"
    sleep "${CHECK_FULL:+1}0.5"
    kill -CONT "$who"
    wait "$job" || status=$?
    equal status "$status" 0
    equal 'ranks that finished' "$(grep -c '^steady$' out)" 2
}

# A rank ends while its threads are in the middle of calls: nobody else has to wait for them.
files_leave() { # BACK-END
    run 0 on microvm --timeout 30 --files "$1" --cores 1 -n 3 "$IMAGES/files_faults" leave file
    equal 'ranks that finished' "$(grep -c '^left$' out)" 2
}

run_case files.build 120 files_build
[ -x "$IMAGES/where" ] || run_case files.build.where 60 image "$TESTS/launch/where.c"
for way in microvm p9; do
    run_case "files.c.$way" 90 files_same files_work 8 "$way"
    run_case "files.cxx.$way" 90 files_same files_cxx 3 "$way"
    run_case "files.fortran.$way" 90 files_same files_fortran 3 "$way"
done
run_case files.c.q35 90 files_same files_work 3 q35
run_case files.mounts 60 files_mounts
run_case files.refused.absent 20 files_refused 'absent.*No such file' microvm --mount absent:/x
run_case files.refused.file 20 files_refused 'file.*Not a directory' microvm --mount file:/x
run_case files.refused.relative 20 files_refused 'absolute' microvm --mount one:x
run_case files.refused.dotdot 20 files_refused '"\.\."' microvm --mount one:/x/../y
run_case files.refused.word 20 files_refused ':ro' microvm --mount one:/x:rx
run_case files.refused.overlap 20 files_refused 'overlaps' microvm --mount one:/x --mount one/two:/x/y
run_case files.refused.rights 20 files_refused 'overlaps' microvm --mount one:/x:ro --mount one/two:/y
run_case files.refused.process 20 files_refused 'process' linux --mount one:/x
for end in forward 9p; do
    run_case "files.paths.$end" 60 files_paths "$end"
    run_case "files.race.$end" 70 files_race "$end"
    run_case "files.leave.$end" 40 files_leave "$end"
done
for machine in linux microvm microvm-9p; do
    run_case "files.full.$machine" 60 files_full "$machine"
    run_case "files.gone.$machine" 60 files_gone "$machine"
done
for machine in microvm microvm-9p; do
    run_case "files.launcher-killed.$machine" 30 files_launcher_killed "$machine"
    run_case "files.qemu-killed.$machine" 30 files_qemu_killed "$machine"
    run_case "files.stopped.qemu.$machine" 60 files_stopped "$machine" qemu
done
run_case files.stopped.launcher.microvm 60 files_stopped microvm launcher
