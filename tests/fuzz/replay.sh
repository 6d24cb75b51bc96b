#!/bin/sh
# SPDX-License-Identifier: MIT
# Every fuzz target eats its corpus: seeds, and inputs that once crashed it.

n_passed=0
n_failed=0

for program in "$MQTLSD_BUILD"/tests/fuzz/replay_*; do
    [ -x "$program" ] || continue
    case "${program##*/}" in
    *.*) continue ;;
    esac
    name=${program##*/replay_}
    if "$program" "$MQTLSD_SOURCE/tests/fuzz/corpus/$name"; then
        n_passed=$((n_passed + $(find "$MQTLSD_SOURCE/tests/fuzz/corpus/$name" -type f | wc -l)))
    else
        printf '%s failed\n' "$name"
        n_failed=$((n_failed + 1))
    fi
done

printf '%s passed, %s failed\n' "$n_passed" "$n_failed"
[ "$n_passed" -gt 0 ] && [ "$n_failed" -eq 0 ]
