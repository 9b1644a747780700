/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/enrich/container: interprets the path of a control group: container, pod and systemd
 * unit, as docker, podman, containerd, CRI-O, kubelet, LXC and systemd-nspawn name their
 * groups. Pure.
 */
#ifndef NETLOG_CONTAINER_H
#define NETLOG_CONTAINER_H

/* Texts are empty where the path has none. */
struct container {
	char id[72];   /* 64 hex digits, or the name of LXC and nspawn */
	char pod[48];  /* uid of the pod, with dashes */
	char unit[96]; /* of the host's systemd; not that of a container's own scope */
};

/* text: a process's /proc/PID/cgroup, of version 1 or 2. */
void container_parse(const char *text, struct container *c);

#endif
