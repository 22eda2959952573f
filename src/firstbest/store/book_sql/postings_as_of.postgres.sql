-- Sums of postings of pairs of item and node (a list each) below a number, by account.
SELECT wanted.pair - 1, posting.bucket, SUM(posting.quantity)::bigint
FROM unnest(?::bigint[], ?::bigint[]) WITH ORDINALITY AS wanted (item, node, pair)
JOIN posting ON posting.item = wanted.item AND posting.node = wanted.node
WHERE posting.number < ? {mine}
GROUP BY wanted.pair, posting.bucket
ORDER BY wanted.pair, posting.bucket
