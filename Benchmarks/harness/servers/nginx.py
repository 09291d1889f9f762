"""nginx, tuned: kept-alive upstream, no buffering of requests, large TLS records, tickets and a session cache."""

from .server import Server, output

_GLOBAL = """\
worker_processes {workers}; worker_rlimit_nofile {descriptors}; daemon off; user root;
pid {folder}/nginx.pid; error_log {folder}/error.log error;
events {{ worker_connections {descriptors}; multi_accept on; }}
http {{
  server_tokens off; tcp_nodelay on; keepalive_timeout 300s; keepalive_requests 1000000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxied; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server_names_hash_max_size 65536; server_names_hash_bucket_size 128;
  log_format vhost '$host $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
                   '"$http_referer" "$http_user_agent" "$upstream_addr"';
  access_log {log};
  ssl_certificate {certificate}; ssl_certificate_key {key};
  ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers off;
  ssl_session_cache shared:SSL:16m; ssl_session_timeout 10m; ssl_buffer_size 16k;
  http2_chunk_size 16k; http2_body_preread_size 1m; http2_max_concurrent_streams 128;
  client_max_body_size 4g; client_body_buffer_size 256k;
  proxy_http_version 1.1; proxy_request_buffering off; proxy_max_temp_file_size 0;
  proxy_buffers 16 16k; proxy_buffer_size 16k; proxy_busy_buffers_size 64k;
  proxy_set_header Host $http_host; proxy_set_header Connection "";
  proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Port $server_port; proxy_set_header X-Forwarded-Ssl $tls;
  proxy_set_header X-Original-URI $request_uri;
  map $https $tls {{ default off; on on; }}
  map $https $hsts {{ default ""; on "max-age=31536000"; }}
  add_header Strict-Transport-Security $hsts always;
  add_header Docker-Distribution-Api-Version registry/2.0 always;
  server {{
    listen 127.0.0.1:{tls_port} ssl http2 reuseport default_server;
    listen 127.0.0.1:{plain_port} reuseport default_server;
    return 503;
  }}
"""


class Nginx(Server):
    name = "nginx"
    hashes = frozenset({"apr1", "sha512", "bcrypt"})

    @classmethod
    def version(cls):
        text = output("nginx", "-v")
        return text and text.removeprefix("nginx version: ")

    def configuration(self, hosts):
        setup = self.setup
        text = _GLOBAL.format(
            workers=setup.workers, descriptors=setup.descriptors, folder=self.folder, certificate=setup.certificate,
            key=setup.key, tls_port=self.tls_port, plain_port=self.plain_port,
            log=f"{self.folder}/access.log vhost buffer=64k flush=1s" if setup.logs else "off",
        )
        return {"nginx.conf": text + "".join(self._host(*pair) for pair in enumerate(hosts)) + "}\n"}

    def _host(self, number, host):
        passwords = f"  auth_basic registry; auth_basic_user_file {host.passwords};\n" if host.passwords else ""
        return (
            f"upstream u{number} {{ server 127.0.0.1:{host.backend}; keepalive 512; keepalive_timeout 60s;"
            " keepalive_requests 1000000000; }\n"
            f"server {{ listen 127.0.0.1:{self.tls_port} ssl http2; listen 127.0.0.1:{self.plain_port};"
            f" server_name {host.name};\n{passwords}  location / {{ proxy_pass http://u{number}; }} }}\n"
        )

    def command(self):
        return ["nginx", "-p", self.folder, "-c", f"{self.folder}/nginx.conf"]
