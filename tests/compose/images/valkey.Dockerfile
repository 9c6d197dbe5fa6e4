# Debian 12 has the Redis that Valkey continues, whose programs take the same settings.
FROM multitv-standin-base
RUN useradd --system valkey && mkdir /data && chown valkey:valkey /data \
    && ln -s "$(command -v redis-server)" /usr/local/bin/valkey-server \
    && ln -s "$(command -v redis-cli)" /usr/local/bin/valkey-cli
WORKDIR /data
CMD ["valkey-server"]
