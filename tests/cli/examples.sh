#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The session in man/examples: its parts are there, and each file is what today's formats make
# of the JSON. The host's names, which JSON has and a replay leaves out or adds, do not count.
# Usage: tests/cli/examples.sh AUNETLOG
set -u
export TZ=UTC LC_ALL=C.UTF-8
tool=$(realpath "$1")
cd "$(dirname "$0")/../../man/examples" || exit 99
command -v jq >/dev/null || { echo "skip - examples: no jq here"; exit 77; }
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. ../../tests/lib.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

made() { "$tool" -if json --format "$1"; }
# The plugin's own lines, which aunetlog does not repeat.
shown() { grep -vE ' netlog (start|stop|config)|"class_uid":600[28],|"dataset":"netlog.status"|audisp-netlog\|[0-9.]+\|netlog-' "$1"; }
no_host() { sed -E 's/ node="web1"//; s/ node=web1$//; s/\tidentHostName=web1//'; }
same_text() { diff <(made "$1" | no_host) <(shown "$2" | no_host) >&2; }
same_json() { diff <(made "$1" | jq -cS "del($2)") <(shown "$1" | jq -cS "del($2)") >&2; }

for file in netlog cef leef sd rows cern sysmon hone template; do
	case $file in
	sd) format=sd:netlog@32473 ;;
	rows) format=rows:120 ;;
	template) format='template:{comm}[{pid}] {proto} {local} {dir} {remote} (uid={uid})' ;;
	*) format=$file ;;
	esac
	check "$file is what JSON makes" same_text "$format" $file
done
check "json is what it makes of itself" same_json json .host
check "ocsf is what JSON makes" same_json ocsf .device

for part in 'listen start TCP 127.0.0.1:8080 .* python3' 'connect start TCP .* -> 127.0.0.1:8080 .* curl' \
	'connect stop TCP .* -> 127.0.0.1:2222 .* ssh .* tx=[1-9]' 'connect start UDP .* -> 127.0.0.1:5353 .*/usr/bin/dig' \
	'connect fail TCP .* -> 127.0.0.1:81 .* curl .*errno=ECONNREFUSED'; do
	check "the session has: $part" grep -q " $part" netlog
done
exit $failed
