# Fetches a file with the credentials of a netrc file: what a netrcPhase has written for this one build.
# usage: fetch-with-netrc.py NETRC OUT URL…; $headers has lines "Name: value". Credentials go to the host
# that the file names, and to no other that a redirect leads to.
import base64, http.client, netrc, os, shutil, sys, time, urllib.error, urllib.parse, urllib.request

TRIES, PAUSE, TIMEOUT = 4, 0.5, 60


class Redirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, request, fp, code, msg, headers, url):
        new = super().redirect_request(request, fp, code, msg, headers, url)
        if new is not None:
            new.remove_header("Authorization")
            authorise(new)
        return new


def authorise(request):
    found = credentials.authenticators(urllib.parse.urlsplit(request.full_url).hostname or "")
    if found and found[2] is not None:
        pair = f"{found[0] or ''}:{found[2]}".encode()
        request.add_unredirected_header("Authorization", "Basic " + base64.b64encode(pair).decode())


def shown(url):
    parts = urllib.parse.urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def fetch(url, out):
    request = urllib.request.Request(url)
    for line in os.environ.get("headers", "").splitlines():
        name, _, value = line.partition(":")
        request.add_header(name, value.strip())
    authorise(request)
    with opener.open(request, timeout=TIMEOUT) as answer, open(out, "wb") as f:
        shutil.copyfileobj(answer, f, 1 << 20)
        length = answer.headers.get("Content-Length")
        if length is not None and int(length) != f.tell():
            raise http.client.IncompleteRead(b"")


def attempt(url, out):
    """None, or why it failed."""
    for n in range(TRIES):
        try:
            return fetch(url, out)
        except urllib.error.HTTPError as e:
            why = f"HTTP {e.code}"
            if e.code in (401, 403):
                why += ": are the credentials right?"
            if e.code < 500 and e.code not in (408, 429):
                return why
        except (OSError, http.client.HTTPException) as e:
            why = str(e) or type(e).__name__
        time.sleep(PAUSE * 2**n)
    return why


try:
    credentials = netrc.netrc(sys.argv[1])
except netrc.NetrcParseError as e:
    sys.exit(f"error: netrc, line {e.lineno}: {e.msg}")
opener = urllib.request.build_opener(Redirects())
for url in sys.argv[3:]:
    why = attempt(url, sys.argv[2])
    if why is None:
        print(f"fetched {shown(url)}")
        sys.exit(0)
    print(f"error: fetching '{shown(url)}': {why}", file=sys.stderr)
sys.exit(1)
