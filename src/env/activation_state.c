/* SPDX-License-Identifier: MIT
 *
 * The folder that the activations of one environment share while any of them lives:
 *
 *	lock               held while somebody enters or looks who is in
 *	attached/PID       a process that is in; its content is when that process started
 *	attached/soon-PID  a shell has a text that this process printed, and will be in
 *	exported           what [vars] and on-activate made of the environment, for who comes later
 *	enter-PID          for a shell that is being become
 *	stop-PID           how what that process started is stopped: words, each ended by a NUL
 *
 * It lies in $XDG_RUNTIME_DIR, which a reboot empties, else in a folder of the user's below the
 * one for temporary files. */
#include "env/activation_int.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/encoding.h"
#include "base/environ.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/process.h"
#include "base/report.h"

static const char leaving_file[] = "on-deactivate";

/* ---- where ---- */

/* A folder that nobody else can have put there. */
static errint own_folder(const char *path, struct err *err)
{
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_sys(err, "making '%s'", path);
	if (lstat(path, &st) < 0)
		return err_sys(err, "looking at '%s'", path);
	if (S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 022))
		return 0;
	err_set(err, ERR_DENIED, "'%s' is not a folder of yours alone", path);
	return err_hint(err, "remove it, or set XDG_RUNTIME_DIR to a folder of yours");
}

/* Is it one of ours already, or can one be made in it? */
static bool can_be_runtime(const char *dir)
{
	struct stat st;

	return dir && dir[0] == '/' && stat(dir, &st) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid() && access(dir, W_OK | X_OK) == 0;
}

static errint runtime_folder(char **out, struct err *err)
{
	const char *runtime = env_get("XDG_RUNTIME_DIR");
	char *top CLEANUP_FREE = can_be_runtime(runtime)
					 ? path_join(str_c(runtime), S("kiln"))
					 : xasprintf("%s/kiln-%u", temp_dir_root(), geteuid());
	char *dir CLEANUP_FREE = path_join(str_c(top), S("activations"));
	errint rc = own_folder(top, err);

	if (!rc)
		rc = own_folder(dir, err);
	if (rc) {
		err_wrap(err, "keeping what activations share");
		return err->code == ERR_DENIED ? err->code
					       : err_hint(err, "XDG_RUNTIME_DIR or TMPDIR may "
							       "name a folder that can be written");
	}
	*out = STEAL(dir);
	return 0;
}

char *state_file(const char *state, const char *name)
{
	return path_join(str_c(state), str_c(name));
}

errint state_write(const char *state, const char *name, struct str bytes, struct err *err)
{
	char *file CLEANUP_FREE = state_file(state, name);
	errint rc = file_write(AT_FDCWD, file, bytes, 0600, 0, err);

	if (!rc)
		return 0;
	err_wrap(err, "keeping what activations share");
	return err_hint(err, "XDG_RUNTIME_DIR or TMPDIR may name a folder with room");
}

static errint lock(const char *state, struct report *report, int *out, struct err *err)
{
	char *file CLEANUP_FREE = state_file(state, "lock");
	int fd CLEANUP_FD = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	ERR(busy);
	errint rc;

	if (fd < 0)
		return err_sys(err, "opening '%s'", file);
	rc = fd_lock(fd, true, true, &busy);
	if (rc == ERR_EXISTS) {
		report_msg(report, REPORT_NOTE,
			   "another activation of this environment runs its hook; waiting for it");
		rc = fd_lock(fd, true, false, err);
	} else if (rc) {
		err_move(err, &busy);
	}
	if (rc)
		return rc;
	*out = STEAL_FD(fd);
	return 0;
}

/* Folders of activations that ended, all but this one. */
static void forget_ended(const char *top, const char *own)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(none);

	if (dir_list(AT_FDCWD, top, &list, &none))
		return;
	for (size_t i = 0; i < list.n; i++) {
		char *state CLEANUP_FREE = path_join(str_c(top), str_c(list.v[i].name));
		char *file CLEANUP_FREE = state_file(state, "lock");
		char *leaving CLEANUP_FREE = state_file(state, leaving_file);
		int fd CLEANUP_FD = -1;
		bool somebody = true;

		if (list.v[i].type != DT_DIR || strcmp(list.v[i].name, own) == 0 ||
		    access(leaving, F_OK) == 0)
			continue;
		fd = open(file, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
		if (fd >= 0 && !fd_lock(fd, true, true, &none) &&
		    !state_attached(state, &somebody, &none) && !somebody)
			state_remove(state);
		err_clear(&none);
	}
}

errint state_open(struct str dir, struct str key, struct report *report, char **out, int *lock_fd,
		  struct err *err)
{
	BUF(text, LIMIT_TOML_TEXT);
	char hex[BASE16_LEN(8) + 1];
	char *top CLEANUP_FREE = NULL, *state CLEANUP_FREE = NULL;
	struct hash hash;
	errint rc = runtime_folder(&top, err);

	if (rc)
		return rc;
	buf_puts(&text, dir);
	buf_putc(&text, '\0');
	buf_puts(&text, key);
	hash_bytes(HASH_SHA256, buf_str(&text), &hash);
	base16_encode(hash.b, 8, hex);
	state = path_join(str_c(top), str_c(hex));
	forget_ended(top, hex);
	/* Whoever is last may remove the folder between its making and the lock. */
	for (int tries = 0; tries < 100; tries++) {
		char *attached CLEANUP_FREE = state_file(state, "attached");
		int fd CLEANUP_FD = -1;
		struct stat st;

		rc = own_folder(state, err);
		if (!rc)
			rc = lock(state, report, &fd, err);
		if (rc == ERR_NOT_FOUND)
			continue;
		if (rc)
			return rc;
		if (fstat(fd, &st) < 0 || !st.st_nlink)
			continue;
		if (mkdir(attached, 0700) < 0 && errno != EEXIST)
			return err_sys(err, "making '%s'", attached);
		*out = STEAL(state);
		*lock_fd = STEAL_FD(fd);
		return 0;
	}
	return err_set(err, ERR_FAILED, "'%s' does not stay", state);
}

/* ---- who is in ---- */

/* When the process started, in the kernel's ticks; 0: there is none. */
static uint64_t started(pid_t pid)
{
	char *file CLEANUP_FREE = xasprintf("/proc/%ld/stat", (long)pid);
	BUF(text, LIMIT_PATH_TEXT);
	struct str rest, word = STR_NULL;
	uint64_t ticks;
	ERR(none);

	if (file_read(AT_FDCWD, file, &text, &none))
		return 0;
	/* Behind the name, which may hold anything: state is the 3rd field, this the 22nd. */
	rest = str_skip(buf_str(&text), (size_t)(str_rchr(buf_str(&text), ')') + 2));
	if (rest.n && rest.p[0] == 'Z')
		return 0;
	for (int i = 3; i <= 22; i++)
		if (!str_split(&rest, ' ', &word))
			return 0;
	return str_to_u64(word, &ticks) ? ticks : 0;
}

static char *attached_file(const char *state, pid_t pid)
{
	return xasprintf("%s/attached/%ld", state, (long)pid);
}

errint state_attach(const char *state, pid_t pid, struct err *err)
{
	char *file CLEANUP_FREE = attached_file(state, pid);
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)started(pid));
	return file_write(AT_FDCWD, file, str_c(text), 0600, 0, err);
}

void state_detach(const char *state, pid_t pid)
{
	char *file CLEANUP_FREE = attached_file(state, pid);

	unlink(file);
}

static bool is_in(const char *state, pid_t pid)
{
	char *file CLEANUP_FREE = attached_file(state, pid);
	BUF(text, LIMIT_PATH_TEXT);
	uint64_t ticks, now = started(pid);
	ERR(none);

	return now && !file_read(AT_FDCWD, file, &text, &none) &&
	       str_to_u64(buf_str(&text), &ticks) && ticks == now;
}

/* How long a shell may take from a text to its second step. */
enum { SOON_S = 30 };

static char *soon_file(const char *state, pid_t printer)
{
	return xasprintf("%s/attached/soon-%ld", state, (long)printer);
}

errint state_attach_soon(const char *state, pid_t printer, struct err *err)
{
	char *file CLEANUP_FREE = soon_file(state, printer);

	return file_write(AT_FDCWD, file, S(""), 0600, 0, err);
}

void state_attached_now(const char *state, pid_t printer)
{
	char *file CLEANUP_FREE = soon_file(state, printer);

	unlink(file);
}

static bool is_soon(const char *state, const char *name)
{
	char *file CLEANUP_FREE = xasprintf("%s/attached/%s", state, name);
	struct stat st;

	return str_starts(str_c(name), S("soon-")) && stat(file, &st) == 0 &&
	       st.st_mtim.tv_sec + SOON_S >= clock_unix();
}

/* Those who are in, and whether somebody will be; pids is malloc'd. */
static errint list_attached(const char *state, pid_t **pids, size_t *n, bool *soon, struct err *err)
{
	char *dir CLEANUP_FREE = state_file(state, "attached");
	struct dir_list list CLEANUP(dir_list_release) = {0};
	errint rc = dir_list(AT_FDCWD, dir, &list, err);

	*n = 0;
	*soon = false;
	if (rc)
		return rc;
	*pids = xcalloc(list.n + 1, sizeof(**pids));
	for (size_t i = 0; i < list.n; i++) {
		uint64_t pid;

		*soon = *soon || is_soon(state, list.v[i].name);

		if (!str_to_u64(str_c(list.v[i].name), &pid) || pid > INT32_MAX)
			continue;
		if (is_in(state, (pid_t)pid))
			(*pids)[(*n)++] = (pid_t)pid;
		else
			state_detach(state, (pid_t)pid);
	}
	return 0;
}

errint state_attached(const char *state, bool *out, struct err *err)
{
	pid_t *pids CLEANUP_FREE = NULL;
	bool soon;
	size_t n;
	errint rc = list_attached(state, &pids, &n, &soon, err);

	*out = n > 0 || soon;
	return rc;
}

void state_remove(const char *state)
{
	remove_tree_quietly(AT_FDCWD, state);
}

/* ---- the one who waits ---- */

errint state_watch(const char *state, const struct activation *a, struct err *err)
{
	const char *const argv[] = {a->kiln, "activate", "--watch", state, NULL};
	const struct process_spec spec = {.argv = argv, .in = -1, .out = -1, .errfd = -1};
	int status;
	pid_t pid;
	errint rc = state_write(state, leaving_file, a->on_deactivate, err);

	if (!rc)
		rc = process_start(&spec, &pid, err);
	if (!rc)
		rc = process_wait(pid, &status, err);
	if (!rc && status)
		rc = err_set(err, ERR_FAILED, "its process ended at once");
	return rc ? err_wrap(err, "preparing for the end of the activation") : 0;
}

enum { WATCHED_MAX = 1000 };

/* Sleeps until one of them ends, or somebody detaches. */
static void wait_for_one(const char *state, const pid_t *pids, size_t n, bool soon)
{
	char *dir CLEANUP_FREE = state_file(state, "attached");
	struct pollfd *fds CLEANUP_FREE = xcalloc(n + 1, sizeof(*fds));
	nfds_t used = 0;
	int watch = inotify_init1(IN_CLOEXEC);

	if (watch >= 0 && inotify_add_watch(watch, dir, IN_DELETE | IN_DELETE_SELF) >= 0)
		fds[used++] = (struct pollfd){watch, POLLIN, 0};
	for (size_t i = 0; i < n && i < WATCHED_MAX; i++) {
		int fd = (int)syscall(SYS_pidfd_open, pids[i], 0);

		if (fd >= 0)
			fds[used++] = (struct pollfd){fd, POLLIN, 0};
	}
	/* The time is for what ended, or went, before it was watched. */
	poll(fds, used, used > n && !soon ? 60000 : 1000);
	for (nfds_t i = 0; i < used; i++)
		close(fds[i].fd);
	if (watch >= 0 && (!used || fds[0].fd != watch))
		close(watch);
}

errint state_stop_later(const char *state, const struct activation *a, const char *const *services,
			size_t n, struct err *err)
{
	const char *const words[] = {a->kiln, "services", "stop", "-d"};
	char *leaving CLEANUP_FREE = state_file(state, leaving_file), name[32];
	BUF(b, LIMIT_SMALL_FILE);
	errint rc;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		buf_put(&b, words[i], strlen(words[i]) + 1);
	buf_puts(&b, a->dir);
	buf_put(&b, "\0--", 4);
	for (size_t i = 0; i < n; i++)
		buf_put(&b, services[i], strlen(services[i]) + 1);
	snprintf(name, sizeof(name), "stop-%d", (int)getpid());
	rc = buf_check(&b, "services to stop", err);
	if (!rc)
		rc = state_write(state, name, buf_str(&b), err);
	if (rc || access(leaving, F_OK) == 0)
		return rc;
	return state_watch(state, a, err);
}

/* Runs the words of a file. What it has to say nobody would hear. */
static void stop_those(const char *state, const char *name)
{
	char *file CLEANUP_FREE = state_file(state, name);
	BUF(text, LIMIT_SMALL_FILE);
	ERR(ignored);
	size_t n = 0;
	int status;
	pid_t pid;

	if (file_read(AT_FDCWD, file, &text, &ignored))
		return;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\0';
	const char **argv CLEANUP_FREE = xcalloc(n + 1, sizeof(*argv));
	for (size_t i = 0, at = 0; i < n; i++, at += strlen(text.p + at) + 1)
		argv[i] = text.p + at;
	const struct process_spec spec = {.argv = argv, .in = -1, .out = -1, .errfd = -1};
	if (n && !process_start(&spec, &pid, &ignored))
		(void)!process_wait(pid, &status, &ignored);
}

static void stop_services(const char *state)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(ignored);

	if (dir_list(AT_FDCWD, state, &list, &ignored))
		return;
	for (size_t i = 0; i < list.n; i++)
		if (str_starts(str_c(list.v[i].name), S("stop-")))
			stop_those(state, list.v[i].name);
}

static errint end_of(const char *state, struct err *err)
{
	char *file CLEANUP_FREE = state_file(state, leaving_file);
	BUF(text, LIMIT_TOML_TEXT);
	errint rc = file_read(AT_FDCWD, file, &text, err);

	stop_services(state);
	if (!rc && text.n)
		rc = hook_run_leaving(buf_str(&text), state, err);
	state_remove(state);
	return rc;
}

errint activation_watch(const char *state, struct err *err)
{
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(err, "waiting for the end of an activation");
	if (pid)
		return 0;
	setsid();
	for (;;) {
		int fd CLEANUP_FD = -1;
		pid_t *pids CLEANUP_FREE = NULL;
		bool soon;
		size_t n;
		errint rc = lock(state, NULL, &fd, err);

		if (!rc)
			rc = list_attached(state, &pids, &n, &soon, err);
		if (rc)
			return rc;
		if (!n && !soon)
			return end_of(state, err);
		cleanup_fd_(&fd);
		fd = -1;
		wait_for_one(state, pids, n, soon);
	}
}
