#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What manual pages, README and packages say against the programs: no option, key or
# value without its text, one version, one list of libraries.
# Usage: tests/cli/docs.sh BUILD_DIR
set -u
cd "$(dirname "$0")/../.." || exit 99
build=${1:-build}
failed=0

verdict() { # TEXT; what is wrong comes on standard input
	local wrong
	wrong=$(cat)
	if [ -z "$wrong" ]; then
		echo "ok - $1"
		return
	fi
	echo "not ok - $1"
	printf '  %s\n' "${wrong//$'\n'/$'\n'  }"
	failed=1
}

# A page as plain words: no macros, no font changes, no escaped hyphens.
words() { sed -e 's/\\-/-/g; s/\\f[A-Z]//g; s/\\&//g' -e 's/"//g' "man/$1"; }

lacks() { # PAGE; one word a line on standard input
	local text word
	text=$(words "$1")
	while read -r word; do
		grep -qE -- "(^|[^a-z-])$word([^a-z-]|\$)" <<<"$text" || echo "man/$1 lacks $word"
	done
}

options_of() { "$build/$1" --help 2>&1 | grep -oE '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,' | sort -u; }
config_keys() { "$build/audisp-netlog" -n -c plugin/audisp-netlog.conf | grep -oE '^[a-z_]+ =' | sed 's/ =//; $amatch'; }
vias() { sed -n '/define ENTRY_VIAS/,/^$/s/.*"\([a-z-]\+\)".*/\1/p' parser/entry/entry.h; }
own_keys() {
	find plugin -name '*.c' -exec awk '/"netlog (start|config|lost) / { n = 5 } n-- > 0' {} + |
		grep -oE '[a-z]+=%' | tr -d '%' | sort -u
}

has_libraries() { # FILE LIST-NAME
	local package
	for package in $(sed -n "s/^$2=\"\(.*\)\"/\1/p" tests/need); do
		case $package in gcc | make | libc6-dev | glibc-devel) continue ;; esac
		grep -qw -- "$package" "$1" || echo "$1 lacks $package, which tests/need installs"
	done
}

version_is() { [ "$2" = "$(cat VERSION)" ] || echo "$1 is at $2, VERSION at $(cat VERSION)"; }

warnings_of_groff() {
	local page
	for page in man/*.[0-9]; do
		groff -man -Tutf8 -ww -z "$page" 2>&1
	done
}

missing_files() {
	grep -ohE '[A-Za-z/_-]+\.md' README.md CONTRIBUTING.md BENCHMARKS.md | sort -u | while read -r file; do
		[ -e "$file" ] || find . -path ./build -prune -o -name "${file##*/}" -print | grep -q . || echo "no file $file"
	done
}

verdict "aunetlog(8) has every option of aunetlog --help" < <(options_of aunetlog | lacks aunetlog.8)
verdict "audisp-netlog(8) has every option of audisp-netlog --help" < <(options_of audisp-netlog | lacks audisp-netlog.8)
verdict "audisp-netlog.conf(5) has every key" < <(config_keys | lacks audisp-netlog.conf.5)
verdict "audisp-netlog(8) has every value of via=" < <(
	diff <(vias | sort) <(words audisp-netlog.8 | sed -n '/^.SS Values of via/,/^.SS Messages/s/^.B \([a-z-]*\)$/\1/p' | sort -u) |
		grep '^<')
verdict "audisp-netlog(8) has every key of the plugin's own lines" < <(own_keys | lacks audisp-netlog.8)
if command -v groff >/dev/null; then
	verdict "groff has no warning about the manual pages" < <(warnings_of_groff)
else
	echo "skip - groff is not installed"
fi
verdict "README has at most 120 lines" < <(awk 'END { if (NR > 120) print NR }' README.md)
verdict "README and its pages name files that are there" < <(missing_files)
verdict "packages have the version of the program" < <(
	version_is packaging/debian/changelog "$(sed -n '1s/.*(\(.*\)).*/\1/p' packaging/debian/changelog)"
	version_is packaging/rpm/audit-netlog.spec "$(sed -n 's/^Version: *//p' packaging/rpm/audit-netlog.spec)")
verdict "packages are built with the libraries that make needs" < <(
	has_libraries packaging/debian/control debian_build
	has_libraries packaging/rpm/audit-netlog.spec fedora_build)
exit $failed
