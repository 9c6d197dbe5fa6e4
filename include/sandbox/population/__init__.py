"""The demo population: the clients, contracts, TV extras and points of a made-up ISP. Written only to an empty ERP."""

# As create_story.sql deals them out: MULTITV_DUE_DAYS of a stack with this population.
DUE_DAYS = "1,5,8,10,12,15,20,25,28,29,30,31"
