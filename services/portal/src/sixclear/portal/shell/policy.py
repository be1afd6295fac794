"""What a page may load."""


def content_security_policy(stream_origin: str | None) -> str:
    """A page's own files, and the live figures from `stream_origin` when that is another one."""
    connect = f"'self' {stream_origin}" if stream_origin else "'self'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
        f"connect-src {connect}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
