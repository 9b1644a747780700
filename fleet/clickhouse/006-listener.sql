-- Listeners, and the boots of hosts: a listener stays open for longer than rows of open are
-- kept, and ends without a line if its host crashes.

-- Starts and stops of listeners. The same host, id and kind is one row.
CREATE TABLE listener (
	host LowCardinality(String),
	boot UInt32 CODEC(ZSTD(1)),
	number UInt64 CODEC(Delta, ZSTD(1)),
	nth UInt32 CODEC(T64, ZSTD(1)),
	id_form UInt8 CODEC(ZSTD(1)),
	kind Enum8('' = 0, 'connect start' = 1, 'connect stop' = 2, 'connect fail' = 3,
		'listen start' = 4, 'listen stop' = 5) CODEC(ZSTD(1)),
	received DateTime('UTC') CODEC(Delta, ZSTD(1)),
	time DateTime('UTC') CODEC(Delta, ZSTD(1)),
	milli UInt16 CODEC(T64, ZSTD(1)),
	proto LowCardinality(String),
	local_ip FixedString(16) CODEC(ZSTD(1)),
	local_port Int32 CODEC(T64, ZSTD(1)),
	uid Int64 CODEC(ZSTD(1)),
	exe LowCardinality(String),
	unit LowCardinality(String)
) ENGINE = ReplacingMergeTree(received)
PARTITION BY toYYYYMM(received)
PRIMARY KEY (host, boot)
ORDER BY (host, boot, number, nth, id_form, kind)
TTL received + INTERVAL 400 DAY
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW line_listener TO listener AS SELECT
	host, boot, number, nth, id_form, kind, received, time, milli, proto, IPv6StringToNum(local_ip) AS local_ip,
	local_port, uid, exe, unit
FROM line WHERE kind IN ('listen start', 'listen stop');

INSERT INTO listener SELECT
	host, boot, number, nth, id_form, kind, received, time, milli, proto, local_ip, local_port, uid, exe, unit
FROM open WHERE kind = 'listen start';

INSERT INTO listener SELECT
	host, boot, number, nth, id_form, kind, received, time, milli, proto, local_ip, local_port, uid, exe, unit
FROM connection WHERE kind = 'listen stop';

-- The last line of each boot, by the host's clock and by the collector's, in seconds.
CREATE TABLE boot (
	host LowCardinality(String),
	boot UInt32,
	day Date,
	last AggregateFunction(max, UInt32),
	arrived AggregateFunction(max, UInt32)
) ENGINE = AggregatingMergeTree()
PARTITION BY toYYYYMM(day)
ORDER BY (host, boot, day)
TTL day + INTERVAL 400 DAY
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW line_boot TO boot AS SELECT
	host, boot, toStartOfMonth(received) AS day, maxState(toUInt32(time)) AS last, maxState(toUInt32(received)) AS arrived
FROM line WHERE bitAnd(id_form, 1) = 1 GROUP BY host, boot, day;

INSERT INTO boot SELECT
	host, boot, toStartOfMonth(received) AS day, maxState(toUInt32(time)) AS last, maxState(toUInt32(received)) AS arrived
FROM open WHERE bitAnd(id_form, 1) = 1 GROUP BY host, boot, day;

-- Boots that have ended: lines of another one are later by both clocks. Lines that were loaded
-- late, or a clock that was once ahead, end none.
CREATE VIEW ended_boot AS SELECT host, tupleElement(one, 1) AS boot
FROM (
	SELECT host, boots, arrayJoin(boots) AS one
	FROM (
		SELECT host, groupArray((boot, last_at, arrived_at)) AS boots
		FROM (SELECT host, boot, maxMerge(last) AS last_at, maxMerge(arrived) AS arrived_at FROM boot GROUP BY host, boot)
		GROUP BY host
	)
)
WHERE arrayExists(b -> tupleElement(b, 2) > tupleElement(one, 2) AND tupleElement(b, 3) > tupleElement(one, 3), boots);
