# A web server on a loopback port that misbehaves on request. The first part of a path says how, the
# last is the number of bytes of the file, which are the same for the same number:
#
#   /file/N           ranges, ETag, Last-Modified
#   /plain/N          ranges, no validators
#   /norange/N        ranges are ignored
#   /range200/N       ranges, with the status 200
#   /badrange/N       another range than asked for
#   /newtag/N         another ETag each time, so that If-Range fails
#   /wrong/N          other bytes
#   /drop/K/N         the connection breaks after K bytes of every answer; ranges
#   /droponce/K/N     only the first answer breaks
#   /busy/K/N         503 to the first K requests (of this path), with Retry-After: 0
#   /later/S/N        429 with Retry-After: S, always
#   /slow/R/N         R bytes a second
#   /stall/N          half of the file, then nothing
#   /status/S/N       that status
#   /auth/N           401 without the password 'secret' of the user 'me'
#   /agent            the client's User-Agent
#   /redirect/PATH    a redirect to /PATH
#   /loop/N           redirects without end
#   /simple/P/        an index page; /json/P/ the same as JSON
#   /echo/…           what was sent, behind the method
#   /made/…           201, with a Location
#   /hangup/…         takes what is sent and says nothing
#
# As a proxy it answers for every host with its own files.
#
# usage: server.py PORT_FILE LOG_FILE; each request is a line of the log: path, Range, If-Range, and the
# bytes sent where it sends some.
import base64, hashlib, http.server, itertools, json, os, random, socket, sys, threading, time

counts = {}
tags = itertools.count()
lock = threading.Lock()


def content(n):
    return random.Random(n).randbytes(n)


def count(path):
    with lock:
        counts[path] = counts.get(path, 0) + 1
        return counts[path]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def note(self):
        line = " ".join([self.path, self.headers.get("Range", "-"), self.headers.get("If-Range", "-")])
        with lock:
            with open(sys.argv[2], "a") as log:
                log.write(line + "\n")

    def answer(self, body, status=200, headers=(), limit=None, rate=None, stall=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if rate:
            for i in range(0, len(body), rate // 10):
                self.wfile.write(body[i:i + rate // 10])
                self.wfile.flush()
                time.sleep(0.1)
            return
        if stall is not None:
            self.wfile.write(body[:stall])
            self.wfile.flush()
            time.sleep(30)
            self.hang_up()
            return
        if limit is not None and limit < len(body):
            self.wfile.write(body[:limit])
            self.wfile.flush()
            self.hang_up()
            return
        self.wfile.write(body)

    def hang_up(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    # The part that was asked for, as If-Range allows.
    def serve(self, body, tag=None, ranges=True, shift=0, part=206, **how):
        headers = [("ETag", tag), ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")] if tag else []
        asked, condition = self.headers.get("Range"), self.headers.get("If-Range")
        if not ranges or not asked or (condition and condition != tag):
            return self.answer(body, 200, headers, **how)
        first = int(asked.removeprefix("bytes=").rstrip("-"))
        if first >= len(body):
            return self.answer(b"", 416, [("Content-Range", f"bytes */{len(body)}")])
        first += shift
        headers.append(("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}"))
        return self.answer(body[first:], part, headers, **how)

    def page(self, project):
        name, body = f"{project}-1.0-py3-none-any.whl", content(1000)
        digest = hashlib.sha256(body).hexdigest()
        return name, f"../../file/1000/{name}", digest

    # Everything but GET.
    def do_other(self):
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with lock:
            with open(sys.argv[2], "a") as log:
                log.write(f"{self.command} {self.path} {len(sent)}\n")
        part = self.path.strip("/").split("/")
        if part[0] == "echo":
            return self.answer(b"" if self.command == "HEAD" else self.command.encode() + b":" + sent)
        if part[0] == "made":
            return self.answer(b"", 201, [("Location", "/upload/1?x=y")])
        if part[0] == "hangup":
            return self.hang_up()
        if part[0] == "busy" and count(self.path) <= int(part[1]):
            return self.answer(b"busy", 503, [("Retry-After", "0")])
        if part[0] == "busy":
            return self.answer(self.command.encode() + b":" + sent)
        if part[0] == "redirect":
            return self.answer(b"", 307, [("Location", "/" + "/".join(part[1:]))])
        if part[0] == "status":
            return self.answer(b"no", int(part[1]))
        return self.answer(b"nothing here", 404)

    do_PUT = do_POST = do_HEAD = do_DELETE = do_other

    def do_GET(self):
        self.note()
        path = self.path.split("/", 3)[3] if self.path.startswith("http://") else self.path
        part = path.strip("/").split("/")
        kind = part[0]
        number = next((int(p) for p in reversed(part) if p.isdigit()), 0)
        if kind == "file":
            return self.serve(content(number), f'"{number}"')
        if kind == "plain":
            return self.serve(content(number))
        if kind == "norange":
            return self.serve(content(number), f'"{number}"', ranges=False)
        if kind == "range200":
            return self.serve(content(number), part=200)
        if kind == "badrange":
            return self.serve(content(number), f'"{number}"', shift=1, limit=number // 2)
        if kind == "newtag":
            return self.serve(content(number), f'"{next(tags)}"')
        if kind == "wrong":
            return self.serve(content(number)[::-1])
        if kind == "drop":
            return self.serve(content(number), f'"{number}"', limit=int(part[1]))
        if kind == "droponce":
            return self.serve(content(number), f'"{number}"', limit=int(part[1]) if count(self.path) == 1 else None)
        if kind == "busy":
            if count(self.path) <= int(part[1]):
                return self.answer(b"busy", 503, [("Retry-After", "0")])
            return self.serve(content(number))
        if kind == "later":
            return self.answer(b"later", 429, [("Retry-After", part[1])])
        if kind == "slow":
            return self.serve(content(number), f'"{number}"', rate=int(part[1]))
        if kind == "stall":
            return self.serve(content(number), f'"{number}"', stall=number // 2)
        if kind == "status":
            return self.answer(b"no", int(part[1]))
        if kind == "auth":
            good = "Basic " + base64.b64encode(b"me:secret").decode()
            if self.headers.get("Authorization") != good:
                return self.answer(b"who?", 401, [("WWW-Authenticate", "Basic")])
            return self.serve(content(number))
        if kind == "agent":
            return self.answer(self.headers.get("User-Agent", "").encode())
        if kind == "redirect":
            return self.answer(b"", 302, [("Location", "/" + "/".join(part[1:]))])
        if kind == "loop":
            return self.answer(b"", 302, [("Location", f"/loop/{number + 1}")])
        if kind in ("simple", "json") and len(part) == 2 and part[1] != "absent":
            name, url, digest = self.page(part[1])
            if kind == "simple":
                html = f'<!DOCTYPE html><title>{part[1]}</title><a href="{url}#sha256={digest}">{name}</a>'
                return self.answer(html.encode(), 200, [("Content-Type", "text/html")])
            body = {"meta": {"api-version": "1.1"}, "name": part[1],
                    "files": [{"filename": name, "url": url, "hashes": {"sha256": digest}}]}
            return self.answer(json.dumps(body).encode(), 200,
                               [("Content-Type", "application/vnd.pypi.simple.v1+json")])
        return self.answer(b"nothing here", 404)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass


server = Server(("127.0.0.1", 0), Handler)
with open(sys.argv[1] + ".new", "w") as f:
    f.write(str(server.server_port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
