# Stands for the whole network to whoever is told of it as https_proxy: a connection to any host is a TLS
# connection to the server at a loopback port, with a certificate for that host, which CA signs.
#
# usage: proxy.py SERVER_PORT PORT_FILE FOLDER (gets ca.pem)
import os, socket, ssl, subprocess, sys, threading

server_port, port_file, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]
lock = threading.Lock()
openssl = lambda *args: subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)
openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=nobody",
        "-addext", "basicConstraints=critical,CA:true")


def context(host):
    with lock:
        if not os.path.exists(os.path.join(folder, host + ".pem")):
            openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", host + ".key", "-out", host + ".csr", "-subj", "/CN=host")
            with open(os.path.join(folder, host + ".ext"), "w") as f:
                f.write(f"subjectAltName=DNS:{host}\n")
            openssl("x509", "-req", "-in", host + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                    "-extfile", host + ".ext", "-out", host + ".pem")
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.load_cert_chain(os.path.join(folder, host + ".pem"), os.path.join(folder, host + ".key"))
    return c


def pump(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(client):
    head = b""
    while b"\r\n\r\n" not in head:
        got = client.recv(4096)
        if not got:
            return
        head += got
    host = head.split()[1].decode().rsplit(":", 1)[0]
    client.sendall(b"HTTP/1.1 200 there\r\n\r\n")
    try:
        client = context(host).wrap_socket(client, server_side=True)
    except (OSError, ssl.SSLError):
        return
    server = socket.create_connection(("127.0.0.1", server_port))
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)


here = socket.create_server(("127.0.0.1", 0))
with open(port_file + ".new", "w") as f:
    f.write(str(here.getsockname()[1]))
os.rename(port_file + ".new", port_file)
while True:
    threading.Thread(target=serve, args=(here.accept()[0],), daemon=True).start()
