"""REST and metrics of a running server, through the standard library."""

import json
import ssl
import urllib.error
import urllib.request


class REST:
    def __init__(self, announcement, token=None):
        self.base, self.token = announcement["api"], token
        self.origin = announcement["url"].rstrip("/")
        self.context = ssl.create_default_context(cafile=announcement["ca"])

    def __call__(self, method, path, body=None, token=None):
        """The status and the decoded body of one request."""
        headers = {"User-Agent": "DiscordBot (https://roost.invalid, 1)"}
        if token or self.token:
            headers["Authorization"] = token or self.token
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, context=self.context, timeout=20) as answer:
                text, status = answer.read(), answer.status
        except urllib.error.HTTPError as error:
            text, status = error.read(), error.code
        return status, json.loads(text) if text else None

    def page(self, path):
        """The status, headers and octets of something outside the API."""
        try:
            with urllib.request.urlopen(self.origin + path, context=self.context, timeout=20) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def metric(self, name):
        """The sum of a metric's samples."""
        total = 0.0
        for line in self.page("/metrics")[2].decode().splitlines():
            if line.startswith(name) and line[len(name)] in " {":
                total += float(line.rsplit(" ", 1)[1])
        return total
