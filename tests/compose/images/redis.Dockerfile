FROM multitv-standin-base
RUN mkdir /data && chown redis:redis /data
WORKDIR /data
CMD ["redis-server"]
