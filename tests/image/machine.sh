# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/image/machine.sh: a machine with systemd from a disk that tests/image/make made.
# Sourced by check, which sets $image (the directory of make), $disk (a copy of its disk,
# written to) and $work. The machine has one processor, since QEMU 7.2 crashes where code
# is patched while another one runs it, and a network that ends at this machine: a free
# port of 127.0.0.1 leads to its sshd.
#
# shellcheck disable=SC2154 # image, disk, work

machine=''

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

ssh_options=(-q -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes
	-o ConnectTimeout=60 -o ServerAliveInterval=60)

# as USER COMMAND: a login of its own.
as() {
	timeout 120 ssh "${ssh_options[@]}" -i "$image/key" -p "$port" "$1@127.0.0.1" "$2"
}

# guest COMMAND: runs it as root, in a session that stays open until the machine ends.
guest() {
	timeout "${GUEST_SECONDS:-900}" ssh "${ssh_options[@]}" -o ControlMaster=auto -o ControlPersist=yes \
		-o ControlPath="$work/ssh" -i "$image/key" -p "$port" root@127.0.0.1 "$1"
}

machine_alive() { [ -n "$machine" ] && kill -0 "$machine" 2>/dev/null; }

# machine_start KERNEL [ARGUMENT...]: boots and waits for sshd, unless a machine with the
# same kernel and arguments runs. KERNEL is a directory of the image; the arguments are for
# the kernel's command line.
machine_start() {
	local kernel=$image/$1 began=$SECONDS
	[ "${running:-}" != "$*" ] || ! machine_alive || return 0
	machine_stop
	running=$*
	shift
	port=$(free_port)
	rm -f "$work/ssh"
	qemu-system-x86_64 -nodefaults -display none -m 1024 -smp 1 \
		-accel "${ACCEL:-tcg}" -cpu "$([ "${ACCEL:-tcg}" = tcg ] && echo max,la57=off || echo host)" \
		-kernel "$kernel/vmlinux" -initrd "$kernel/initrd" \
		-append "console=ttyS0 loglevel=4 panic=-1 mitigations=off no_timer_check net.ifnames=0 systemd.show_status=0 $*" \
		-drive "file=$disk,format=raw,if=virtio,cache=unsafe" -serial "file:$work/console" \
		-netdev "user,id=n,restrict=on,hostfwd=tcp:127.0.0.1:$port-:22" -device virtio-net-pci,netdev=n \
		-device virtio-rng-pci >"$work/qemu" 2>&1 </dev/null &
	machine=$!
	machine_reached || { tail -n 20 "$work/qemu" "$work/console"; return 1; }
	echo "# booted $(cat "$kernel/version") $* in $((SECONDS - began)) s"
}

machine_reached() {
	local until=$((SECONDS + ${BOOT_SECONDS:-900}))
	until guest true 2>/dev/null; do
		if [ $SECONDS -gt $until ] || ! machine_alive; then return 1; fi
		read -rt 1 <>"$work/never" || true
	done
}

machine_reboot() {
	local old
	old=$(guest 'cat /proc/sys/kernel/random/boot_id') || return 1
	guest 'systemctl reboot' >/dev/null 2>&1
	ssh "${ssh_options[@]}" -o ControlPath="$work/ssh" -O exit -p "$port" root@127.0.0.1 2>/dev/null
	local until=$((SECONDS + ${BOOT_SECONDS:-900})) new
	while :; do
		new=$(guest 'cat /proc/sys/kernel/random/boot_id' 2>/dev/null) || new=''
		[ -z "$new" ] || [ "$new" = "$old" ] || return 0
		if [ $SECONDS -gt $until ] || ! machine_alive; then return 1; fi
		read -rt 1 <>"$work/never" || true
	done
}

machine_stop() {
	[ -n "$machine" ] || return 0
	guest 'systemctl poweroff' >/dev/null 2>&1
	local until=$((SECONDS + 120))
	while machine_alive && [ $SECONDS -lt $until ]; do
		read -rt 1 <>"$work/never" || true
	done
	machine_kill
}

machine_kill() {
	[ -n "$machine" ] || return 0
	kill "$machine" 2>/dev/null
	wait "$machine" 2>/dev/null
	machine=''
}
