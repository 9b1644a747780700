#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make install and make uninstall below DESTDIR: uninstall leaves the tree as it was before,
# with its directories and their modes, and a configuration that was changed.
# Usage: tests/cli/install.sh BUILD
set -u
build=$1
cd "$(dirname "$0")/../.." || exit 99
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. tests/lib.sh
for_program "$build/aunetlog"
case $build in */san) san=1 ;; *) san='' ;; esac

run() { # TARGET... of make, below $root
	make -s "$@" SAN="$san" DESTDIR="$root" >"$out" 2>"$err" </dev/null
}
listing() { find "$root" -mindepth 1 -printf '%M %P\n' | sort -k2; }
same() { listing | diff "$tmp/before" - >"$out"; }
mode_is() { [ "$(stat -c %a "$root$2")" = "$1" ]; }

root=$tmp/empty
mkdir "$root"
listing >"$tmp/before"
check "an empty tree: make install, install-extras and dkms" run install install-extras dkms
check "programs, rules and manual are there" test -x "$root/usr/sbin/audisp-netlog" -a -x "$root/usr/bin/aunetlog" \
	-a -e "$root/usr/share/audit-netlog/rules/30-netlog.rules" -a -e "$root/usr/share/man/man8/aunetlog.8"
check "/etc/audit has the mode of auditd's package" mode_is 750 /etc/audit
check "and plugins.d" mode_is 750 /etc/audit/plugins.d
check "/etc has not" mode_is 755 /etc
check "make uninstall" run uninstall
check "nothing is left" same

root=$tmp/host
mkdir -p "$root"/{etc/audit/plugins.d,etc/logrotate.d,usr/sbin,usr/bin,usr/src,usr/share/man/man4,usr/share/doc,var/log}
chmod 700 "$root/etc/audit" "$root/usr/share/doc"
echo other >"$root/etc/audit/plugins.d/other.conf"
listing >"$tmp/before"
check "a tree with directories: make install" run install install-extras dkms
check "make install once more" run install dkms
check "existing directories keep their modes" test "$(stat -c %a "$root/etc/audit" "$root/usr/share/doc" | paste -sd ' ')" = "700 700"
echo '# changed' >>"$root/etc/audit/audisp-netlog.conf"
mkdir "$root/etc/audit/rules.d"
touch "$root/etc/audit/rules.d/29-netlog-ignore.rules"
check "make uninstall" run uninstall
check "its message names the changed configuration" grep -qF "To delete them: rm -r $root/etc/audit/audisp-netlog.conf" "$out"
check "and rules of the administrator" grep -q '29-netlog-ignore.rules is loaded at every boot: delete it' "$out"
rm -r "$root/etc/audit/audisp-netlog.conf" "$root/etc/audit/rules.d"
check "everything else is as before, empty directories too" same
check "make uninstall of nothing" run uninstall
check "changes nothing" same
exit $failed
