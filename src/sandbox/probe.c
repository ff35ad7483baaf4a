/* SPDX-License-Identifier: MIT
 *
 * Namespaces are made one by one, each in a child that ends at once; only then the whole. */
#include "sandbox/probe.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>
#include <sys/wait.h>

#include "base/file.h"
#include "sandbox/sandbox_int.h"

/* An exit status holds an errno that unshare(2) gives. */
static errint try_flags(int flags, int *error, struct err *err)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(err, "making a process");
	if (pid == 0)
		_exit(unshare(flags) ? errno : 0);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, "waiting for a process");
	*error = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
	return 0;
}

errint sandbox_probe(struct namespace_probe out[SANDBOX_NAMESPACE_COUNT], struct err *err)
{
	static const struct {
		const char *name;
		int flag;
	} rows[] = {
#define X(name, flag) {name, flag},
		SANDBOX_NAMESPACES(X)
#undef X
	};
	/* Root makes the others without one of users. */
	int base = sandbox_ids().privileged ? 0 : CLONE_NEWUSER;

	_Static_assert(ARRAY_LEN(rows) == SANDBOX_NAMESPACE_COUNT, "each namespace has a place");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		out[i].name = rows[i].name;
		errint rc = try_flags(base | rows[i].flag, &out[i].error, err);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- all of it ---- */

static errint do_nothing(const struct builtin_ctx *ctx, struct err *err)
{
	return 0;
}

static errint wait_for(struct sandbox_child *c, struct err *err)
{
	int status;

	for (;;) {
		struct pollfd v[] = {{.fd = c->pidfd, .events = POLLIN},
				     {.fd = c->status, .events = POLLIN}};

		if (poll(v, ARRAY_LEN(v), -1) < 0 && errno != EINTR)
			return err_sys(err, "waiting for a sandbox");
		if (c->status >= 0 && v[1].revents) {
			errint rc = sandbox_status(c, err);
			if (rc)
				return rc;
		}
		if (v[0].revents && c->status < 0)
			break;
	}
	errint rc = sandbox_wait(c, &status, err);
	if (!rc && status)
		rc = err_set(err, ERR_FAILED, "what ran in the sandbox failed");
	return rc;
}

static errint make_folder(struct arena *a, const char *top, const char *name, const char **out,
			  struct err *err)
{
	*out = arena_printf(a, "%s/%s", top, name);
	return mkdir_p(AT_FDCWD, *out, 0755, err);
}

static errint try_in(const char *top, struct err *err)
{
	static const struct builtin_builder nothing = {"builtin:nothing", do_nothing};
	ARENA(a);
	const char *build, *tmp;
	int null CLEANUP_FD = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct builtin_ctx ctx = {.tmp = SANDBOX_BUILD_DIR, .log = STDERR_FILENO};
	struct sandbox_child child = SANDBOX_CHILD_INIT;
	struct sandbox_spec spec CLEANUP(sandbox_spec_release) = {
		.arena = &a,
		.isolated = true,
		.cwd = SANDBOX_BUILD_DIR,
		.builtin = &nothing,
		.builtin_ctx = &ctx,
	};
	errint rc = make_folder(&a, top, "root", &spec.root, err);

	if (!rc)
		rc = make_folder(&a, top, "build", &build, err);
	if (!rc)
		rc = make_folder(&a, top, "tmp", &tmp, err);
	if (rc)
		return rc;
	if (null < 0)
		return err_sys(err, "opening '/dev/null'");
	sandbox_plan_base(&spec, build, tmp);
	rc = sandbox_start(&spec, null, &child, err);
	if (!rc)
		rc = wait_for(&child, err);
	sandbox_kill(&child);
	return rc;
}

errint sandbox_try(const char *scratch, struct err *err)
{
	char *top CLEANUP_FREE = NULL;
	errint rc = temp_dir(scratch, "sandbox-", &top, err);

	if (rc)
		return rc;
	rc = chmod(top, 0755) ? err_sys(err, "opening '%s' to others", top) : try_in(top, err);
	remove_tree_quietly(AT_FDCWD, top);
	return rc;
}
