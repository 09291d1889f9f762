extension Theme {
    /// What is served in place of errors.
    static let errorPages = Theme(
        "pages of errors",
        [
            Case(
                "pages of errors",
                """
                error_page 404 403 /page.html;
                location = /page.html { internal; proxy_pass http://@BACKEND@; }
                location /gone { return 404; }
                location /fixed { error_page 404 =200 /page.html; return 404; }
                location /own { error_page 404 = /page.html; return 404; }
                location /denied/ { deny all; proxy_pass http://@BACKEND@; }
                location /moved { error_page 404 http://other.test/x; return 404; }
                location /moved1 { error_page 404 =301 http://other.test/x; return 404; }
                location /pass/ { proxy_pass http://@BACKEND@; }
                location /take/ { proxy_pass http://@BACKEND@; proxy_intercept_errors on; }
                """,
                [
                    "/gone", "/gone?a=b", "HEAD /gone", .differing("error-page-body", "POST /gone\n\nbody"), "/fixed",
                    "/own", "/denied/", "/moved",
                    "/moved1",
                    "/pass/\nX-Reply: 404", "/pass/\nX-Reply: 500", "/page.html",
                ])
        ])
}
