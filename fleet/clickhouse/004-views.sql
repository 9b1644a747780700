-- Views for people and dashboards: addresses, times and ids as text, unknown as '-', each
-- line once. fleet/ask has the questions that take values.

CREATE VIEW connections AS SELECT
	time, WHEN(MS(time, milli)) AS at,
	host, kind, TEXT(proto) AS protocol, direction,
	IP(local_ip) AS local,
	local_port,
	IP(remote_ip) AS remote,
	remote_port, pid, uid, auid, comm, exe, proctitle, unit, container, pod, via, errno,
	dur, tx, rx,
	ID(id_form, boot, number, nth) AS id,
	received, sender
FROM connection FINAL;

CREATE VIEW edges AS SELECT
	hour, seen, TEXT(a_host) AS opener_host, TEXT(a_exe) AS opener,
	IP(a_ip) AS opener_ip, a_uid AS opener_uid,
	a_unit AS opener_unit, TEXT(b_host) AS acceptor_host,
	TEXT(b_exe) AS acceptor,
	IP(b_ip) AS acceptor_ip,
	b_uid AS acceptor_uid, b_unit AS acceptor_unit, port, proto, connections, failed, tx, rx,
	toDateTime(intDiv(first, 1000)) AS first_seen, toDateTime(intDiv(last, 1000)) AS last_seen
FROM edge
WHERE (hour, build) IN (SELECT hour, max(build) FROM edge_build GROUP BY hour);

-- One end has a row, the other host is in the fleet and has none: blind, losing, or NAT.
CREATE VIEW blind AS SELECT
	hour, seen, a_host AS opener_host, a_exe AS opener, b_host AS acceptor_host, b_exe AS acceptor,
	IP(b_ip) AS acceptor_ip,
	port, proto, connections
FROM edge
WHERE (hour, build) IN (SELECT hour, max(build) FROM edge_build GROUP BY hour)
	AND seen != 'both' AND connections > 0 AND a_host != '' AND b_host != '' AND proto != 'UDP';

CREATE VIEW losses AS SELECT
	host, sender, toStartOfHour(time) AS hour, word, what, sum(lost) AS lost_count
FROM (SELECT host, sender, min(time) AS time, id, word, what, max(lost) AS lost FROM loss
	GROUP BY host, sender, id, word, what)
WHERE lost > 0
GROUP BY host, sender, hour, word, what;

CREATE VIEW hosts AS SELECT
	host, max(received) AS heard, max(heard.time) AS clock, groupUniqArray(sender) AS senders
FROM heard GROUP BY host;
