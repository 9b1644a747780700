# shellcheck shell=bash disable=SC2034,SC2154 # of those who source this
# SPDX-License-Identifier: GPL-2.0-or-later
# Checks of the plugin's log, for sockdiag.sh and netns.sh. Sourced; $log is its
# output, $tmp/err what it says on standard error; sets $failed.

check() { # TEXT COMMAND...
	local text=$1
	shift
	if "$@"; then
		echo "ok - $text"
		return
	fi
	failed=1
	echo "not ok - $text: $*"
	tail -n 8 "$log" | cut -c1-320 | sed 's/^/#   /'
	tail -n 5 "$tmp/err" | sed 's/^/#   err: /'
}

until_true() { # SECONDS COMMAND...
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.02
	done
}

has() { grep -Eqs -- "$1" "$log"; }
hasnt() { ! has "$1"; }
soon() { until_true 60 has "$1"; }
# An end that only a scan of all processes finds: the plugin rests 20 times as long as the last
# one took, which is minutes where it gets no processor.
by_sweep() { until_true 300 has "$1"; }
