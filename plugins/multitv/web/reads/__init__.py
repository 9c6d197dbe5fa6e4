"""What the screens and the JSON API show: each function is one read of the ISP's database, its rows are typed."""
