# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/image/guest.sh: functions that check puts before its commands in the machine.

# until_true SECONDS COMMAND...
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.3
	done
}

auditd_pid() { cat /run/auditd.pid 2>/dev/null || cat /run/audit/auditd.pid; }
plugin_pid() { pgrep -x -P "$(auditd_pid)" audisp-netlog; }
plugin_runs() { plugin_pid >/dev/null; }
journal() { journalctl -b -q -o cat -t audisp-netlog "$@"; }
source_is() { journal | grep -oE ' source=[a-z0-9+_]*' | tail -n 1 | grep -qx " source=$1"; }

# probe NUMBER: one connection to a closed port and one to sshd, by a process named probe,
# for which $probe_pid and the port 9 are looked for.
# A kernel that refuses some of BPF gets lines with less in them.
bpf_is_whole() { ! journal | grep "BPF cannot"; }
make_probe() { [ -x /usr/local/bin/probe ] || cp /bin/bash /usr/local/bin/probe; }
probe() {
	make_probe
	probe_pid=$(/usr/local/bin/probe -c 'echo $$; exec 3<>/dev/tcp/127.0.0.1/9' 2>/dev/null)
	/usr/local/bin/probe -c 'exec 3<>/dev/tcp/127.0.0.1/22; exec 3>&-' 2>/dev/null
}

# The line of the refused connection, with every value that a right line has; PORT a
# pattern of the local port.
right_line() {
	journal | grep -E "^connect fail TCP 127\.0\.0\.1:${PORT:-[0-9]+} -> 127\.0\.0\.1:9 [0-9]+ $probe_pid 0 probe exe=/usr/local/bin/probe .*errno=ECONNREFUSED" | tail -n 1 | grep .
}

# first_line [SECONDS]: connections, until one has its right line.
first_line() {
	local end=$((SECONDS + ${1:-20}))
	while [ $SECONDS -lt $end ]; do
		probe
		! until_true 3 right_line || return 0
	done
	return 1
}

# Lines about the probes in each output, without the text that the output adds.
of_probe() { grep -E ' (probe|netlog) ' | grep ' probe ' | sed 's/ time=[^ ]*$//'; }
in_journal() { journal | of_probe; }
in_auth_log() { sed -n 's/^.* audisp-netlog\[[0-9]*\]: //p' /var/log/auth.log | of_probe; }
in_file() { cut -c 25- /var/log/netlog.log | of_probe; }
# Frames with octet counting, without newlines: LENGTH, a blank, LENGTH bytes.
frames() { perl -0777 -ne 'while (/\G(\d+) /gc) { my $n = $1; print substr($_, pos, $n), "\n"; pos($_) += $n }' /var/log/collector; }
in_collector() {
	frames | sed -nE 's/^<[0-9]+>1 [^ ]+ [^ ]+ audisp-netlog [0-9]+ [^ ]+ (-|\[[^]]*\]) (\xef\xbb\xbf)?//p' | of_probe
}

files() {
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /root \
		-o -path /var/cache -o -path /var/log/journal -o -path /var/lib/dpkg -o -path /var/lib/apt \
		-o -path /var/lib/systemd -o -path /var/lib/private -o -path /var/tmp \) -prune -o -printf '%M %u %g %p\n' | sort -k4
}
