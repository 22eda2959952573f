-- Postings of a tenant's item, at a node or at all of them, from beyond a place on.
SELECT tenant, item, node, bucket, quantity, at, number, ordinal
FROM posting
WHERE tenant = ? AND item = ? {place} AND (number, ordinal, node, bucket) > (?, ?, ?, ?)
ORDER BY number, ordinal, node, bucket
LIMIT ?
