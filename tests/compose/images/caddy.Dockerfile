# Debian's older Caddy, with the folders and variables of the official image.
FROM multitv-standin-base
RUN mkdir --parents /data /config /etc/caddy
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile"]
