"""Reports for people: the dashboard's figures and revenue assurance. Reads every room's tables, writes only its own."""
