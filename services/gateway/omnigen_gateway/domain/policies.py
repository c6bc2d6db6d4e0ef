"""What a page may load and whom it may call (Content-Security-Policy), by the addresses of this deployment."""

from collections.abc import Mapping, Sequence


def studio_policy(sign_in_url: str, media_urls: Sequence[str], upload_urls: Sequence[str] = ()) -> str:
    """Of the studio: code of this host alone, media from where they are kept, calls to where uploads are taken too."""
    media = " ".join(media_urls)
    allowed: Mapping[str, str] = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "img-src": f"'self' data: blob: {media}",
        "media-src": f"'self' blob: {media}",
        "connect-src": f"'self' {' '.join((*media_urls, *upload_urls))}",
        "form-action": f"'self' {sign_in_url}",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources.strip()}" for name, sources in allowed.items())
