/* SPDX-License-Identifier: MIT
 *
 * One thread, one poll() over the listening socket, the clients and a pipe that says stop. Only
 * the sets of hash parts to be kept and being deleted are shared with the collecting thread. */
#include "store/gc_server_int.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/file.h"
#include "base/thread.h"

enum { CLIENTS_MAX = 256 };

struct gc_client {
	int fd;
	char line[LIMIT_PATH_TEXT];
	size_t n;
};

struct gc_server {
	pthread_t thread;
	int listening, stop[2];
	char *socket_path;
	struct str store_dir;

	pthread_mutex_t mutex;
	pthread_cond_t deleted;
	struct arena mem; /* hash parts */
	struct path_map protected;
	struct path_map deleting; /* hash part -> its state */
	size_t n_awaited;
	bool stopping;

	struct gc_client *clients; /* the thread's own from here on */
	size_t n_clients;
};

/* ---- shared ---- */

static void protect_locked(struct gc_server *g, struct str hash)
{
	if (path_map_get(&g->protected, hash))
		return;
	struct str kept = arena_str(&g->mem, hash);
	path_map_put(&g->protected, kept, (void *)kept.p);
}

void gc_server_protect(struct gc_server *g, struct str path)
{
	pthread_mutex_lock(&g->mutex);
	protect_locked(g, store_path_hash_part(path));
	pthread_mutex_unlock(&g->mutex);
}

bool gc_server_protects(struct gc_server *g, struct str path)
{
	pthread_mutex_lock(&g->mutex);
	bool yes = path_map_get(&g->protected, store_path_hash_part(path));
	pthread_mutex_unlock(&g->mutex);
	return yes;
}

/* States of a deletion: addresses, since a map holds pointers. */
static char announced, awaited, ended;

bool gc_server_begin_delete(struct gc_server *g, struct str path)
{
	struct str hash = store_path_hash_part(path);

	pthread_mutex_lock(&g->mutex);
	bool alive = path_map_get(&g->protected, hash);
	if (!alive)
		path_map_put(&g->deleting, hash, &announced);
	pthread_mutex_unlock(&g->mutex);
	return !alive;
}

static void set_ended(struct gc_server *g, struct str hash)
{
	if (path_map_get(&g->deleting, hash) == &awaited)
		g->n_awaited--;
	path_map_put(&g->deleting, hash, &ended);
	pthread_cond_broadcast(&g->deleted);
}

void gc_server_end_delete(struct gc_server *g, struct str path)
{
	pthread_mutex_lock(&g->mutex);
	set_ended(g, store_path_hash_part(path));
	pthread_mutex_unlock(&g->mutex);
}

bool gc_server_awaits(struct gc_server *g, struct str path)
{
	pthread_mutex_lock(&g->mutex);
	bool yes = path.n ? path_map_get(&g->deleting, store_path_hash_part(path)) == &awaited
			  : g->n_awaited > 0;
	pthread_mutex_unlock(&g->mutex);
	return yes;
}

void gc_server_clear(struct gc_server *g)
{
	pthread_mutex_lock(&g->mutex);
	path_map_release(&g->deleting);
	g->n_awaited = 0;
	pthread_cond_broadcast(&g->deleted);
	pthread_mutex_unlock(&g->mutex);
}

/* ---- the thread ---- */

static bool being_deleted(const struct gc_server *g, struct str hash)
{
	const char *state = path_map_get(&g->deleting, hash);

	return state && state != &ended;
}

static void new_root(struct gc_server *g, struct str path)
{
	if (!store_path_is(g->store_dir, path))
		return;
	struct str hash = store_path_hash_part(path);
	pthread_mutex_lock(&g->mutex);
	protect_locked(g, hash);
	/* The sender must not create the path again while we remove it. */
	while (!g->stopping && being_deleted(g, hash)) {
		if (path_map_get(&g->deleting, hash) == &announced) {
			path_map_put(&g->deleting, arena_str(&g->mem, hash), &awaited);
			g->n_awaited++;
		}
		pthread_cond_wait(&g->deleted, &g->mutex);
	}
	pthread_mutex_unlock(&g->mutex);
}

static void drop_client(struct gc_server *g, size_t i)
{
	close(g->clients[i].fd);
	g->clients[i] = g->clients[--g->n_clients];
}

/* False when the client is to be dropped. */
static bool serve_client(struct gc_server *g, struct gc_client *c)
{
	ssize_t got = read(c->fd, c->line + c->n, sizeof(c->line) - c->n);

	if (got <= 0)
		return got < 0 && errno == EINTR;
	c->n += (size_t)got;
	for (;;) {
		char *end = memchr(c->line, '\n', c->n);
		if (!end)
			return c->n < sizeof(c->line);
		size_t used = (size_t)(end - c->line) + 1;
		new_root(g, str_n(c->line, used - 1));
		memmove(c->line, c->line + used, c->n - used);
		c->n -= used;
		if (send(c->fd, "1", 1, MSG_NOSIGNAL) != 1)
			return false;
	}
}

static void accept_client(struct gc_server *g)
{
	int fd = accept4(g->listening, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (g->n_clients == CLIENTS_MAX) {
		close(fd);
		return;
	}
	g->clients[g->n_clients].fd = fd;
	g->clients[g->n_clients++].n = 0;
}

static void *serve(void *arg)
{
	struct gc_server *g = arg;
	struct pollfd fds[CLIENTS_MAX + 2];

	for (;;) {
		fds[0] = (struct pollfd){.fd = g->stop[0], .events = POLLIN};
		fds[1] = (struct pollfd){.fd = g->listening, .events = POLLIN};
		size_t n = g->n_clients;
		for (size_t i = 0; i < n; i++)
			fds[i + 2] = (struct pollfd){.fd = g->clients[i].fd, .events = POLLIN};
		if (poll(fds, n + 2, -1) < 0)
			continue;
		if (fds[0].revents)
			return NULL;
		/* From the end: dropping one moves the last into its place. */
		for (size_t i = n; i-- > 0;) {
			if (fds[i + 2].revents && !serve_client(g, &g->clients[i]))
				drop_client(g, i);
		}
		if (fds[1].revents)
			accept_client(g);
	}
}

/* ---- life ---- */

/* Bound through the folder's descriptor: sun_path is too short for deep state folders. */
static errint listen_at(struct store *s, struct gc_server *g, struct err *err)
{
	char *folder CLEANUP_FREE = store_state_file(s, "gc-socket");
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int dir CLEANUP_FD = -1;
	errint rc = mkdir_p(AT_FDCWD, folder, 0755, err);

	if (!rc)
		rc = open_dir(AT_FDCWD, folder, &dir, err);
	if (rc)
		return rc;
	g->socket_path = xasprintf("%s/socket", folder);
	unlink(g->socket_path);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/socket", dir);
	g->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (g->listening < 0 || bind(g->listening, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    fchmodat(dir, "socket", 0666, 0) < 0 || listen(g->listening, 64) < 0)
		return err_sys(err, "cannot listen on '%s'", g->socket_path);
	return 0;
}

static void free_server(struct gc_server *g)
{
	const int fds[] = {g->listening, g->stop[0], g->stop[1]};

	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	for (size_t i = 0; i < g->n_clients; i++)
		close(g->clients[i].fd);
	if (g->socket_path)
		unlink(g->socket_path);
	free(g->socket_path);
	free(g->clients);
	path_map_release(&g->protected);
	path_map_release(&g->deleting);
	arena_release(&g->mem);
	pthread_mutex_destroy(&g->mutex);
	pthread_cond_destroy(&g->deleted);
	free(g);
}

errint gc_server_start(struct store *s, struct gc_server **out, struct err *err)
{
	struct gc_server *g = xcalloc(1, sizeof(*g));

	g->listening = g->stop[0] = g->stop[1] = -1;
	g->store_dir = store_dir(s);
	g->clients = xcalloc(CLIENTS_MAX, sizeof(*g->clients));
	pthread_mutex_init(&g->mutex, NULL);
	pthread_cond_init(&g->deleted, NULL);
	errint rc = listen_at(s, g, err);
	if (!rc && pipe2(g->stop, O_CLOEXEC) < 0)
		rc = err_sys(err, "cannot create a pipe");
	if (!rc && (errno = thread_start(&g->thread, serve, g)) != 0)
		rc = err_sys(err, "cannot start a thread");
	if (rc) {
		free_server(g);
		return rc;
	}
	*out = g;
	return 0;
}

void gc_server_stop(struct gc_server *g)
{
	if (!g)
		return;
	pthread_mutex_lock(&g->mutex);
	g->stopping = true;
	pthread_cond_broadcast(&g->deleted);
	pthread_mutex_unlock(&g->mutex);
	close(g->stop[1]);
	g->stop[1] = -1;
	pthread_join(g->thread, NULL);
	free_server(g);
}
