-- What was lost, rejected or is missing, by host, place and hour. word missing is what the
-- numbers of sequence = yes say is not here: a gap, with what plugin= reports, or the end of
-- a run that another followed.
-- arg since time -1d: begin of the span
-- arg until time now: end of the span
-- arg host text "": host, exactly
-- arg limit number 1000: rows at most
SELECT WHEN(toInt64(toUInt32(hour)) * 1000) AS hour, TEXT(host) AS host, TEXT(sender) AS sender, word, TEXT(what) AS what, sum(lost) AS total
FROM (
	SELECT toStartOfHour(min(received)) AS hour, host, sender, id, word, what, max(loss.lost) AS lost FROM loss
	WHERE received BETWEEN toDateTime(ARG(since)) AND toDateTime(ARG(until)) AND (ARG(host) = '' OR host = ARG(host))
	GROUP BY host, sender, id, word, what
	UNION ALL
	SELECT toStartOfHour(toDateTime(at)) AS hour, host, '' AS sender, run AS id, 'missing' AS word, what, lost FROM missing
	WHERE at BETWEEN ARG(since) AND ARG(until) AND (ARG(host) = '' OR host = ARG(host))
)
WHERE lost > 0
GROUP BY hour, host, sender, word, what
ORDER BY hour, host, what
LIMIT ARG(limit)
