#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The container, its name, the pod and the unit of living processes in real control groups,
# named as docker, containerd, CRI-O, podman and kubelet name theirs, with the state files of
# these programs. In a mount namespace, so that the host's containers are not seen.
# Usage: tests/cli/context.sh PLUGIN
set -u
export TZ=UTC LC_ALL=C.UTF-8
plugin=$(realpath "$1") top=$(realpath "$(dirname "$0")/../..")

[ "$(id -u)" = 0 ] || { echo "skip - context: needs root"; exit 77; }
[ "$(readlink /proc/self/ns/pid)" = 'pid:[4026531836]' ] ||
	{ echo "skip - context: not the initial pid namespace"; exit 77; }
groups=$(findmnt -rno TARGET -t cgroup2 | head -n 1)
if [ "${INSIDE:-}" != 1 ]; then
	if ! { [ -n "$groups" ] && mkdir "$groups/netlog-test-$$" && rmdir "$groups/netlog-test-$$"; } 2>/dev/null; then
		echo "skip - context: no control groups of version 2 that can be made here"
		exit 77
	fi
	unshare -m true 2>/dev/null || { echo "skip - context: no mount namespaces here"; exit 77; }
	INSIDE=1 exec unshare -m "$0" "$plugin"
fi

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$top/tests/lib.sh"
tmp=$(mktemp -d) base=$groups/netlog-test-$$ pids=''
cleanup() {
	for p in $pids; do kill -KILL "$p"; wait "$p"; done
	find "$base" -depth -type d -exec rmdir {} \;
	rm -rf "$tmp"
} 2>/dev/null
trap cleanup EXIT
mount -t tmpfs netlog-test /var/lib && mount -t tmpfs netlog-test /run || exit 99

hex() { printf "%s%063x" "$1" 7; }	# a container's id
pod=0a1b2c3d-1111-2222-3333-444455556666

# inside PATH: a process in that control group; its number is in $inside
inside() {
	mkdir -p "$base/$1" || exit 99
	sh -c 'echo $$ >"$1/cgroup.procs" && exec sleep 100' sh "$base/$1" &
	inside=$!
	pids+=" $inside"
	wait_for grep -q "^0::.*/netlog-test-$$/$1$" "/proc/$inside/cgroup"
}
state() { mkdir -p "${1%/*}" && cat >"$1"; }	# FILE
record() {	# PID: it accepted a connection just now
	printf 'type=KERNEL msg=audit(%s:%d): netlog=1 op=accept ino=%d proto=6 family=2 state=1 laddr=192.0.2.5 lport=80 faddr=198.51.100.7 fport=%d netns=4026531840 mono=1000000 sid=1 ppid=%d pid=%d auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=3 comm="sleep" exe="/bin/sleep" subj=unconfined\n' \
		"$(date +%s.%3N)" "$1" "$1" $((40000 + $1 % 1000)) $$ "$1"
}

# runs NAME PATH WANT
names=() wants=() records=$tmp/records
runs() {
	inside "$2"
	record "$inside" >>"$records"
	names+=("$1 $inside") wants+=("$3")
}

state "/var/lib/docker/containers/$(hex 1)/config.v2.json" <<<'{"Name":"/web","State":{"Running":true}}'
runs "docker, systemd" "system.slice/docker-$(hex 1).scope" "container=$(hex 1) ctrname=web"
runs "docker, cgroupfs" "docker/$(hex 1)/init" "container=$(hex 1) ctrname=web"
state "/run/containerd/io.containerd.runtime.v2.task/k8s.io/$(hex 2)/config.json" \
	<<<'{"annotations":{"io.kubernetes.cri.container-name":"api"}}'
runs "kubelet with containerd" \
	"kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${pod//-/_}.slice/cri-containerd-$(hex 2).scope" \
	"container=$(hex 2) ctrname=api pod=$pod"
state "/run/containers/storage/overlay-containers/$(hex 3)/userdata/config.json" \
	<<<'{"annotations":{"io.kubernetes.container.name":"db"}}'
runs "kubelet with CRI-O" "kubepods.slice/kubepods-pod${pod//-/_}.slice/crio-$(hex 3).scope/container" \
	"container=$(hex 3) ctrname=db pod=$pod"
runs "kubelet, cgroupfs" "kubepods/besteffort/pod$pod/$(hex 2)" "container=$(hex 2) ctrname=api pod=$pod"
state /var/lib/containers/storage/overlay-containers/containers.json \
	<<<"[{\"id\":\"$(hex 5)\",\"names\":[\"other\"]},{\"id\":\"$(hex 4)\",\"names\":[\"pod man\"]}]"
runs "podman" "machine.slice/libpod-$(hex 4).scope/container" "container=$(hex 4) ctrname=pod\\x20man"
runs "podman's monitor" "machine.slice/libpod-conmon-$(hex 4).scope" "unit=libpod-conmon-$(hex 4).scope"
state "/run/containerd/io.containerd.runtime.v2.task/default/$(hex 6)/config.json" \
	<<<'{"annotations":{"nerdctl/name":"job"}}'
runs "nerdctl" "system.slice/nerdctl-$(hex 6).scope" "container=$(hex 6) ctrname=job"
runs "a container without a state file" "system.slice/docker-$(hex 9).scope" "container=$(hex 9)"
runs "a service" "system.slice/nginx.service" "unit=nginx.service"
runs "a template's instance" "system.slice/system-getty.slice/getty@tty1.service" "unit=getty@tty1.service"

printf '[log]\nfile =\n[output]\nsyslog = no\nstdout = yes\n[kernel]\nsource = none\n[sockdiag]\nuse = no\n[context]\nuse = yes\n' >"$tmp/conf"
err=$tmp/err out=$tmp/out
"$plugin" -c "$tmp/conf" <"$records" >"$out" 2>"$err"
# of PID: its fields of [context], without the parent's name
of() { grep " connect start .* 1 $1 0 sleep " "$out" |
	grep -oE ' (container|ctrname|pod|unit)=[^ ]*' | tr -d '\n' | cut -c 2-; }
for i in "${!names[@]}"; do
	check "${names[i]% *}: ${wants[i]}" [ "$(of "${names[i]##* }")" = "${wants[i]}" ]
done
check "the parent's name" grep -q " pcomm=context.sh " "$out"
exit $failed
