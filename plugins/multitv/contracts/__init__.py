"""Packages and points of a client plan, as a person changes them. Reads erp, writes tv."""
