"""What a person changes: packages and points of a client plan, the TV tab of a service plan. Reads erp, writes tv."""
