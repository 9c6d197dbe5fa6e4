"""Events, standard billing and settlement of a due date. Reads erp and tv, writes billing and finance."""
