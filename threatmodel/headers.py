"""The headers of every answer, whoever made it: a page, a file, a redirect, a refusal.

Only the policy and the padding lie further out.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.encoding import escape_uri_path

type Respond = Callable[[HttpRequest], HttpResponseBase]

# Only names that browsers know: an unknown one is a complaint in the console.
FEATURES = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "clipboard-write",
    "compute-pressure",
    "cross-origin-isolated",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "sync-xhr",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)

FIXED = {
    "Cache-Control": "no-store",  # static files bring their own
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES),
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "Server": "web",  # or the web server would put its own name here
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
}
# Staff sign in with passkeys, which their own pages may ask for and no others.
PASSKEYS = ("publickey-credentials-create", "publickey-credentials-get")
AT_THE_CLINIC = ", ".join(f"{feature}={'(self)' if feature in PASSKEYS else '()'}" for feature in FEATURES)
TLS = {"Strict-Transport-Security": f"max-age={settings.SECURE_HSTS_SECONDS}"} if settings.HTTPS else {}


def headers(get_response: Respond) -> Respond:
    """Put the fixed headers on what has none of its own, and those that depend on the way it was asked for."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if settings.CLINIC and request.path_info.startswith("/clinic/"):
            response.headers["Permissions-Policy"] = AT_THE_CLINIC
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        if request.is_secure():
            for name, value in TLS.items():
                response.headers[name] = value
            if settings.ONION_LOCATION and response.headers.get("Content-Type", "").startswith("text/html"):
                response.headers["Onion-Location"] = settings.ONION_LOCATION + escape_uri_path(request.path)
        return response

    return respond
