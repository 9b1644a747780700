-- The fleet's questions for one to fifty hosts, with nothing to install but DuckDB: over
-- files of the plugin's JSON, or of aunetlog --format json, one or more for each host.
--
--     duckdb fleet.db
--     SET VARIABLE files = ['web1/netlog.json', 'db1/*.json'];
--     .read /usr/share/audit-netlog/fleet/duckdb/netlog.sql
--     FROM edges;
--     FROM talked('192.0.2.7', TIMESTAMP '2026-11-28 03:12:00');
--
-- A host without host.name in its lines (aunetlog's, of a log without node=) has the name
-- of its file. To keep the lines as Parquet:
--
--     COPY (SELECT *, time::DATE AS day FROM line) TO 'netlog' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (host, day));
--
-- and to ask the Parquet files instead, from then on:
--
--     DROP TABLE line;
--     CREATE VIEW line AS FROM read_parquet('netlog/*/*/*.parquet', hive_types_autocast = false);

CREATE OR REPLACE TABLE line AS
SELECT DISTINCT
	coalesce(host.name, host.id, regexp_extract(filename, '([^/]*?)(\.json)?(\.gz|\.zst)?$', 1)) AS host,
	"@timestamp" AS time, netlog.kind AS kind, coalesce(netlog.proto, network.transport) AS proto,
	network.transport AS transport,
	CASE network.direction WHEN 'egress' THEN 'out' WHEN 'ingress' THEN 'in' END AS direction,
	CASE WHEN is_acceptor THEN destination.ip ELSE source.ip END AS local_ip,
	CASE WHEN is_acceptor THEN destination.port ELSE source.port END AS local_port,
	CASE WHEN is_acceptor THEN source.ip ELSE destination.ip END AS remote_ip,
	CASE WHEN is_acceptor THEN source.port ELSE destination.port END AS remote_port,
	-- columns, by tests/fleet/columns
	process.session_leader.pid AS sid, process.pid AS pid, "user".id AS uid, process.parent.pid AS ppid,
	netlog.opener AS opener, netlog.netns AS netns, netlog.auid AS auid, netlog.ses AS ses, process.name AS comm,
	process.executable AS exe, netlog.subj AS subj, process.command_line AS proctitle,
	process.parent.name AS pcomm, container.id AS container, kubernetes.pod.uid AS pod, systemd.unit AS unit,
	netlog.via AS via, error.code AS errno,
	-- end of columns
	event.duration / 1e9 AS dur,
	CASE WHEN is_acceptor THEN destination.bytes ELSE source.bytes END AS tx,
	CASE WHEN is_acceptor THEN source.bytes ELSE destination.bytes END AS rx,
	event.id AS id, netlog.ev AS ev
FROM (
	SELECT *, coalesce(network.direction = 'ingress' OR netlog.kind LIKE 'listen %', false) AS is_acceptor
	FROM read_json(getvariable('files'), format = 'newline_delimited', filename = true, columns = {
		"@timestamp": 'TIMESTAMP',
		-- fields, by tests/fleet/columns
		container: 'STRUCT(id VARCHAR)', destination: 'STRUCT(bytes BIGINT, ip VARCHAR, port INTEGER)',
		error: 'STRUCT(code VARCHAR)', event: 'STRUCT(dataset VARCHAR, duration BIGINT, id VARCHAR)',
		host: 'STRUCT(id VARCHAR, "name" VARCHAR)', kubernetes: 'STRUCT(pod STRUCT(uid VARCHAR))',
		netlog: 'STRUCT(auid VARCHAR, ev VARCHAR, kind VARCHAR, netns BIGINT, opener BIGINT, proto VARCHAR, ses VARCHAR, subj VARCHAR, via VARCHAR)',
		network: 'STRUCT(direction VARCHAR, transport VARCHAR)',
		process: 'STRUCT(command_line VARCHAR, executable VARCHAR, "name" VARCHAR, parent STRUCT("name" VARCHAR, pid BIGINT), pid BIGINT, session_leader STRUCT(pid BIGINT))',
		source: 'STRUCT(bytes BIGINT, ip VARCHAR, port INTEGER)', systemd: 'STRUCT(unit VARCHAR)',
		"user": 'STRUCT(id BIGINT)'
		-- end of fields
	})
	WHERE event.dataset = 'netlog.connection'
);

-- One row for each end of a connection; ended is NULL while it is open, or if its stop was
-- lost. The process is that of the start.
CREATE OR REPLACE VIEW connection AS
SELECT host, id, any_value(transport) AS transport, any_value(proto) AS proto, max(direction) AS direction,
	any_value(local_ip) AS local_ip, max(local_port) AS local_port, any_value(remote_ip) AS remote_ip,
	max(remote_port) AS remote_port,
	min(CASE WHEN kind = 'connect start' THEN time ELSE time - to_milliseconds((coalesce(dur, 0) * 1000)::BIGINT) END) AS began,
	max(CASE WHEN kind != 'connect start' THEN time END) AS ended,
	bool_or(kind = 'connect fail') AS failed, arg_min(exe, kind = 'connect stop') AS exe,
	arg_min(comm, kind = 'connect stop') AS comm, arg_min(pid, kind = 'connect stop') AS pid,
	arg_min(uid, kind = 'connect stop') AS uid, arg_min(auid, kind = 'connect stop') AS auid,
	max(tx) AS tx, max(rx) AS rx, max(errno) AS errno, max(via) AS via
FROM line
WHERE kind LIKE 'connect %'
GROUP BY host, id;

-- An address of two hosts (a container bridge) does not identify a host.
CREATE OR REPLACE VIEW shared_address AS
SELECT local_ip AS ip FROM line WHERE kind LIKE 'connect %' GROUP BY ip HAVING count(DISTINCT host) > 1;

-- Both ends of a connection: the same tuple, times that overlap within 30 seconds, the
-- nearest of several, and no third host with one of the addresses.
CREATE OR REPLACE VIEW pair AS
SELECT * FROM (
	SELECT *, row_number() OVER (PARTITION BY acceptor_host, acceptor_id ORDER BY apart) AS b_rank
	FROM (
		SELECT a.host AS opener_host, a.id AS opener_id, a.exe AS opener, a.pid AS opener_pid, a.uid AS opener_uid,
			a.local_ip AS opener_ip, a.local_port AS opener_port, b.host AS acceptor_host, b.id AS acceptor_id,
			b.exe AS acceptor, b.pid AS acceptor_pid, b.local_ip AS acceptor_ip, b.local_port AS port, a.proto,
			a.began, a.ended, a.tx, a.rx, abs(epoch_ms(b.began) - epoch_ms(a.began)) AS apart,
			row_number() OVER (PARTITION BY a.host, a.id ORDER BY abs(epoch_ms(b.began) - epoch_ms(a.began))) AS a_rank
		FROM connection a JOIN connection b ON a.transport = b.transport AND a.local_ip = b.remote_ip
			AND a.local_port = b.remote_port AND a.remote_ip = b.local_ip AND a.remote_port = b.local_port
		WHERE a.direction = 'out' AND b.direction = 'in' AND NOT a.failed
			AND b.began <= coalesce(a.ended, a.began) + INTERVAL 30 SECOND
			AND coalesce(b.ended, b.began) + INTERVAL 30 SECOND >= a.began
			AND (a.host = b.host OR (a.local_ip NOT IN (FROM shared_address) AND b.local_ip NOT IN (FROM shared_address)))
			AND (a.host = b.host OR a.local_ip NOT LIKE '127.%')
	) WHERE a_rank = 1
) WHERE b_rank = 1;

CREATE OR REPLACE VIEW edges AS
SELECT opener_host, opener, acceptor_host, acceptor, port, proto, count(*) AS connections, sum(tx) AS bytes_sent,
	sum(rx) AS bytes_received, min(began) AS first_seen, max(began) AS last_seen
FROM pair
GROUP BY ALL
ORDER BY connections DESC, opener_host, acceptor_host, port;

-- Which processes had a connection with an address at a time, on any host.
CREATE OR REPLACE MACRO talked(address, moment, margin := 60) AS TABLE
SELECT began, ended, host, proto, local_ip, local_port, direction, remote_ip, remote_port, pid, uid, auid, comm, exe, id
FROM connection
WHERE (remote_ip = address OR local_ip = address)
	AND began <= moment + to_seconds(margin) AND (ended IS NULL OR ended >= moment - to_seconds(margin))
ORDER BY began, host;

-- Edges that began after a time.
CREATE OR REPLACE MACRO new_edges(since) AS TABLE
FROM edges WHERE first_seen >= since ORDER BY first_seen;

-- Listeners that were not closed.
CREATE OR REPLACE VIEW listeners AS
SELECT host, any_value(proto) AS proto, any_value(local_ip) AS address, max(local_port) AS port,
	any_value(exe) AS exe, any_value(uid) AS uid, min(time) AS opened
FROM line
WHERE kind LIKE 'listen %'
GROUP BY host, id
HAVING NOT bool_or(kind = 'listen stop')
ORDER BY host, port;

-- One end has lines; the other is a host of these files and has none.
CREATE OR REPLACE VIEW half AS
SELECT c.host, c.direction, c.exe, c.local_ip, c.remote_ip, o.host AS other_host,
	CASE c.direction WHEN 'out' THEN c.remote_port ELSE c.local_port END AS port, count(*) AS connections
FROM connection c
JOIN (SELECT local_ip, any_value(host) AS host FROM connection WHERE local_ip NOT IN (FROM shared_address) GROUP BY local_ip) o
	ON o.local_ip = c.remote_ip
WHERE NOT c.failed AND c.transport != 'udp'
	AND NOT EXISTS (SELECT 1 FROM pair p WHERE (p.opener_host, p.opener_id) = (c.host, c.id) OR (p.acceptor_host, p.acceptor_id) = (c.host, c.id))
GROUP BY ALL
ORDER BY connections DESC;
