"""Billing of a due date: events, standard billing, settlement. Reads erp and tv, writes billing and finance."""
