# What upstream is to tests of `kiln update` and `kiln prefetch`, on a loopback port:
#
#   /simple/PROJECT/                    an index page (JSON) of the files of FOLDER/files, with facts.json's word on each
#   /files/NAME                         those files
#   /OWNER/REPO.git/…                   the repository FOLDER/repos/REPO by git's smart protocol
#   /api/v4/projects/OWNER%2FREPO/repository/archive.tar.gz?sha=REF    its archives as GitLab gives them,
#   /OWNER/REPO/archive/REF.tar.gz      Gitea,
#   /OWNER/REPO/-/archive/REF/NAME      and GitLab's pages
#   /OWNER/REPO/releases/download/TAG/NAME    a file that says so
#
# The log has a line per request. With CERT and KEY it speaks TLS. usage: server.py FOLDER PORT_FILE LOG_FILE [CERT KEY]
import hashlib, http.server, json, os, re, subprocess, sys, threading, urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
import git_server

folder, port_file, log_file = sys.argv[1:4]
lock = threading.Lock()
plain = lambda name: re.sub(r"[-_.]+", "-", name).lower()


def page(project):
    facts = json.load(open(os.path.join(folder, "facts.json")))
    files = []
    for name in sorted(os.listdir(os.path.join(folder, "files"))):
        fact = facts.get(name, {})
        if fact.get("project") != project:
            continue
        data = open(os.path.join(folder, "files", name), "rb").read()
        files.append({
            "filename": name, "url": "/files/" + urllib.parse.quote(name), "yanked": fact.get("yanked", False),
            "hashes": {"sha256": hashlib.sha256(data).hexdigest()}, "requires-python": fact.get("python"),
        })
    return json.dumps({"meta": {"api-version": "1.0"}, "name": project, "files": files}) if files else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", headers=()):
        with lock, open(log_file, "a") as log:
            log.write(f"{self.command} {self.path} {status}\n")
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def archive(self, repo, ref):
        got = subprocess.run(["git", "-C", os.path.join(folder, "repos", repo), "archive", "--format=tar.gz",
                              f"--prefix={repo}-{ref.replace('/', '-')}/", ref], capture_output=True)
        return self.answer(404) if got.returncode else self.answer(200, got.stdout)

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        path, query = urllib.parse.unquote(url.path), urllib.parse.parse_qs(url.query)
        m = re.fullmatch(r"/simple/([^/]+)/", path)
        if m:
            text = page(m[1])
            return self.answer(200, text.encode(), [("Content-Type", "application/vnd.pypi.simple.v1+json")]) if text else self.answer(404)
        m = re.fullmatch(r"/files/([^/]+)", path)
        if m:
            at = os.path.join(folder, "files", m[1])
            return self.answer(200, open(at, "rb").read()) if os.path.isfile(at) else self.answer(404)
        m = re.fullmatch(r"/\w+/([\w-]+)\.git(/.*)", path)
        if m:
            return git_server.git_backend(self, os.path.join(folder, "repos"), "/" + m[1] + m[2], url.query)
        m = re.fullmatch(r"/api/v4/projects/\w+%2F([\w-]+)/repository/archive\.tar\.gz", url.path)
        if m:
            return self.archive(m[1], query["sha"][0])
        m = re.fullmatch(r"/\w+/([\w-]+)/archive/(.+)\.tar\.gz", path) or re.fullmatch(r"/\w+/([\w-]+)/-/archive/(.+)/[^/]+", path)
        if m:
            return self.archive(m[1], m[2])
        m = re.fullmatch(r"/\w+/[\w-]+/releases/download/([^/]+)/([^/]+)", path)
        if m:
            return self.answer(200, f"{m[2]} of {m[1]}\n".encode())
        return self.answer(404)

    do_POST = do_GET


git_server.serve(Handler, port_file, *sys.argv[4:6])
