"""What a tenant owes: meters, rate cards, rating, invoices, ledger, quotas."""
