# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_programs.sh: the programs of tests/programs/LIST on every machine, with every number of ranks.

program_run() { # NUMBER IMAGE RANKS MACHINE SECONDS STATUS PATTERN ARGUMENT...
    local image=$IMAGES/$2 ranks=$3 machine=$4 seconds=$5 status=$6 pattern=$7
    local wanted=$harness_dir/wanted/$1.$3 # the lines of the first machine
    shift 7

    [ -x "$image" ] || fail "there is no image of it"
    export GREETING='good morning' # the variable that the programs look at
    run "$status" on "$machine" --timeout "$seconds" -n "$ranks" "$image" "$@"
    [ "$pattern" = - ] || cat out err | grep -Eq -- "$pattern" || fail "no line matches '$pattern'"
    [ "$status" = 0 ] || return 0
    [ -s out ] || fail 'no output'
    sort out >sorted
    if [ -e "$wanted" ]; then
        same sorted "$wanted"
    else
        mkdir -p "${wanted%/*}"
        cp sorted "$wanted"
    fi
}

programs_all() {
    local source flags ranks machines seconds status pattern words r m name
    local number=0 arguments

    while read -r source flags ranks machines seconds status pattern words; do
        [[ -n $source && $source != \#* ]] || continue
        number=$((number + 1))
        name=${source%.*}
        [ "$flags" != - ] || flags=
        # shellcheck disable=SC2086 # flags are words
        [ -e "$IMAGES/$name" ] ||
            run_case "program.$name.build" 60 image "$TESTS/programs/$source" -O2 -g ${flags//,/ }
        [ "$machines" != all ] || machines=linux,seccomp,microvm,q35
        eval "arguments=($words)" # quoted as in a shell
        for r in ${ranks//,/ }; do
            for m in ${machines//,/ }; do
                run_case "program.$number.$name.$r.$m" $((seconds + 5)) program_run "$number" "$name" \
                    "$r" "$m" "$seconds" "$status" "$pattern" "${arguments[@]}"
            done
        done
    done <"$TESTS/programs/LIST"
}

programs_all
# A minute of clocks; a million messages among 16 ranks, which under an emulator takes long.
if [ -n "$CHECK_FULL" ]; then
    for machine in linux microvm; do
        run_case "program.wtime.minute.$machine" 90 program_run wtime-minute wtime 4 "$machine" 85 0 ^ok 60
        run_case "program.soak.million.$machine" 5400 program_run soak-million soak 16 "$machine" 5390 0 ^ok \
            1000000 7
    done
fi
