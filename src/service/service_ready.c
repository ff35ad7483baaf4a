/* SPDX-License-Identifier: MIT
 *
 * Is a service ready? An HTTP request to this machine, and whether who listens there is the service
 * at all: where another program has the port, its answer says nothing. */
#include "service/service_int.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/environ.h"
#include "base/file.h"

enum { ANSWER_MS = 2000, LISTENERS_MAX = 16 };

void service_url_release(struct service_url *u)
{
	free(u->path);
	u->path = NULL;
}

static errint refuse(const char *url, struct err *err)
{
	err_set(err, ERR_USAGE, "'%s' cannot tell whether a service is ready", url);
	return err_hint(err, "http://127.0.0.1:8188/ is one that can: http, 'localhost' or an "
			     "address, and a port");
}

errint service_url_parse(const char *url, struct service_url *out, struct err *err)
{
	struct str rest = str_c(url), host, port = S("80"), path;
	uint64_t number;

	if (!str_starts(rest, S("http://")) || strpbrk(url, " \t\r\n"))
		return refuse(url, err);
	rest = str_skip(rest, 7);
	ptrdiff_t slash = str_chr(rest, '/');
	path = slash < 0 ? S("/") : str_skip(rest, (size_t)slash);
	host = slash < 0 ? rest : str_sub(rest, 0, (size_t)slash);
	if (str_starts(host, S("["))) {
		ptrdiff_t end = str_chr(host, ']');
		struct str behind = end < 0 ? STR_NULL : str_skip(host, (size_t)end + 1);

		if (end < 0 || (behind.n && behind.p[0] != ':'))
			return refuse(url, err);
		host = str_sub(host, 1, (size_t)end - 1);
		port = behind.n ? str_skip(behind, 1) : port;
	} else if (str_chr(host, ':') >= 0) {
		str_cut(host, ':', &host, &port);
	}
	if (host.n == 0 || host.n >= sizeof(out->host) || !str_to_u64(port, &number) ||
	    number == 0 || number > UINT16_MAX)
		return refuse(url, err);
	memcpy(out->host, host.p, host.n);
	out->host[host.n] = '\0';
	struct in6_addr address;
	if (strcmp(out->host, "localhost") != 0 && inet_pton(AF_INET, out->host, &address) != 1 &&
	    inet_pton(AF_INET6, out->host, &address) != 1)
		return refuse(url, err);
	snprintf(out->port, sizeof(out->port), "%u", (unsigned)number);
	out->path = str_dupz(path);
	return 0;
}

static bool is_name(char c, bool first)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (!first && c >= '0' && c <= '9');
}

static const char *value_of(const char *const *env, struct str name)
{
	for (size_t i = 0; env && env[i]; i++)
		if (str_starts(str_c(env[i]), name) && env[i][name.n] == '=')
			return env[i] + name.n + 1;
	return NULL;
}

errint service_ready_url(const struct service_spec *spec, struct service_url *out, struct err *err)
{
	BUF(b, LIMIT_PATH_TEXT);

	for (const char *p = spec->ready; *p;) {
		bool braces = p[0] == '$' && p[1] == '{';
		const char *name = p + 1 + braces;
		size_t n = 0;

		while (is_name(name[n], n == 0))
			n++;
		if (*p != '$' || n == 0 || (braces && name[n] != '}')) {
			buf_putc(&b, *p++);
			continue;
		}
		const char *value = value_of(spec->env, str_n(name, n));
		if (!value)
			return err_set(err, ERR_USAGE,
				       "service '%s' is ready at '%s', but has no variable %.*s",
				       spec->name, spec->ready, (int)n, name);
		buf_putz(&b, value);
		p = name + n + braces;
	}
	errint rc = buf_check(&b, "address", err);
	return rc ? rc : service_url_parse(buf_z(&b), out, err);
}

/* Waits for a descriptor; false when it is over: time, or somebody wants us. */
static bool wait_until(int fd, short events, int wake, uint64_t deadline)
{
	struct pollfd p[] = {{.fd = fd, .events = events}, {.fd = wake, .events = POLLIN}};
	uint64_t now = clock_ms();

	while (now < deadline) {
		int n = poll(p, 2, (int)(deadline - now));

		if (n > 0)
			return p[0].revents && !p[1].revents;
		now = clock_ms();
	}
	return false;
}

static int connect_to(const struct sockaddr *address, socklen_t n, int wake, uint64_t deadline)
{
	int fd CLEANUP_FD =
		socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int status = 0;
	socklen_t size = sizeof(status);

	if (fd < 0)
		return -1;
	if (connect(fd, address, n) && errno != EINPROGRESS)
		return -1;
	if (!wait_until(fd, POLLOUT, wake, deadline)) {
		errno = ETIMEDOUT;
		return -1;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &status, &size) || status) {
		errno = status;
		return -1;
	}
	return STEAL_FD(fd);
}

static int open_connection(const struct service_url *u, int wake, uint64_t deadline)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	bool any = strcmp(u->host, "localhost") == 0;
	int fd = -1;

	v4.sin_port = v6.sin6_port = htons((uint16_t)strtoul(u->port, NULL, 10));
	/* Whom 0.0.0.0 and :: name as those that listen. */
	if (inet_pton(AF_INET, any ? "127.0.0.1" : u->host, &v4.sin_addr) == 1)
		fd = connect_to((const struct sockaddr *)&v4, sizeof(v4), wake, deadline);
	if (fd < 0 && inet_pton(AF_INET6, any ? "::1" : u->host, &v6.sin6_addr) == 1) {
		int first = errno;

		fd = connect_to((const struct sockaddr *)&v6, sizeof(v6), wake, deadline);
		if (fd < 0 && any)
			errno = first;
	}
	return fd;
}

/* The number of the first line, "HTTP/1.1 200 OK"; 0 when there is none. */
static int read_status(int fd, int wake, uint64_t deadline)
{
	char text[64];
	size_t n = 0;
	int status;

	while (n < 12) {
		ssize_t got = 0;

		if (wait_until(fd, POLLIN, wake, deadline))
			got = recv(fd, text + n, sizeof(text) - 1 - n, 0);
		if (got <= 0)
			return 0;
		n += (size_t)got;
	}
	text[n] = '\0';
	return sscanf(text, "HTTP/%*[0-9.] %3d", &status) == 1 ? status : 0;
}

bool service_url_answers(const struct service_url *u, int wake, char why[128])
{
	uint64_t deadline = clock_ms() + ANSWER_MS;
	int fd CLEANUP_FD = open_connection(u, wake, deadline);
	bool v6 = strchr(u->host, ':');

	if (fd < 0) {
		snprintf(why, 128, "port %s: %s", u->port, strerror(errno));
		return false;
	}
	char *ask CLEANUP_FREE = xasprintf("GET %s HTTP/1.0\r\nHost: %s%s%s:%s\r\n"
					   "User-Agent: kiln\r\nAccept: */*\r\n\r\n",
					   u->path, v6 ? "[" : "", u->host, v6 ? "]" : "", u->port);
	ssize_t n = send(fd, ask, strlen(ask), MSG_NOSIGNAL);
	int status = n == (ssize_t)strlen(ask) ? read_status(fd, wake, deadline) : 0;

	if (status >= 200 && status < 400)
		return true;
	if (status)
		snprintf(why, 128, "port %s answers with status %d", u->port, status);
	else
		snprintf(why, 128, "port %s gives no answer of HTTP", u->port);
	return false;
}

/* ---- who listens ---- */

/* The inodes of what listens on that port, from the kernel's table: "SL LOCAL REMOTE ST … INODE".
 */
static size_t listeners(const char *table, unsigned port, uint64_t *out, size_t room)
{
	BUF(text, LIMIT_TOOL_OUTPUT);
	ERR(ignored);
	struct str rest, line;
	size_t n = 0;
	int fd CLEANUP_FD = open(table, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fd_read_all(fd, &text, &ignored))
		return 0;
	rest = buf_str(&text);
	while (n < room && str_split(&rest, '\n', &line)) {
		char row[256];
		unsigned at, state;
		unsigned long long inode;

		snprintf(row, sizeof(row), "%.*s", STR_ARG(line));
		if (sscanf(row,
			   " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*u %*u %llu",
			   &at, &state, &inode) == 3 &&
		    at == port && state == 0x0A)
			out[n++] = inode;
	}
	return n;
}

static bool holds(pid_t pid, const uint64_t *inodes, size_t n)
{
	char texts[LISTENERS_MAX][32];
	const char *v[LISTENERS_MAX];

	for (size_t i = 0; i < n; i++) {
		snprintf(texts[i], sizeof(texts[i]), "socket:[%llu]",
			 (unsigned long long)inodes[i]);
		v[i] = texts[i];
	}
	return process_holds(pid, v, n);
}

bool service_port_is_foreign(const struct service_url *u, const struct process_table *own,
			     pid_t *pid)
{
	struct process_table all CLEANUP(process_table_release) = {0};
	unsigned port = (unsigned)strtoul(u->port, NULL, 10);
	uint64_t inodes[LISTENERS_MAX];
	size_t n = listeners("/proc/self/net/tcp", port, inodes, LISTENERS_MAX / 2);
	ERR(ignored);

	n += listeners("/proc/self/net/tcp6", port, inodes + n, LISTENERS_MAX / 2);
	*pid = 0;
	for (size_t i = 0; n && i < own->n; i++)
		if (holds(own->v[i].id.pid, inodes, n))
			return false;
	if (!n || process_table_read(&all, &ignored))
		return false;
	for (size_t i = 0; i < all.n && !*pid; i++)
		if (holds(all.v[i].id.pid, inodes, n))
			*pid = all.v[i].id.pid;
	return true;
}
