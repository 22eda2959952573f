"""How we decide as a company: press release, decisions, weekly review, signals, owners, escalations."""
