# A web server on a loopback port for what evaluation fetches, from a folder:
#
#   /files/NAME      the file, with an ETag; 304 when the client has it
#   /linked/NAME     the same, and a Link header that names /files/NAME?rev=…&revCount=7 as immutable
#   /slow/NAME       the same, a byte every 10 ms
#   /git/REPO/…      the bare repository REPO by git's smart protocol
#   /api/v3/repos/OWNER/REPO/commits/REF, …/tarball/REV              as GitHub answers
#   /api/v4/projects/OWNER%2FREPO/repository/commits?ref_name=REF, …/archive.tar.gz?sha=REV   GitLab
#   /~OWNER/REPO/HEAD, …/info/refs, …/archive/REV.tar.gz             SourceHut
#
# The forges' repositories are FOLDER/REPO, too. With CERT and KEY it speaks TLS. The log has a line
# per request: METHOD PATH STATUS AUTHORIZATION.
# usage: sources.py FOLDER PORT_FILE LOG_FILE [CERT KEY]
import hashlib, http.server, json, os, re, subprocess, sys, threading, time, urllib.parse

import git_server

folder, port_file, log_file = sys.argv[1:4]
lock = threading.Lock()


def git(repo, *args):
    return subprocess.run(["git", "-C", os.path.join(folder, repo), *args], capture_output=True, check=True).stdout


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", headers=(), slow=False):
        with lock, open(log_file, "a") as log:
            log.write(f"{self.command} {self.path} {status} {self.headers.get('Authorization', '-')}\n")
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status == 304:
            return
        for i in range(0, len(body), 1 if slow else max(len(body), 1)):
            self.wfile.write(body[i:i + 1] if slow else body)
            if slow:
                self.wfile.flush()
                time.sleep(0.01)

    def file(self, kind, name):
        path = os.path.join(folder, name)
        if not os.path.isfile(path):
            return self.answer(404)
        body = open(path, "rb").read()
        tag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
        headers = [("ETag", tag)]
        if kind == "linked":
            scheme = "https" if len(sys.argv) > 4 else "http"
            url = f"{scheme}://{self.headers['Host']}/files/{name}?rev={'ab' * 20}&revCount=7"
            headers.append(("Link", f'<{url}>; rel="immutable"'))
        if self.headers.get("If-None-Match") == tag:
            return self.answer(304, b"", headers)
        return self.answer(200, body, headers, slow=kind == "slow")

    def archive(self, repo, rev):
        return self.answer(200, git(repo, "archive", "--format=tar.gz", f"--prefix={repo}-{rev}/", rev))

    def forge(self, path, query):
        for pattern, give in (
                (r"/api/v3/repos/\w+/(\w+)/commits/(.+)", lambda m: json.dumps({"sha": self.rev(*m.groups())})),
                (r"/api/v3/repos/\w+/(\w+)/tarball/(\w+)", lambda m: self.archive(*m.groups())),
                (r"/api/v4/projects/\w+%2F(\w+)/repository/commits",
                 lambda m: json.dumps([{"id": self.rev(m[1], query["ref_name"][0])}])),
                (r"/api/v4/projects/\w+%2F(\w+)/repository/archive.tar.gz", lambda m: self.archive(m[1], query["sha"][0])),
                (r"/~\w+/(\w+)/HEAD", lambda m: "ref: " + git(m[1], "symbolic-ref", "HEAD").decode()),
                (r"/~\w+/(\w+)/info/refs",
                 lambda m: git(m[1], "for-each-ref", "--format=%(objectname)%09%(refname)").decode()),
                (r"/~\w+/(\w+)/archive/(\w+).tar.gz", lambda m: self.archive(*m.groups()))):
            m = re.fullmatch(pattern, path)
            if m:
                text = give(m)
                return self.answer(200, text.encode()) if text is not None else None
        return self.answer(404)

    def rev(self, repo, ref):
        return git(repo, "rev-parse", ref).decode().strip()

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        kind, _, rest = url.path[1:].partition("/")
        if kind in ("files", "linked", "slow"):
            return self.file(kind, urllib.parse.unquote(rest))
        if kind == "git":
            return git_server.git_backend(self, folder, "/" + rest, url.query)
        return self.forge(url.path, urllib.parse.parse_qs(url.query))

    do_POST = do_GET


git_server.serve(Handler, port_file, *sys.argv[4:6])
