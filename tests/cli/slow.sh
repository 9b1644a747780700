#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The fast way of aunetlog, with an index and without one, and the straight one (--slow) give
# the same, whatever the log and the question: slow.sh [path of aunetlog] [ROUNDS [FIRST_SEED]]
set -u
export TZ=UTC LC_ALL=C.UTF-8

here=$(cd "$(dirname "$0")" && pwd)
tool=${1:-$here/../../build/aunetlog}
rounds=${2:-${ROUNDS:-12}}
seed=${3:-${SEED:-$RANDOM$RANDOM}}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$tool" --version >/dev/null || { echo "Bail out! $tool does not run"; exit 99; }
command -v python3 >/dev/null || { echo "ok - slow # SKIP no python3"; exit 0; }

# Complaints of an audit log name the line that was being read, give or take an event; where
# that is at the end of a part, also the part, and so the first of its kind there.
ask() { # NAME ARGUMENTS…
	local name=$1
	shift
	timeout 60 "$tool" "${logs[@]}" "$@" >"$tmp/$name.out" 2>"$tmp/$name.err" </dev/null
	echo "exit $?" >>"$tmp/$name.out"
	sed -i 's/part\.[a-z]*\.log/part.log/; s/^\(aunetlog: [^ ]*log\):[0-9]*:/\1:/
		s/: and [0-9]* more:/: and more:/; /part\.log: and more:/d
		s/\(part\.log: [^:]*\):.*/\1/' "$tmp/$name.err"
	sort -u -o "$tmp/$name.err" "$tmp/$name.err"
	# how far it is read after the one is another matter
	case " $* " in *" --just-one "*) : >"$tmp/$name.err" ;; esac
}

# own FORMAT: the log becomes what the plugin writes of it
own() {
	"$tool" -if "$tmp/log" ${1:+--format $1} 2>/dev/null | head -c -20 >"$tmp/own.log"
	[ ! -s "$tmp/own.log" ] || mv "$tmp/own.log" "$tmp/log"
}

compare() { # NAME
	cmp -s "$tmp/$1.out" "$tmp/slow.out" && cmp -s "$tmp/$1.err" "$tmp/slow.err" && return
	failed=1
	echo "# seed $seed, $1: aunetlog ${logs[*]} ${question[*]-}"
	diff "$tmp/slow.out" "$tmp/$1.out" | head -n 5 | sed 's/^/#   out: /'
	diff "$tmp/slow.err" "$tmp/$1.err" | head -n 5 | sed 's/^/#   err: /'
}

# One file, or three of them.
split_log() {
	local lines part

	logs=(-if "$tmp/log")
	[ $((seed % 3)) = 0 ] || return
	rm -f "$tmp"/part.*
	lines=$(($(wc -l <"$tmp/log") / 3 + 1))
	split -l "$lines" --additional-suffix .log "$tmp/log" "$tmp/part."
	logs=()
	for part in "$tmp"/part.*; do
		logs+=(-if "$part")
	done
}

failed=0
for ((n = 0; n < rounds; n++, seed++)); do
	python3 "$here/random_log.py" "$seed" "$tmp" "$here"/../golden/pairs/*.log \
		"$here"/../cases/*.log "$here"/data/aunetlog.log || exit 99
	case $((seed % 5)) in
	0) TZ=America/New_York ;;
	1) TZ=Asia/Kathmandu ;;
	*) TZ=UTC ;;
	esac
	# now and then the plugin's own file of it, cut at the end
	case $((seed % 4)) in
	1) own "" ;;
	2) own json ;;
	esac
	split_log
	rm -rf "$tmp/index"
	# sometimes the last logs have no index, or the next run makes it
	some=("${logs[@]}")
	[ $((seed % 2)) = 0 ] || some=("${logs[@]:0:4}")
	[ $((seed % 4)) != 3 ] ||
		"$tool" --index --index-dir "$tmp/index" "${logs[@]:0:2}" >/dev/null 2>&1
	if ! "$tool" --index --index-dir "$tmp/index" "${some[@]}" >"$tmp/index.out" 2>&1 ||
		! grep -q '^[0-9]* logs indexed' "$tmp/index.out"; then
		failed=1
		echo "# seed $seed: --index: $(cat "$tmp/index.out")"
	fi
	while IFS=$'\t' read -r -a question; do
		ask slow --slow ${question[@]+"${question[@]}"}
		ask fast --no-index ${question[@]+"${question[@]}"}
		compare fast
		ask index --index-dir "$tmp/index" ${question[@]+"${question[@]}"}
		compare index
	done <"$tmp/questions"
done
[ $failed = 0 ] || printf 'not '
echo "ok - fast and slow give the same: $rounds logs, the last seed $((seed - 1))"
exit $failed
