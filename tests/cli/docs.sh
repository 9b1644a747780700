#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares manual pages, README and packages with the programs: no option, key or value
# without its text, one version, one list of libraries.
# Usage: tests/cli/docs.sh BUILD_DIR | --write (the table of states into its manual)
set -u
cd "$(dirname "$0")/../.." || exit 99
build=${1:-build}
failed=0
states_page=man/audisp-netlog.8

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
words() { # PAGE…
	sed -e 's/\\-/-/g; s/\\f[A-Z]//g; s/\\&//g' -e 's/"//g' "${@/#/man/}"
}

lacks() { # PAGE…; one word a line on standard input
	local text word
	text=$(words "$@")
	while read -r word; do
		grep -qE -- "(^|[^a-z-])$word([^a-z-]|\$)" <<<"$text" || echo "no word of it in $*: $word"
	done
}

options_of() { "$build/$1" --help 2>&1 | grep -oE '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,' | sort -u; }
config_keys() { "$build/audisp-netlog" -n -c plugin/audisp-netlog.conf | grep -oE '^[a-z_]+ =' | sed 's/ =//' | cat - <(echo match); }
vias() { sed -n '/define ENTRY_VIAS/,/^$/s/.*"\([a-z-]\+\)".*/\1/p' parser/entry/entry.h; echo syslog; }
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

# transitions.def as the manual prints it.
states() {
	sed -nE 's/^TRANSITION\(([A-Z]+), *([A-Z_]+), *([A-Z]+), *"(.*)"\)$/\1 \2 \3 \4/p' parser/track/transitions.def |
		while read -r from step to why; do
			printf '.TP\n.B %s, %s \\-> %s\n%s\n' "${from,,}" "$(tr _ ' ' <<<"${step,,}")" "${to,,}" "$why"
		done
}
states_in_page() { sed -n '/^\.\\" Made from parser\/track/,/^\.\\" End of the table/p' "$states_page" | sed '1d; $d'; }
write_states() {
	states >"$states_page.table"
	sed -i -e '/^\.\\" Made from parser\/track/,/^\.\\" End of the table/{//!d}' \
		-e "/^\.\\\\\" Made from parser\/track/r $states_page.table" "$states_page"
	rm "$states_page.table"
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

# Paths from the top of the tree, or from the page, in pages for people. NAME stands for any.
paths_named() {
	find . -path ./build -prune -o -name '*.md' -print | while read -r page; do
		grep -oE '(^|[^A-Za-z0-9_./-])(tests|parser|plugin|kpatch|packaging|fleet|man)/[A-Za-z0-9_./-]*[A-Za-z0-9_]' "$page" |
			sed -E 's/^[^A-Za-z]//' | sort -u | sed "s|^|$page |"
	done
}
missing_paths() {
	local page path
	paths_named | grep -v NAME | while read -r page path; do
		[ -e "$path" ] || [ -e "$(dirname "$page")/$path" ] || compgen -G "$path.*" >/dev/null ||
			echo "$page: no $path"
	done
}

# make as on a host where the package manager knows libmnl's package as missing, and the compiler
# finds no header.
without_library() {
	local tmp said tool package
	tmp=$(mktemp -d)
	for tool in dpkg-query:libmnl-dev rpm:libmnl-devel; do
		package=${tool#*:} tool=${tool%%:*}
		# shellcheck disable=SC2016 # for the tool made here
		printf '#!/bin/sh\ncase " $* " in *" %s "*) exit 1 ;; esac\nexec %s "$@"\n' \
			"$package" "$(command -v "$tool" || echo false)" >"$tmp/$tool"
		chmod 755 "$tmp/$tool"
	done
	command -v rpm >/dev/null || rm "$tmp/rpm"
	command -v dpkg-query >/dev/null || rm "$tmp/dpkg-query"
	said=$(PATH=$tmp:$PATH make -s B="$tmp/build" CC="cc -nostdinc" "$tmp/build/.libraries" 2>&1) &&
		echo "make succeeds without headers"
	grep -qE '(apt-get|dnf) .*libmnl-dev' <<<"$said" && ! grep -q 'zlib' <<<"$said" || echo "it prints: $said"
	rm -rf "$tmp"
}

if [ "$build" = --write ]; then
	write_states
	exit
fi
verdict "aunetlog(8) has every option of aunetlog --help" < <(options_of aunetlog | lacks aunetlog.8 netlog-fields.7)
verdict "aunetlog-packets(8) has every option of annotate and capture" < <(
	for command in annotate capture; do
		"$build/aunetlog" $command --help | grep -oE '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,'
	done | sort -u | lacks aunetlog-packets.8 aunetlog.8)
verdict "aunetlog-packets(8) has every reason" < <(
	cat parser/packet/owners.h parser/query/partner.h | sed -n 's/.*X([A-Z_]*,\t*"\([a-z-]\+\)").*/\1/p' |
		sort -u | lacks aunetlog-packets.8)
verdict "audisp-netlog(8) has every option of audisp-netlog --help" < <(options_of audisp-netlog | lacks audisp-netlog.8)
verdict "audisp-netlog.conf(5) has every key" < <(config_keys | lacks audisp-netlog.conf.5)
verdict "audisp-netlog(8) has every value of via=" < <(
	diff <(vias | sort) <(words audisp-netlog.8 | sed -n '/^.SS Values of via/,/^.SS Messages/s/^.B \([a-z-]*\)$/\1/p' | sort -u) |
		grep '^<')
verdict "audisp-netlog(8) has every key of the plugin's own lines" < <(own_keys | lacks audisp-netlog.8)
verdict "audisp-netlog(8) has every metric" < <(
	grep -ohE '"netlog_[a-z_]+"' plugin/metrics.c | tr -d '"' | sort -u | lacks audisp-netlog.8)
verdict "audisp-netlog(8) has the table of states as it is" < <(diff <(states) <(states_in_page) | grep '^[<>]')
if command -v groff >/dev/null; then
	verdict "groff has no warning about the manual pages" < <(warnings_of_groff)
else
	echo "skip - groff is not installed"
fi
verdict "CONTRIBUTING names functions that are there" < <(
	grep -oE '`[a-z_]+\(\)`(, | \()[a-z/_]+\.c' CONTRIBUTING.md | tr -d '`(),' | while read -r name file; do
		grep -qwE "$name" "$file" || grep -qwE "$name" parser/*/"$file" 2>/dev/null || echo "no $name() in $file"
	done)
verdict "CONTRIBUTING has every file of the tracker in its table, and no other" < <(
	diff <(printf '%s\n' parser/track/*.c | sed 's|.*/||; s|\.c$||; /^track$/d' | sort) \
		<(sed -n "/^### The tracker's files/,/^### Long loops/s/^| \([a-z_ ]*\) | .*/\1/p" CONTRIBUTING.md |
			tr -s ' ' '\n' | sort) | grep '^[<>]')
verdict "CONTRIBUTING names make's targets that are there" < <(
	grep -oE '`make [a-z0-9-]+' CONTRIBUTING.md README.md | sed 's/.*make //' | sort -u | while read -r target; do
		cat Makefile packaging/Makefile.inc tests/*/Makefile.inc | grep -q "^$target:" || echo "no target $target"
	done)
verdict "README has at most 120 lines" < <(awk 'END { if (NR > 120) print NR }' README.md)
verdict "README and its pages name files that are there" < <(missing_files)
verdict "paths in every .md file lead to a file" < <(missing_paths)
verdict "packages have the version of the program" < <(
	version_is packaging/debian/changelog "$(sed -n '1s/.*(\(.*\)).*/\1/p' packaging/debian/changelog)"
	version_is packaging/rpm/audit-netlog.spec "$(sed -n 's/^Version: *//p' packaging/rpm/audit-netlog.spec)")
verdict "make without a library names its package, and the command that installs it" < <(without_library)
verdict "packages are built with the libraries that make needs" < <(
	has_libraries packaging/debian/control debian_build
	has_libraries packaging/rpm/audit-netlog.spec fedora_build)
exit $failed
