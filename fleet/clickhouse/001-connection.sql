-- Lines as they arrive, and the tables that keep them.
--
-- Names and units are those of netlog-fields(7); an address is two columns, as in local_ip
-- and local_port. Unknown is -1 in a number, '' in a text, and ffff:…:ffff in an address;
-- an unset login user or session is 4294967295, as in audit. time has seconds and milli the
-- rest, since not every version has a type for both.

-- Rows that fleet/load inserts. Keeps nothing: the views below pass rows on, except a row of kind
-- '', by which fleet/load tests whether the server takes rows at all.
CREATE TABLE line (
	host String, sender String, received DateTime('UTC'), time DateTime('UTC'), milli UInt16,
	kind Enum8('' = 0, 'connect start' = 1, 'connect stop' = 2, 'connect fail' = 3,
		'listen start' = 4, 'listen stop' = 5),
	proto String, direction Enum8('-' = 0, 'out' = 1, 'in' = 2),
	local_ip String, local_port Int32,
	remote_ip String, remote_port Int32, sid Int64, pid Int64, uid Int64, comm String,
	exe String, auid Int64, ses Int64, ppid Int64, subj String, proctitle String,
	pcomm String, opener Int64, netns Int64, container String, pod String, unit String,
	via String, errno String, dur Int64, tx Int64, rx Int64, unseen UInt8,
	incomplete UInt8, boot UInt32, number UInt64, nth UInt32, id_form UInt8, key UInt64,
	ev_serial UInt64, ev_lag Int64
) ENGINE = Null;

-- One row for each end of a connection that was closed or failed, and for each listener
-- that was closed. Written when it ends: it began dur milliseconds before.
--
-- id= is boot, number and nth (id_form: 1 has a boot id, 2 number is an audit serial,
-- 4 the line had no id: number is a digest of the line). key is the first 8 bytes of the
-- Community ID, both ends' join key: 0 if unknown, and mixed with the host for loopback.
-- Partitions and TTL follow received, which is the collector's clock, so that a host with a
-- wrong one loses nothing.
CREATE TABLE connection (
	host LowCardinality(String),
	time DateTime('UTC') CODEC(Delta, ZSTD(1)),
	milli UInt16 CODEC(T64, ZSTD(1)),
	kind Enum8('' = 0, 'connect start' = 1, 'connect stop' = 2, 'connect fail' = 3,
		'listen start' = 4, 'listen stop' = 5) CODEC(ZSTD(1)),
	boot UInt32 CODEC(ZSTD(1)),
	number UInt64 CODEC(Delta, ZSTD(1)),
	nth UInt32 CODEC(T64, ZSTD(1)),
	id_form UInt8 CODEC(ZSTD(1)),
	received DateTime('UTC') CODEC(Delta, ZSTD(1)),
	sender LowCardinality(String),
	proto LowCardinality(String),
	direction Enum8('-' = 0, 'out' = 1, 'in' = 2) CODEC(ZSTD(1)),
	local_ip FixedString(16) CODEC(ZSTD(1)),
	local_port Int32 CODEC(T64, ZSTD(1)),
	remote_ip FixedString(16) CODEC(ZSTD(1)),
	remote_port Int32 CODEC(T64, ZSTD(1)),
	key UInt64 CODEC(NONE),
	sid Int64 CODEC(T64, ZSTD(1)),
	pid Int64 CODEC(T64, ZSTD(1)),
	ppid Int64 CODEC(T64, ZSTD(1)),
	opener Int64 CODEC(ZSTD(1)),
	uid Int64 CODEC(ZSTD(1)),
	auid Int64 CODEC(ZSTD(1)),
	ses Int64 CODEC(T64, ZSTD(1)),
	comm LowCardinality(String),
	exe LowCardinality(String),
	proctitle String CODEC(ZSTD(3)),
	pcomm LowCardinality(String),
	subj LowCardinality(String),
	netns Int64 CODEC(ZSTD(1)),
	container String CODEC(ZSTD(1)),
	pod String CODEC(ZSTD(1)),
	unit LowCardinality(String),
	via LowCardinality(String),
	errno LowCardinality(String),
	dur Int64 CODEC(T64, ZSTD(1)),
	tx Int64 CODEC(T64, ZSTD(1)),
	rx Int64 CODEC(T64, ZSTD(1)),
	unseen UInt8 CODEC(ZSTD(1)),
	incomplete UInt8 CODEC(ZSTD(1)),
	ev_serial UInt64 CODEC(Delta, ZSTD(1)),
	ev_lag Int64 CODEC(T64, ZSTD(1)),
	INDEX by_time time TYPE minmax GRANULARITY 1,
	INDEX by_remote remote_ip TYPE bloom_filter(0.01) GRANULARITY 4,
	INDEX by_local local_ip TYPE bloom_filter(0.01) GRANULARITY 4
) ENGINE = ReplacingMergeTree()
PARTITION BY toYYYYMMDD(received)
PRIMARY KEY (host, time)
ORDER BY (host, time, milli, number, nth, boot, kind)
TTL received + INTERVAL 90 DAY
SETTINGS index_granularity = 8192;

-- Each start: open connections, and connections that began, before their rows in connection.
CREATE TABLE open (
	host LowCardinality(String),
	time DateTime('UTC') CODEC(Delta, ZSTD(1)),
	milli UInt16 CODEC(T64, ZSTD(1)),
	kind Enum8('' = 0, 'connect start' = 1, 'connect stop' = 2, 'connect fail' = 3,
		'listen start' = 4, 'listen stop' = 5) CODEC(ZSTD(1)),
	boot UInt32 CODEC(ZSTD(1)),
	number UInt64 CODEC(Delta, ZSTD(1)),
	nth UInt32 CODEC(T64, ZSTD(1)),
	id_form UInt8 CODEC(ZSTD(1)),
	received DateTime('UTC') CODEC(Delta, ZSTD(1)),
	sender LowCardinality(String),
	proto LowCardinality(String),
	direction Enum8('-' = 0, 'out' = 1, 'in' = 2) CODEC(ZSTD(1)),
	local_ip FixedString(16) CODEC(ZSTD(1)),
	local_port Int32 CODEC(T64, ZSTD(1)),
	remote_ip FixedString(16) CODEC(ZSTD(1)),
	remote_port Int32 CODEC(T64, ZSTD(1)),
	key UInt64 CODEC(NONE),
	sid Int64 CODEC(T64, ZSTD(1)),
	pid Int64 CODEC(T64, ZSTD(1)),
	ppid Int64 CODEC(T64, ZSTD(1)),
	uid Int64 CODEC(ZSTD(1)),
	auid Int64 CODEC(ZSTD(1)),
	ses Int64 CODEC(T64, ZSTD(1)),
	comm LowCardinality(String),
	exe LowCardinality(String),
	proctitle String CODEC(ZSTD(3)),
	pcomm LowCardinality(String),
	subj LowCardinality(String),
	netns Int64 CODEC(ZSTD(1)),
	container String CODEC(ZSTD(1)),
	pod String CODEC(ZSTD(1)),
	unit LowCardinality(String),
	via LowCardinality(String),
	unseen UInt8 CODEC(ZSTD(1)),
	ev_serial UInt64 CODEC(Delta, ZSTD(1)),
	ev_lag Int64 CODEC(T64, ZSTD(1)),
	INDEX by_time time TYPE minmax GRANULARITY 1,
	INDEX by_remote remote_ip TYPE bloom_filter(0.01) GRANULARITY 4,
	INDEX by_local local_ip TYPE bloom_filter(0.01) GRANULARITY 4
) ENGINE = ReplacingMergeTree()
PARTITION BY toYYYYMMDD(received)
PRIMARY KEY (host, time)
ORDER BY (host, time, milli, number, nth, boot, kind)
TTL received + INTERVAL 30 DAY
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW line_connection TO connection AS SELECT
	host, time, milli, kind, boot, number, nth, id_form, received, sender, proto,
	direction, IPv6StringToNum(local_ip) AS local_ip, local_port,
	IPv6StringToNum(remote_ip) AS remote_ip, remote_port, key, sid, pid, ppid, opener,
	uid, auid, ses, comm, exe, proctitle, pcomm, subj, netns, container, pod, unit, via,
	errno, dur, tx, rx, unseen, incomplete, ev_serial, ev_lag
FROM line WHERE kind IN ('connect stop', 'connect fail', 'listen stop');

CREATE MATERIALIZED VIEW line_open TO open AS SELECT
	host, time, milli, kind, boot, number, nth, id_form, received, sender, proto,
	direction, IPv6StringToNum(local_ip) AS local_ip, local_port,
	IPv6StringToNum(remote_ip) AS remote_ip, remote_port, key, sid, pid, ppid, uid, auid,
	ses, comm, exe, proctitle, pcomm, subj, netns, container, pod, unit, via, unseen,
	ev_serial, ev_lag
FROM line WHERE kind IN ('connect start', 'listen start');
