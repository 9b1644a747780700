/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/begun: connections that the kernel's side reported, for the calls of the rules.
 * Each record belongs to one call. If it joined the call's event, it belongs to that one, whatever
 * the rules take its socket for (dup2 is not audited). Else it belongs to a call of the same
 * process with the same direction, peer, protocol and local port, as far as both are known.
 * Neither side knows what the other calls the descriptor.
 *
 * The peer is not compared on a host where a program in the kernel (cgroup BPF) replaces it, nor
 * where no record joins a call: there nothing would show such a program.
 */
#ifndef NETLOG_BEGUN_H
#define NETLOG_BEGUN_H

#include "parser/track/conn.h"
#include "parser/track/node.h"

/* A connect or accept of the rules. */
struct begun_call {
	int64_t pid;
	int64_t since;		/* ms; its record is not older */
	int64_t at;		/* ms; as far as is known, it is not older than this, either */
	uint64_t serial;
	uint64_t attempt;	/* its first event, if it did not wait; 0: none */
	struct netaddr remote;
	int proto;		/* PROTO_UNKNOWN */
	uint16_t local_port;	/* 0: not known */
	bool inbound;
};

/* f: a record that a connection begins. */
void begun_add(struct node *n, const struct event *f);
/* Returns true if the record of the call is known. It then belongs to that call alone. Returns
 * true as well if the record may have been forgotten, or if the call may be one of a datagram
 * socket that has no record. */
bool begun_take(struct node *n, const struct begun_call *call);
/* Takes the record with the number of the connect f of the rules. Returns false if none has it. */
bool begun_take_joined(struct node *n, const struct event *f);
/* Returns true if peers of connects are compared. */
bool begun_compares(const struct node *n);

#endif
