"""The demo population: a made-up ISP's clients, contracts, TV extras and points. Writes into an empty demo ERP only."""
