/* SPDX-License-Identifier: MIT
 *
 * Into a failed build: the sandbox of a job that is none, whose program is a shell at our terminal.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "job/failed.h"
#include "job/job_sandbox_int.h"

/* What bash begins with: the functions of the setup, then what the failed phase had, where it was.
 */
static void put_rc(struct buf *b, const char *command)
{
	buf_putz(
		b,
		"[ -z \"${NIX_ATTRS_SH_FILE:-}\" ] || source \"$NIX_ATTRS_SH_FILE\"\n"
		"[ -e \"${stdenv:-/no}/setup\" ] && source \"$stdenv/setup\"\n"
		"trap - EXIT\nset +e\nset +o pipefail\nshopt -u nullglob\n"
		"if [ -e \"$NIX_BUILD_TOP/env-vars\" ]; then\n"
		"source \"$NIX_BUILD_TOP/env-vars\"\ncd -- \"$PWD\"\nfi\n"
		"[ -z \"${PS1:-}\" ] || PS1='\\n\\[\\033[1;31m\\][failed:\\w]\\$\\[\\033[0m\\] '\n");
	if (command)
		buf_printf(b, "%s\n", command);
}

/* A folder of ours for what the sandbox is made of: its root, an empty store, /tmp. It stays closed
 * to others, who may write to two of them: the mounts are made by us. */
static errint make_top(struct sandbox_job *b, char **out, struct err *err)
{
	static const struct {
		const char *name;
		mode_t mode;
	} folders[] = {{"root", 0755}, {"store", 01775}, {"tmp", 01777}};
	struct sandbox_ids ids = sandbox_ids();
	errint rc = temp_dir(temp_dir_root(), "kiln-failed.", out, err);

	for (size_t i = 0; !rc && i < ARRAY_LEN(folders); i++) {
		char *path CLEANUP_FREE = path_join(str_c(*out), str_c(folders[i].name));

		if (mkdir(path, 0700) ||
		    (b->isolated && ids.privileged && chown(path, ids.uid, ids.gid)) ||
		    chmod(path, folders[i].mode))
			rc = err_sys(err, "making folder '%s'", path);
	}
	b->job.top = *out;
	return rc;
}

static errint write_rc(struct sandbox_job *b, const struct failed_entry *f, struct err *err)
{
	char *path CLEANUP_FREE = path_join(str_c(b->job.top), S("tmp/rc"));
	BUF(text, LIMIT_SMALL_FILE);

	put_rc(&text, f->command);
	errint rc = buf_check(&text, "command", err);
	return rc ? rc : file_write(AT_FDCWD, path, buf_str(&text), 0644, 0, err);
}

/* Until it ends: what interrupts is its own business, what ends us ends it. */
static errint wait_for(struct sandbox_child *c, int *status, struct err *err)
{
	ERR(words);

	for (;;) {
		struct pollfd v[] = {{.fd = c->pidfd, .events = POLLIN},
				     {.fd = interrupt_fd(), .events = POLLIN},
				     {.fd = c->status, .events = POLLIN}};

		if (poll(v, ARRAY_LEN(v), -1) < 0 && errno != EINTR)
			return err_sys(err, "waiting for a shell");
		if (c->status >= 0 && v[2].revents && sandbox_status(c, &words))
			return err_move(err, &words);
		if (v[0].revents)
			return sandbox_wait(c, status, err);
		if (!interrupted())
			continue;
		if (interrupt_signal() != SIGINT)
			return interrupt_check(err);
		interrupts_reset();
	}
}

/* The shell made itself the one that the terminal listens to. */
static void take_terminal_back(void)
{
	sigset_t set, before;

	if (!isatty(STDIN_FILENO))
		return;
	sigemptyset(&set);
	sigaddset(&set, SIGTTOU);
	sigprocmask(SIG_BLOCK, &set, &before);
	tcsetpgrp(STDIN_FILENO, getpgrp());
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static errint run(struct sandbox_job *b, const struct failed_entry *f, const struct drv *d,
		  char **env, int *status, struct err *err)
{
	const char *rc_file =
		b->isolated ? "/tmp/rc" : arena_printf(&b->job.arena, "%s/tmp/rc", b->job.top);
	char *staying[] = {(char *)"bash", (char *)"--rcfile", (char *)rc_file, NULL};
	char *running[] = {(char *)"bash", (char *)rc_file, NULL};
	struct sandbox_child child = SANDBOX_CHILD_INIT;
	struct sandbox_spec spec CLEANUP(sandbox_spec_release) = {
		.arena = &b->job.arena,
		.isolated = b->isolated,
		.network = drv_is_fixed(d),
		.interactive = true,
		.cwd = b->isolated ? SANDBOX_BUILD_DIR : b->build_dir,
		.program = f->bash,
		.argv = f->command ? running : staying,
		.env = env,
	};
	struct builtin_ctx ctx = {.drv = d, .store_dir = store_dir(b->job.store), .tmp = spec.cwd};
	errint rc = sandbox_job_services(b, &spec, &ctx, err);

	if (!rc && b->isolated)
		sandbox_job_plan(b, &spec);
	if (!rc)
		rc = sandbox_start(&spec, STDERR_FILENO, &child, err);
	if (!rc)
		rc = wait_for(&child, status, err);
	sandbox_kill(&child);
	take_terminal_back();
	return rc;
}

/* The folder is the builder's as long as the shell is in it, and then the person's again. */
static errint run_in_folder(struct sandbox_job *b, const struct failed_entry *f,
			    const struct drv *d, int *status, struct err *err)
{
	struct sandbox_ids ids = sandbox_ids();
	bool give = b->isolated && ids.privileged;
	struct build_env env;
	errint rc = build_env_make(b->job.store, &b->job.arena, &b->job.attrs, b->job.o, b->inputs,
				   b->isolated ? SANDBOX_BUILD_DIR : b->build_dir, 0, &env, err);

	if (!rc)
		rc = write_rc(b, f, err);
	if (rc)
		return rc;
	if (give)
		tree_give(b->build_dir, ids.uid, ids.gid);
	rc = run(b, f, d, env.env, status, err);
	if (give)
		tree_give(b->build_dir, geteuid(), getegid());
	return rc;
}

errint failed_enter(struct store *s, const struct failed_entry *f, int *status, struct err *err)
{
	struct sandbox_job b = {
		.job = {.store = s, .o = f->options, .report = store_report(s)},
		.isolated = f->failed.isolated,
		.inputs = f->inputs,
		.shell = f->shell,
		.build_dir = (char *)f->failed.folder,
		.log_fd = -1,
	};
	char *top CLEANUP_FREE = NULL;
	struct drv d;
	errint rc = store_read_drv(s, &b.job.arena, f->failed.drv, &d, err);

	interrupts_catch();
	if (!rc)
		rc = build_attrs_init(&b.job.arena, &d, &b.job.attrs, err);
	if (!rc)
		rc = make_top(&b, &top, err);
	if (!rc)
		rc = run_in_folder(&b, f, &d, status, err);
	if (top)
		remove_tree_quietly(AT_FDCWD, top);
	arena_release(&b.job.arena);
	return rc ? err_wrap(err, "entering the failed build of '%.*s'", STR_ARG(f->failed.drv))
		  : 0;
}
