-- Clocks: by how much the second host's is ahead of the first's, from pairs of the last day.
-- arg since time -1d: begin of the span
-- arg host text "": one of the hosts, exactly
-- arg least number 0: milliseconds at least, in either direction
-- arg limit number 1000: rows at most
SELECT a_host AS opener_host, b_host AS acceptor_host, toInt64(quantile(0.5)(skew.ms)) AS ms, sum(skew.pairs) AS pairs
FROM skew
WHERE hour >= toDateTime(greatest(ARG(since) - 3599, 0)) AND (ARG(host) = '' OR a_host = ARG(host) OR b_host = ARG(host))
GROUP BY a_host, b_host
HAVING abs(ms) >= ARG(least)
ORDER BY abs(ms) DESC, a_host, b_host
LIMIT ARG(limit)
