-- Hosts: the addresses they have, when they were last heard, and what they lost.

-- Local addresses by host and day. An address that two hosts have (a container bridge, a
-- floating address) does not identify a host.
CREATE TABLE address (
	day Date,
	ip FixedString(16),
	host LowCardinality(String)
) ENGINE = ReplacingMergeTree()
PARTITION BY toYYYYMM(day)
ORDER BY (day, ip, host)
TTL day + INTERVAL 90 DAY
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW line_address TO address AS SELECT
	toDate(received) AS day, IPv6StringToNum(local_ip) AS ip, host
FROM line
WHERE kind IN ('connect start', 'connect stop', 'connect fail') AND local_ip NOT IN ('::',
	'::ffff:0.0.0.0', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')
GROUP BY day, ip, host;

-- When each host, by each sender, was last heard, hour by hour: by the collector's clock and by
-- its own.
CREATE TABLE heard (
	hour DateTime('UTC'),
	host LowCardinality(String),
	sender LowCardinality(String),
	received DateTime('UTC'),
	time DateTime('UTC')
) ENGINE = ReplacingMergeTree(received)
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, host, sender)
TTL hour + INTERVAL 90 DAY
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW line_heard TO heard AS SELECT
	toStartOfHour(received) AS hour, host, sender, received, time
FROM line WHERE kind != '' ORDER BY time DESC LIMIT 1 BY host, sender;

-- netlog lost, one row for each key that is not 0, and the plugin's other notes with
-- what = '' and their text. id is a digest of the line.
CREATE TABLE note (
	host String, sender String, received DateTime('UTC'), time DateTime('UTC'), milli UInt16, id UInt64,
	word String, what String, lost UInt64, text String
) ENGINE = Null;

CREATE TABLE loss (
	host LowCardinality(String),
	time DateTime('UTC') CODEC(Delta, ZSTD(1)),
	milli UInt16 CODEC(T64, ZSTD(1)),
	id UInt64 CODEC(NONE),
	received DateTime('UTC') CODEC(Delta, ZSTD(1)),
	sender LowCardinality(String),
	word LowCardinality(String),
	what LowCardinality(String),
	lost UInt64 CODEC(T64, ZSTD(1)),
	text String CODEC(ZSTD(3))
) ENGINE = ReplacingMergeTree()
PARTITION BY toYYYYMM(received)
PRIMARY KEY (host, time)
ORDER BY (host, time, milli, id, word, what)
TTL received + INTERVAL 400 DAY
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW note_loss TO loss AS SELECT
	host, time, milli, id, received, sender, word, what, lost, text
FROM note;

CREATE MATERIALIZED VIEW note_heard TO heard AS SELECT
	toStartOfHour(received) AS hour, host, sender, received, time
FROM note ORDER BY time DESC LIMIT 1 BY host, sender;
