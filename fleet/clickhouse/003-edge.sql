-- Which process talks to which: one row for each hour, opener, acceptor, port.
--
-- fleet/hourly builds an hour as a whole from the rows of both ends, each counted once by
-- (host, id), and adds a row to edge_build when it is complete. Views read the last build
-- of each hour.
--
-- a is the end that opened the connection, b the one that accepted it. seen: both, or the
-- only end of which there is a row. Where the other end's address belongs to one host of
-- the fleet, its host is named nevertheless, with exe ''.
CREATE TABLE edge (
	hour DateTime('UTC') CODEC(ZSTD(1)),
	build UInt32 CODEC(ZSTD(1)),
	seen Enum8('both' = 0, 'out' = 1, 'in' = 2),
	a_host LowCardinality(String),
	a_exe LowCardinality(String),
	a_unit LowCardinality(String),
	a_uid Int64 CODEC(ZSTD(1)),
	a_ip FixedString(16) CODEC(ZSTD(1)),
	b_host LowCardinality(String),
	b_exe LowCardinality(String),
	b_unit LowCardinality(String),
	b_uid Int64 CODEC(ZSTD(1)),
	b_ip FixedString(16) CODEC(ZSTD(1)),
	port Int32 CODEC(ZSTD(1)),
	proto LowCardinality(String),
	connections UInt64 CODEC(T64, ZSTD(1)),
	failed UInt64 CODEC(T64, ZSTD(1)),
	tx UInt64 CODEC(T64, ZSTD(1)),
	rx UInt64 CODEC(T64, ZSTD(1)),
	first Int64 CODEC(ZSTD(1)),
	last Int64 CODEC(ZSTD(1))
) ENGINE = MergeTree()
PARTITION BY toYYYYMM(toDateTime(build))
ORDER BY (hour, build, a_host, b_host, port, proto)
TTL toDateTime(build) + INTERVAL 400 DAY
SETTINGS index_granularity = 8192;

-- ambiguous: openers whose only partner has an address of two hosts: not taken for a pair.
-- unoriented: connections whose opener is unknown at both ends; they are in no edge.
CREATE TABLE edge_build (
	hour DateTime('UTC'),
	build UInt32,
	upto DateTime('UTC'),
	pairs UInt64,
	ambiguous UInt64,
	unoriented UInt64
) ENGINE = MergeTree()
PARTITION BY toYYYYMM(toDateTime(build))
ORDER BY (hour, build)
TTL toDateTime(build) + INTERVAL 400 DAY
SETTINGS index_granularity = 8192;

-- Clock of b's host minus clock of a's, in ms, by unambiguous pairs.
CREATE TABLE skew (
	hour DateTime('UTC'),
	build UInt32,
	a_host LowCardinality(String),
	b_host LowCardinality(String),
	ms Int64,
	pairs UInt64
) ENGINE = MergeTree()
PARTITION BY toYYYYMM(toDateTime(build))
ORDER BY (hour, a_host, b_host)
TTL toDateTime(build) + INTERVAL 90 DAY
SETTINGS index_granularity = 8192;

-- The build in progress: ends by key, and pairs of them. Emptied by each build.
CREATE TABLE build_end (
	host String, boot UInt32, number UInt64, nth UInt32,
	key UInt64, direction String, local_ip FixedString(16), local_port Int32,
	remote_ip FixedString(16), remote_port Int32, proto String, exe String, unit String,
	uid Int64, start Int64, stop Int64, failed UInt8, tx Int64, rx Int64
) ENGINE = MergeTree()
PARTITION BY tuple()
ORDER BY (key, host)
SETTINGS index_granularity = 8192;

CREATE TABLE build_pair (
	key UInt64, shared UInt8, dist Int64,
	a_host String, a_boot UInt32, a_number UInt64, a_nth UInt32, a_exe String, a_unit String,
	a_uid Int64, a_ip FixedString(16), a_start Int64, a_tx Int64, a_rx Int64,
	b_host String, b_boot UInt32, b_number UInt64, b_nth UInt32, b_exe String, b_unit String,
	b_uid Int64, b_ip FixedString(16), b_start Int64, b_tx Int64, b_rx Int64,
	port Int32, proto String
) ENGINE = MergeTree()
PARTITION BY tuple()
ORDER BY (key, a_host)
SETTINGS index_granularity = 8192;
