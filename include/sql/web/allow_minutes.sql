-- Lets the statements of this transaction take longer than a page may: somebody downloads what they read.
set local statement_timeout = '3min'
