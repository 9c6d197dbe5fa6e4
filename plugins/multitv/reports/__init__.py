"""What people look at: figures of the dashboard, revenue assurance. Reads every room's tables, writes only its own."""
