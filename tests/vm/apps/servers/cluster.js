// SPDX-License-Identifier: GPL-2.0-or-later
// cluster.js PORT: two workers that accept on a passed listener themselves.
const cluster = require('cluster');
const net = require('net');

cluster.schedulingPolicy = cluster.SCHED_NONE;
if (cluster.isMaster) {
	cluster.fork();
	cluster.fork();
} else {
	net.createServer((c) => c.pipe(c)).listen(Number(process.argv[2]), '127.0.0.1');
}
