/// What nginx-proxy would have nginx do for the hosts of a site.
///
/// Where Portico forwards something else on purpose (Host and X-Forwarded-Host with the client's port, nothing of what a
/// client claims about itself), nginx is told to do so too: docs/migrating-from-nginx-proxy.md names these.
enum NginxConfiguration {
    static func text(_ site: Site, port: UInt16) -> String {
        """
        daemon off;
        master_process off;
        pid \(site.path)/nginx.pid;
        events { worker_connections 1024; }
        http {
            include /etc/nginx/mime.types;
            default_type application/octet-stream;
            access_log off;
            server_names_hash_bucket_size 128;
            client_body_temp_path \(site.path)/client_body;
            proxy_temp_path \(site.path)/proxy;
            fastcgi_temp_path \(site.path)/fastcgi;
            uwsgi_temp_path \(site.path)/uwsgi;
            scgi_temp_path \(site.path)/scgi;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade "";
            proxy_set_header Connection "";
            proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Ssl off;
            proxy_set_header X-Forwarded-Port $server_port;
            proxy_set_header X-Original-URI $request_uri;
            proxy_set_header Forwarded "";
            proxy_set_header Proxy "";
            server { listen 127.0.0.1:\(port) default_server; return 503; }
        \(site.hosts.map { server($0, port: port) }.joined(separator: "\n"))
        }
        """
    }

    private static func server(_ host: Site.Host, port: UInt16) -> String {
        let location = host.subject.isRouted ? "location / { proxy_pass http://127.0.0.1:\(host.backend); }" : ""
        return "server { listen 127.0.0.1:\(port); server_name \(host.name);\n\(host.file)\n\(location) }"
    }
}
