# The server is built on Debian 12, whose C library is the older one, so that it runs on both.
FROM swift:6.3-bookworm AS build
RUN apt-get -qq update \
    && apt-get -qq install -y --no-install-recommends libssl-dev libcrypt-dev libnghttp2-dev libpcre2-dev zlib1g-dev >/dev/null \
    && apt-get clean && rm -rf /var/lib/apt/lists/*
WORKDIR /portico
# The packages that it depends on are fetched again only when the list of them changes.
COPY Package.swift ./
RUN swift package resolve
COPY Sources Sources
# Package.swift names tests and fuzzers too. The server needs none of their files, but the build wants to see one each.
RUN for folder in $(sed -n 's|^ *tests("\([A-Za-z]*\)".*|Tests/\1|p; s|.*path: "\([^"]*\)".*|\1|p' Package.swift); do \
        mkdir -p "$folder" && touch "$folder/Empty.swift"; \
    done
RUN swift build -c release --product portico --static-swift-stdlib \
    && strip -o /usr/local/bin/portico .build/release/portico

# Debian 13's OpenSSL encrypts faster than Debian 12's, on some processors at more than twice the speed.
FROM debian:trixie-slim
RUN apt-get -qq update \
    && apt-get -qq install -y --no-install-recommends ca-certificates libcrypt1 libnghttp2-14 libpcre2-8-0 libssl3t64 libstdc++6 zlib1g >/dev/null \
    && apt-get clean && rm -rf /var/lib/apt/lists/* \
    && mkdir -p /app /etc/nginx/certs /etc/nginx/vhost.d /etc/nginx/passwords /etc/nginx/htpasswd \
        /usr/share/nginx/html /var/log/nginx
COPY --from=build /usr/local/bin/portico /usr/local/bin/portico
# acme-companion looks for nginx's version among the variables of the containers that it has volumes from, then runs the entry
# point of nginx-proxy's image and `nginx -s reload`. The one has nothing to do here, the other reads everything again.
ENV NGINX_VERSION=portico
RUN ln -s /usr/local/bin/portico /usr/sbin/nginx \
    && printf '#!/bin/sh\nexit 0\n' >/app/docker-entrypoint.sh && chmod 755 /app/docker-entrypoint.sh
# As in nginx-proxy's image, what talks to clients is not root. Where the container may not change its user, it stays who it is.
ENV PORTICO_USER=nobody
# How Portico, like nginx-proxy, recognises its own container.
LABEL com.github.nginx-proxy.nginx-proxy.nginx=""
EXPOSE 80 443
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["portico", "routes"]
ENTRYPOINT ["portico"]
CMD ["serve"]
