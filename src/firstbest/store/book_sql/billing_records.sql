-- Records of a kind, or all, in order: (kind or '', the same).
SELECT number, kind, label, body FROM record WHERE ? = '' OR kind = ? ORDER BY number
