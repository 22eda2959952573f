-- Set columns of rows; a row that was all zeros so far appears.
INSERT INTO {table} (key, {columns}) VALUES (?, {marks}) ON CONFLICT (key) DO UPDATE SET {assignments}
