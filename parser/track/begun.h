/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/begun: connections that the kernel's side reported, for the calls of the rules.
 * Each record belongs to one call. If it joined the call's event, it belongs to that one, whatever
 * the rules take its socket for (dup2 is not audited). Else it belongs to a call of the same
 * process with the same direction, peer, protocol and local port, as far as both are known.
 * Neither side has the other's name for the socket: rules have descriptors, records have cookies.
 *
 * The peer is not compared on a host where a cgroup BPF program replaces peers, nor where no
 * record joins a call, because such a program would then go unnoticed.
 */
#ifndef NETLOG_BEGUN_H
#define NETLOG_BEGUN_H

#include "parser/track/conn.h"
#include "parser/track/node.h"

/* A connect or accept of the rules. */
struct begun_call {
	int64_t pid;
	int64_t since;		/* ms: its record is not older */
	int64_t at;		/* ms: its record is probably not older than this, either */
	uint64_t serial;
	uint64_t attempt;	/* first event of a non-blocking connect; 0: none */
	struct netaddr remote;
	int proto;		/* PROTO_UNKNOWN */
	uint16_t local_port;	/* 0: not known */
	bool inbound;
};

/* Adds f, the record of a new connection. */
void begun_add(struct node *n, const struct event *f);
/* Returns true if the record of the call is known; the record then belongs to that call alone.
 * Also returns true if the record may have been evicted, or if the call may be that of a datagram
 * socket without a record. */
bool begun_take(struct node *n, const struct begun_call *call);
/* Takes the record with the serial of f, a connect of the rules. Returns false if there is none. */
bool begun_take_joined(struct node *n, const struct event *f);
/* Returns true if peers of connects are compared. */
bool begun_compares(const struct node *n);

#endif
