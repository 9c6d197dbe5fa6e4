"""The demo population: the clients, contracts, TV extras and points of a made-up ISP. Written only to an empty ERP."""
