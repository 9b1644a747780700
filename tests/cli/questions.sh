#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The questions that open aunetlog(8): their answers are what aunetlog gives for
# data/incident.log. questions.sh AUNETLOG [rewrite]: compares, or rewrites the manual.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tool=$(realpath "${1:-$here/../../build/aunetlog}")
manual=$here/../../man/aunetlog.8
export TZ=UTC LC_ALL=C.UTF-8
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cp "$here/data/incident.log" "$tmp/netlog.log"
cd "$tmp" || exit 99

# question TEXT ARGUMENTS…: as roff. An answer of more than 6 lines is cut.
question() {
	local text=$1
	shift
	printf '.PP\n%s\n.PP\n.EX\n$ \\fBaunetlog%s\\fP\n' "$text" "$(printf ' %s' "$@" | roff)"
	eval "'$tool' -if netlog.log $(printf ' %s' "$@")" 2>&1 | align >answer
	[ "$(wc -l <answer)" -le 6 ] || sed -i '6,$d; 5a ...' answer
	roff <answer
	printf '.EE\n'
}

# Columns between tabs, two blanks apart.
align() {
	awk -F '\t' '{ line[NR] = $0
		for (i = 1; i <= NF; i++) if (length($i) > width[i]) width[i] = length($i) }
	END { for (n = 1; n <= NR; n++) {
		fields = split(line[n], f, "\t"); text = f[1]
		for (i = 2; i <= fields; i++)
			text = sprintf("%s%*s%s", text, width[i - 1] + 2 - length(f[i - 1]), "", f[i])
		print text } }'
}

roff() { sed 's/\\/\\e/g; s/-/\\-/g; s/^\./\\\&./; s/^'"'"'/\\\&'"'"'/'; }

section() {
	cat <<-'END'
	.SH QUESTIONS
	Ten questions after a break\-in, with the answers of one log (times are UTC).
	Without
	.B \-if
	the logs of this host are read.
	END
	question 'Which process was talking to that address at 03:12?' \
		--remote 198.51.100.66 --open-at "'2026-11-20 03:12'" -O start,process,exe,remote
	question 'What else did that process connect to, and how often?' \
		-p 4711 --out --summary remote --top 3
	question 'What have the processes below the web server opened?' \
		--ancestor php-fpm8.2 --out --summary exe
	question 'Who sent more than 100 MB out of this host?' \
		--out --tx "'>100M'" -O start,process,remote,tx,dur
	question 'Which programs, peers and listeners were never seen before 03:11?' \
		--new -ts "'2026-11-20 03:11'" --remote 198.51.100.0/24
	question 'Is there a back door: who listens, since when, and was it used?' \
		--listeners
	question 'Who came in through it?' \
		--in --local :31337 -O start,end,process,remote,rx,tx
	question 'Did this host scan others?' --scan
	question 'Which scanned hosts answered?' \
		--remote 10.0.0.0/24 -c upd --kind start -O start,remote,dur
	question 'Does something call home?' --beacons
}

section >wanted
sed -n '/^\.\\" questions\.sh begins/,/^\.\\" questions\.sh ends/p' "$manual" | sed '1d;$d' >found
if [ "${2:-}" = rewrite ]; then
	sed -i -e '/^\.\\" questions\.sh begins/,/^\.\\" questions\.sh ends/ {
		/^\.\\" questions\.sh begins/r wanted
		/^\.\\" questions\.sh/!d
	}' "$manual"
	exit
fi
diff found wanted
status=$?
[ $status = 0 ] || printf 'not '
echo "ok - the questions of aunetlog(8) have these answers"
[ "$(grep -c '^\$ ' wanted)" = 10 ] && ! grep -q '^<no matches>\|^aunetlog:' wanted || {
	echo 'not ok - ten questions, ten answers'
	exit 1
}
echo 'ok - ten questions, ten answers'
exit $status
