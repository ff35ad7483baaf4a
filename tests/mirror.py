# A mirror of both kinds of sources on a loopback port, from the files of a store:
#
#   /simple/PROJECT/      an index page with every wheel
#   /files/NAME, /debian/pool/…/NAME
#
# Answers ranges. The log has a line per answer: NAME SIZE FIRST-BYTE BYTES-SENT.
# usage: mirror.py STORE_FOLDER PORT_FILE LOG_FILE [BYTES_A_SECOND, 0: as fast as can be]
import http.server, os, re, sys, threading, time, urllib.parse

folder, port_file, log_file, rate = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
lock = threading.Lock()
# What a store path's name cannot have is "-" in it.
plain = lambda name: re.sub(r"[^0-9A-Za-z+._?=-]", "-", name)
files = {}
for entry in sorted(os.listdir(folder)):
    path = os.path.join(folder, entry)
    if not entry.endswith(".drv") and os.path.isfile(path) and not os.path.islink(path):
        files[entry[33:]] = path


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def page(self):
        body = "".join(f'<a href="/files/{n}">{n}</a>\n' for n in files if n.endswith((".whl", ".tar.gz"))).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = urllib.parse.unquote(self.path)
        if path.startswith("/simple/"):
            return self.page()
        name = plain(path.rsplit("/", 1)[1])
        if name not in files:
            return self.send_error(404)
        size = os.path.getsize(files[name])
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        first = int(wanted[1]) if wanted else 0
        if wanted and first >= size:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{size}")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{size - 1}/{size}")
        self.send_header("ETag", f'"{name}"')
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(size - first))
        self.end_headers()
        sent = 0
        try:
            with open(files[name], "rb") as f:
                f.seek(first)
                while block := f.read(1 << 18):
                    self.wfile.write(block)
                    sent += len(block)
                    if rate:
                        time.sleep(len(block) / rate)
        finally:
            with lock, open(log_file, "a") as log:
                log.write(f"{name} {size} {first} {sent}\n")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, address)


server = Server(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w") as out:
    out.write(f"{server.server_address[1]}\n")
os.rename(port_file + ".new", port_file)
server.serve_forever()
