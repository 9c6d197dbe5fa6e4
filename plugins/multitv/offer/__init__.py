"""What the ISP sells: the TV tab of a service plan, a package's price, extra and point limit, billing policies."""
