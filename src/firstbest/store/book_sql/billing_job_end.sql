-- What became of a job: (state, cpu_ms, number).
UPDATE job SET state = ?, cpu_ms = ? WHERE number = ?
