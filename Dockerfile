# The server is built on Debian 12, whose C library is the older one, so that it runs on both.
FROM swift:6.3-bookworm AS build
RUN apt-get -qq update \
    && apt-get -qq install -y --no-install-recommends libssl-dev libcrypt-dev libpcre2-dev >/dev/null \
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

# Debian 13's OpenSSL encrypts at more than twice the speed of Debian 12's on current processors.
FROM debian:trixie-slim
RUN apt-get -qq update \
    && apt-get -qq install -y --no-install-recommends ca-certificates libcrypt1 libpcre2-8-0 libssl3t64 libstdc++6 >/dev/null \
    && apt-get clean && rm -rf /var/lib/apt/lists/* \
    && mkdir -p /etc/nginx/certs /etc/nginx/vhost.d /etc/nginx/passwords /etc/nginx/htpasswd
COPY --from=build /usr/local/bin/portico /usr/local/bin/portico
# How Portico, like nginx-proxy, recognises its own container.
LABEL com.github.nginx-proxy.nginx-proxy.nginx=""
EXPOSE 80 443
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["portico", "routes"]
ENTRYPOINT ["portico"]
CMD ["serve"]
